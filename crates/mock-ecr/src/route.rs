//! Where a request goes: pure, and the last place that matches on hosts and paths.

use http::Method;
use http::request::Parts;

use crate::host::Host;
use crate::name::Region;

/// The plane that a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The API, with the region that the host names.
    Api { host_region: Option<Region> },
    /// The registry, with the host that it was called by.
    Registry { host: Host, path: RegistryPath },
    /// Neither.
    Unknown,
}

/// What is asked of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegistryPath {
    /// `/v2/`: is there a registry, and does it let me in?
    Ping,
    /// Nothing that this registry has.
    Other,
}

impl Route {
    /// AWS does not look at the path of an API call (mhart/kinesalite, `index.js`), so that on a bare address only the
    /// paths of the registry are taken from it.
    pub(crate) fn of(request: &Parts) -> Self {
        let path = request.uri.path();
        match Host::of(authority(request)) {
            Host::Api { region } => Route::Api {
                host_region: Some(region),
            },
            host @ Host::Registry { .. } => Route::registry(host, path),
            Host::Bare if path == "/v2" || path.starts_with("/v2/") => {
                Route::registry(Host::Bare, path)
            }
            Host::Bare if path == "/" || request.method == Method::POST => {
                Route::Api { host_region: None }
            }
            Host::Bare => Route::Unknown,
        }
    }

    fn registry(host: Host, path: &str) -> Self {
        let path = match path {
            "/v2/" | "/v2" => RegistryPath::Ping,
            _ => RegistryPath::Other,
        };
        Route::Registry { host, path }
    }
}

/// The host that was asked for: in the URI of HTTP/2, in a header of HTTP/1.
///
/// A user and a password before it are no part of it, and must not be seen.
pub(crate) fn authority(request: &Parts) -> &str {
    let header = request.headers.get(http::header::HOST);
    let in_uri = request.uri.authority().map(|authority| authority.as_str());
    let text = in_uri.or_else(|| header?.to_str().ok()).unwrap_or_default();
    text.rsplit_once('@').map_or(text, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, host: &str, path: &str) -> Route {
        let request = http::Request::builder().method(method).uri(path);
        let request = request.header("host", host).body(()).unwrap();
        Route::of(&request.into_parts().0)
    }

    #[test]
    fn on_a_bare_address_the_path_decides() {
        let api = Route::Api { host_region: None };
        let bare = |path| Route::Registry {
            host: Host::Bare,
            path,
        };
        assert_eq!(route("POST", "127.0.0.1:1", "/"), api);
        assert_eq!(route("POST", "127.0.0.1:1", "/prefix/?a"), api);
        assert_eq!(route("GET", "127.0.0.1:1", "/"), api);
        assert_eq!(
            route("GET", "127.0.0.1:1", "/v2/"),
            bare(RegistryPath::Ping)
        );
        assert_eq!(
            route("GET", "127.0.0.1:1", "/v2/x"),
            bare(RegistryPath::Other)
        );
        assert_eq!(route("GET", "127.0.0.1:1", "/v20"), Route::Unknown);
        assert_eq!(route("GET", "127.0.0.1:1", "/favicon.ico"), Route::Unknown);
    }

    #[test]
    fn on_one_of_aws_s_hosts_the_host_decides() {
        let host = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
        let registry = |path| Route::Registry {
            host: Host::of(host),
            path,
        };
        assert_eq!(route("POST", host, "/"), registry(RegistryPath::Other));
        assert_eq!(route("GET", host, "/v2/"), registry(RegistryPath::Ping));
        let api = Route::Api {
            host_region: Some("us-west-2".parse().unwrap()),
        };
        assert_eq!(route("GET", "api.ecr.us-west-2.amazonaws.com", "/v2/"), api);
    }
}
