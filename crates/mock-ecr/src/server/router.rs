//! Where a request goes: pure, and the last place that matches on hosts and paths.

use http::request::Parts;
use http::{Method, header};

use crate::aws::hosts::Host;
use crate::aws::service::AwsService;
use crate::aws::sigv4::SignatureClaim;
use crate::aws::target::Target;
use crate::control::CONTROL_PREFIX;
use crate::http::authority::authority;
use crate::http::query;
use crate::registry::layer_url::LAYER_PREFIX;
use crate::registry::path::RegistryPath;
use crate::types::{Region, Service};

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The API of a service, and the Region in the host name.
    Api {
        service: AwsService,
        host_region: Option<Region>,
    },
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
            Host::Api { service, region } => Route::Api {
                service,
                host_region: Some(region),
            },
            host @ Host::Registry { .. } => Route::registry(host, path),
            Host::Bare if path.starts_with(CONTROL_PREFIX) => Route::Control,
            Host::Bare if path.starts_with(LAYER_PREFIX) => Route::Layer,
            Host::Bare if path == "/v2" || path.starts_with("/v2/") => {
                Route::registry(Host::Bare, path)
            }
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
            Route::Tunnel | Route::Elsewhere => Service::Proxy,
            Route::Control => Service::Control,
            Route::Unknown => Service::Unknown,
        }
    }

    /// Returns the AWS service whose API the request calls.
    pub(crate) fn aws_service(&self) -> Option<AwsService> {
        match self {
            Route::Api { service, .. } => Some(*service),
            _ => None,
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

/// Returns the service that a request on a bare address calls: the one that its target names, or else the one that its signature names.
/// Without either, a form and a query with an action are for STS, which has unsigned operations. Every other request is for ECR.
fn service_of(request: &Parts) -> AwsService {
    if Target::is_in(request) {
        return AwsService::with_target_prefix(Target::of(request).prefix)
            .unwrap_or(AwsService::Ecr);
    }
    match SignatureClaim::of(request) {
        Some(claim) => AwsService::named(&claim.service).unwrap_or(AwsService::Ecr),
        None if is_form(request) || has_action(request) => AwsService::Sts,
        None => AwsService::Ecr,
    }
}

fn is_form(request: &Parts) -> bool {
    let header = request.headers.get(header::CONTENT_TYPE);
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
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
    fn on_one_of_aws_s_hosts_the_host_decides() {
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
