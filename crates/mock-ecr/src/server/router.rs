//! Determines what a request is for: a pure function, and the last place that compares hosts and paths.

use http::request::Parts;
use http::uri::Authority;
use http::{HeaderName, Method, header};

use crate::aws::hosts::{Host, is_loopback};
use crate::aws::service::AwsService;
use crate::aws::sigv4::SignatureClaim;
use crate::aws::target::Target;
use crate::control::CONTROL_PREFIX;
use crate::http::authority::authority;
use crate::http::query;
use crate::registry::layer_url::LAYER_PREFIX;
use crate::registry::path::RegistryPath;
use crate::types::{Region, Service};
use crate::web;

/// What a request is for: the part of the mock that handles it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The API of a service. `host_region` is the Region in the host name, if there is one.
    Api {
        service: AwsService,
        host_region: Option<Region>,
    },
    /// The registry, and the host that the request names.
    Registry { host: Host, path: RegistryPath },
    /// A layer at a signed URL.
    Layer,
    /// A tunnel to a host: the method `CONNECT`.
    Tunnel,
    /// Another host, in a request to the mock as a proxy. [`Route::of`] does not return this value.
    OtherHost,
    /// A request without a valid host. [`Route::of`] does not return this value.
    InvalidHost,
    /// The control API, `/_mock/`.
    Control,
    /// The files of the console, `/_mock/ui/`.
    Console,
    /// `GET /` from a browser that opens the page. It is redirected to the console.
    OpenConsole,
    /// `GET` or `HEAD` of `/` or `/health` from a browser.
    Welcome,
    /// No known route.
    Unknown,
}

impl Route {
    /// Returns the route of a request, by its host, path, method and headers.
    ///
    /// AWS ignores the path of an API call (mhart/kinesalite, `index.js`). On a bare address, each `POST` request is therefore an API call,
    /// unless its path belongs to the registry, to a layer or to the control API. A request for `/` is an API call
    /// with any method, unless a browser sends it.
    pub(crate) fn of(request: &Parts) -> Self {
        let path = request.uri.path();
        if request.method == Method::CONNECT {
            return Route::Tunnel;
        }
        match Host::of(authority(request)) {
            Host::Layers => Route::Layer,
            Host::Public => Route::Unknown,
            Host::Api { service, region } => Route::Api {
                service,
                host_region: Some(region),
            },
            host @ Host::Registry { .. } => Route::registry(host, path),
            Host::Bare if web::is_console(path) => Route::Console,
            Host::Bare if path.starts_with(CONTROL_PREFIX) => Route::Control,
            Host::Bare if path.starts_with(LAYER_PREFIX) => Route::Layer,
            Host::Bare if path == "/v2" || path.starts_with("/v2/") => {
                Route::registry(Host::Bare, path)
            }
            Host::Bare if opens_console(request) => Route::OpenConsole,
            Host::Bare if is_welcome(request) => Route::Welcome,
            Host::Bare if path == "/" || request.method == Method::POST => Route::Api {
                service: service_of(request),
                host_region: None,
            },
            Host::Bare => Route::Unknown,
        }
    }

    /// Returns the service that the request is sent to.
    pub(crate) fn service(&self) -> Service {
        match self {
            Route::Api { service, .. } => (*service).into(),
            Route::Registry { .. } | Route::Layer => Service::Registry,
            Route::Tunnel | Route::OtherHost => Service::Proxy,
            Route::Control | Route::Console | Route::OpenConsole => Service::Control,
            Route::InvalidHost | Route::Welcome | Route::Unknown => Service::Unknown,
        }
    }

    /// Returns the AWS service, if the request is an API call.
    pub(crate) fn aws_service(&self) -> Option<AwsService> {
        match self {
            Route::Api { service, .. } => Some(*service),
            _ => None,
        }
    }

    /// Returns the name of the route of the registry or of the console, as the request log contains it.
    pub(crate) fn name(&self) -> Option<&'static str> {
        let path = match self {
            Route::Registry { path, .. } => path,
            Route::Layer => return Some("layer"),
            Route::Console | Route::OpenConsole => return Some("ui"),
            _ => return None,
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

/// Returns the service that an API call on a bare address is for.
///
/// The target names it, or else the signature. Without either, a form and a query with an action are for STS, because STS has unsigned
/// operations. Every other call is for ECR.
fn service_of(request: &Parts) -> AwsService {
    if Target::is_in(request) {
        return AwsService::with_target_prefix(Target::of(request).prefix)
            .unwrap_or(AwsService::Ecr);
    }
    match SignatureClaim::of(request) {
        Some(claim) => AwsService::named(&claim.service).unwrap_or(AwsService::Ecr),
        None if query::is_form(request) || has_action(request) => AwsService::Sts,
        None => AwsService::Ecr,
    }
}

/// Returns whether a browser opens `/` on this machine. A browser that fetches a resource for a page sends another `Sec-Fetch-Mode` than
/// `navigate`, and an old browser sends none. Source: W3C Fetch Metadata, "Sec-Fetch-Mode".
fn opens_console(request: &Parts) -> bool {
    let mut modes = request.headers.get_all(SEC_FETCH_MODE).iter();
    let host = authority(request).parse::<Authority>();
    request.method == Method::GET
        && request.uri.path() == "/"
        && is_welcome(request)
        && modes.all(|mode| mode == "navigate")
        && host.is_ok_and(|host| is_loopback(host.host()))
}

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Returns whether a browser may have sent the request. Browsers send `Sec-Fetch-Mode` only to origins that they trust, such as those of this machine.
/// Each browser accepts HTML if it opens a page.
pub(super) fn is_of_browser(request: &Parts) -> bool {
    request.headers.contains_key(SEC_FETCH_MODE) || accepts_html(request)
}

/// Returns whether a browser requests the page that describes the mock. A browser accepts HTML. An AWS client does not,
/// and its requests have a signature, a target or a query.
fn is_welcome(request: &Parts) -> bool {
    let is_read = [Method::GET, Method::HEAD].contains(&request.method);
    let is_page = ["/", "/health"].contains(&request.uri.path());
    let is_call = Target::is_in(request)
        || request.uri.query().is_some()
        || request.headers.contains_key(header::AUTHORIZATION);
    is_read && is_page && !is_call && accepts_html(request)
}

fn accepts_html(request: &Parts) -> bool {
    let values = request.headers.get_all(header::ACCEPT).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut ranges = values.flat_map(|value| value.split(','));
    ranges.any(is_accepted_html)
}

/// Returns whether a media range is that of HTML, with another weight than 0. Source: RFC 9110, sections 12.4.2 and 12.5.1.
fn is_accepted_html(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let is_html = parts
        .next()
        .is_some_and(|range| range.eq_ignore_ascii_case("text/html"));
    let mut weights = parts.filter_map(|parameter| {
        let (name, weight) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("q").then_some(weight)
    });
    is_html && !weights.any(|weight| weight.parse() == Ok(0.0))
}

fn has_action(request: &Parts) -> bool {
    let query = request.uri.query().unwrap_or_default();
    request.method == Method::GET && query::value(query, "Action").is_some()
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
        let api = Route::Api {
            service: AwsService::Ecr,
            host_region: None,
        };
        let bare = |path| Route::Registry {
            host: Host::Bare,
            path,
        };
        assert_eq!(route("POST", "127.0.0.1:1", "/"), api);
        assert_eq!(route("POST", "127.0.0.1:1", "/prefix/?a"), api);
        assert_eq!(route("GET", "127.0.0.1:1", "/"), api);
        assert_eq!(route("GET", "127.0.0.1:1", "/health"), Route::Unknown);
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

    /// The value of `Accept` of Firefox 132.
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    fn accepting(accept: &str, method: &str, path: &str) -> Route {
        let request = http::Request::builder().method(method).uri(path);
        let request = request.header("host", "localhost:1");
        let request = request.header("accept", accept).body(()).unwrap();
        Route::of(&request.into_parts().0)
    }

    #[test]
    fn the_console_is_apart_from_the_control_api() {
        for path in ["/_mock/ui", "/_mock/ui/", "/_mock/ui/x/y", "/_mock/ui?x"] {
            for method in ["GET", "POST"] {
                assert_eq!(route(method, "127.0.0.1:1", path), Route::Console, "{path}");
            }
        }
        for path in ["/_mock/", "/_mock/uix", "/_mock/health", "/_mock/UI/"] {
            assert_eq!(route("GET", "127.0.0.1:1", path), Route::Control, "{path}");
        }
    }

    #[test]
    fn only_a_browser_gets_the_page() {
        assert_eq!(accepting(BROWSER, "GET", "/"), Route::OpenConsole);
        assert_ne!(accepting("*/*", "GET", "/"), Route::OpenConsole);
        for (method, path) in [("HEAD", "/"), ("GET", "/health")] {
            assert_eq!(accepting(BROWSER, method, path), Route::Welcome);
            assert_ne!(accepting("*/*", method, path), Route::Welcome);
        }
        for (method, path) in [("PUT", "/"), ("GET", "/?X-Amz-Signature=x"), ("GET", "/x")] {
            assert_ne!(accepting(BROWSER, method, path), Route::Welcome, "{path}");
        }
    }

    #[test]
    fn on_an_aws_host_the_host_decides() {
        let host = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
        let registry = |path| Route::Registry {
            host: Host::of(host),
            path,
        };
        assert_eq!(route("POST", host, "/"), registry(RegistryPath::Other));
        assert_eq!(route("GET", host, "/v2/"), registry(RegistryPath::Ping));
        let api = Route::Api {
            service: AwsService::Ecr,
            host_region: Some("us-west-2".parse().unwrap()),
        };
        assert_eq!(route("GET", "api.ecr.us-west-2.amazonaws.com", "/v2/"), api);
    }
}
