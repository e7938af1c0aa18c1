//! Where a request goes: pure, and the last place that matches on hosts and paths.

use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::aws::hosts::Host;
use crate::types::Region;

/// What the paths of the mock itself begin with.
pub(crate) const CONTROL_PREFIX: &str = "/_mock/";

/// What the paths of layers at URLs of their own begin with.
pub(crate) const LAYER_PREFIX: &str = "/_layer/";

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The API, with the region that the host names.
    Api { host_region: Option<Region> },
    /// The registry, with the host that it was called by.
    Registry { host: Host, path: RegistryPath },
    /// A layer at a URL of its own.
    Layer,
    /// A tunnel to some host.
    Tunnel,
    /// Another host, for which the mock is asked as a proxy; never found by [`Route::of`].
    Elsewhere,
    /// The mock itself.
    Control,
    /// None of them.
    Unknown,
}

/// What is asked of the registry. Names and digests are as they were written: what is wrong with one is for the registry to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryPath {
    /// `/v2/`: is there a registry, and does it let me in?
    Ping,
    /// `/v2/_catalog`: which repositories are there?
    Catalog,
    /// `/v2/NAME/…`: something of a repository.
    Repository { name: String, resource: Resource },
    /// Nothing that this registry has.
    Other,
}

/// Something of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `manifests/REFERENCE`
    Manifest(String),
    /// `blobs/DIGEST`
    Blob(String),
    /// `blobs/uploads/`
    Uploads,
    /// `blobs/uploads/ID`
    Upload(String),
    /// `tags/list`
    Tags,
    /// `referrers/DIGEST`
    Referrers(String),
}

impl RegistryPath {
    /// Reads a path that begins with `/v2`. The name of a repository may have slashes, so what follows it is told from the end.
    fn of(path: &str) -> Self {
        let path = percent_decode_str(path).decode_utf8_lossy();
        let Some(rest) = path.strip_prefix("/v2/") else {
            return if path == "/v2" {
                RegistryPath::Ping
            } else {
                RegistryPath::Other
            };
        };
        match rest {
            "" => RegistryPath::Ping,
            "_catalog" => RegistryPath::Catalog,
            _ => Resource::of(rest).map_or(RegistryPath::Other, |(name, resource)| {
                RegistryPath::Repository { name, resource }
            }),
        }
    }
}

impl Resource {
    fn of(rest: &str) -> Option<(String, Self)> {
        let segments: Vec<&str> = rest.split('/').collect();
        let (name, resource) = match segments.as_slice() {
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                (name, Resource::Uploads)
            }
            [name @ .., "blobs", "uploads", id] => (name, Resource::Upload((*id).to_owned())),
            [name @ .., "blobs", digest] => (name, Resource::Blob((*digest).to_owned())),
            [name @ .., "manifests", reference] => {
                (name, Resource::Manifest((*reference).to_owned()))
            }
            [name @ .., "tags", "list"] => (name, Resource::Tags),
            [name @ .., "referrers", digest] => (name, Resource::Referrers((*digest).to_owned())),
            _ => return None,
        };
        (!name.is_empty()).then(|| (name.join("/"), resource))
    }
}

impl Resource {
    fn name(&self) -> &'static str {
        match self {
            Resource::Manifest(_) => "manifest",
            Resource::Blob(_) => "blob",
            Resource::Uploads | Resource::Upload(_) => "upload",
            Resource::Tags => "tags",
            Resource::Referrers(_) => "referrers",
        }
    }
}

impl Route {
    /// AWS does not look at the path of an API call (mhart/kinesalite, `index.js`), so that on a bare address only the
    /// paths of the registry are taken from it.
    pub(crate) fn of(request: &Parts) -> Self {
        let path = request.uri.path();
        if request.method == Method::CONNECT {
            return Route::Tunnel;
        }
        match Host::of(authority(request)) {
            Host::Layers => Route::Layer,
            Host::Public => Route::Unknown,
            Host::Api { region } => Route::Api {
                host_region: Some(region),
            },
            host @ Host::Registry { .. } => Route::registry(host, path),
            Host::Bare if path.starts_with(CONTROL_PREFIX) => Route::Control,
            Host::Bare if path.starts_with(LAYER_PREFIX) => Route::Layer,
            Host::Bare if path == "/v2" || path.starts_with("/v2/") => {
                Route::registry(Host::Bare, path)
            }
            Host::Bare if path == "/" || request.method == Method::POST => {
                Route::Api { host_region: None }
            }
            Host::Bare => Route::Unknown,
        }
    }

    /// What of the registry it is for, in a word.
    pub(crate) fn name(&self) -> Option<&'static str> {
        let Route::Registry { path, .. } = self else {
            return (*self == Route::Layer).then_some("layer");
        };
        match path {
            RegistryPath::Ping => Some("ping"),
            RegistryPath::Catalog => Some("catalog"),
            RegistryPath::Repository { resource, .. } => Some(resource.name()),
            RegistryPath::Other => None,
        }
    }

    fn registry(host: Host, path: &str) -> Self {
        let path = RegistryPath::of(path);
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
        assert_eq!(route("GET", "127.0.0.1:1", "/_layer/x"), Route::Layer);
        assert_eq!(route("GET", "127.0.0.1:1", "/v20"), Route::Unknown);
        assert_eq!(route("GET", "127.0.0.1:1", "/favicon.ico"), Route::Unknown);
    }

    #[test]
    fn a_path_of_the_registry_is_read_from_its_end() {
        for (path, resource) in [
            ("blobs/uploads/", Resource::Uploads),
            ("blobs/uploads", Resource::Uploads),
            ("blobs/uploads/id", Resource::Upload("id".to_owned())),
            ("blobs/sha256:0a", Resource::Blob("sha256:0a".to_owned())),
            ("blobs/sha256%3A0a", Resource::Blob("sha256:0a".to_owned())),
            ("manifests/latest", Resource::Manifest("latest".to_owned())),
            ("tags/list", Resource::Tags),
            (
                "referrers/sha256:0a",
                Resource::Referrers("sha256:0a".to_owned()),
            ),
        ] {
            for name in ["app", "team/app", "blobs/uploads", "tags"] {
                let expected = RegistryPath::Repository {
                    name: name.to_owned(),
                    resource: resource.clone(),
                };
                assert_eq!(RegistryPath::of(&format!("/v2/{name}/{path}")), expected);
            }
        }
        assert_eq!(RegistryPath::of("/v2/_catalog"), RegistryPath::Catalog);
        for other in ["/v2/app", "/v2/tags/list", "/v2/app/tags", "/v2/app/x/y"] {
            assert_eq!(RegistryPath::of(other), RegistryPath::Other, "{other}");
        }
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
