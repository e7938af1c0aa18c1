//! Reads the attributes of a request that faults match on.

use http::request::Parts;

use crate::aws::hosts::Host;
use crate::aws::sigv4::SignatureClaim;
use crate::fault::{FaultTarget, RegistryRoute, RequestAttributes};
use crate::http::authority::authority;
use crate::registry::path::{RegistryPath, Resource};
use crate::server::router::Route;
use crate::services::dispatch;
use crate::state::State;
use crate::types::timestamp::Timestamp;
use crate::types::{PrincipalArn, Region};

/// Returns the attributes of a request, or `None` if faults do not apply to its service.
pub(crate) fn of(
    state: &State,
    request: &Parts,
    body: &[u8],
    route: &Route,
    now: Timestamp,
) -> Option<RequestAttributes> {
    let claim = match FaultTarget::of(route.service())? {
        FaultTarget::Api => Claim::of_signature(state, request),
        FaultTarget::Registry => Claim::of_token(state, request, now),
    };
    let host_region = match Host::of(authority(request)) {
        Host::Registry { region, .. } | Host::Api { region, .. } => Some(region),
        _ => None,
    };
    let Claim {
        principal,
        region,
        is_valid,
    } = claim.unwrap_or_default();
    let is_same_region = host_region.is_none() || host_region == region;
    let (registry_route, repository) = registry_attributes(route);
    let host = authority(request);
    let user_agent = request.headers.get(http::header::USER_AGENT);
    Some(RequestAttributes {
        service: route.service(),
        operation: route
            .aws_service()
            .and_then(|service| dispatch::operation_of(service, request, body)),
        route: registry_route,
        method: request.method.to_string(),
        account: principal.as_ref().map(PrincipalArn::account),
        region: host_region.or(region),
        principal,
        has_valid_token: is_valid && is_same_region,
        repository,
        host: without_port(host).to_ascii_lowercase(),
        user_agent: user_agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    })
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Returns the route of the registry, and the name of the repository.
fn registry_attributes(route: &Route) -> (Option<RegistryRoute>, Option<String>) {
    let path = match route {
        Route::Layer => return (Some(RegistryRoute::Layer), None),
        Route::Registry { path, .. } => path,
        _ => return (None, None),
    };
    match path {
        RegistryPath::Ping => (Some(RegistryRoute::Ping), None),
        RegistryPath::Catalog => (Some(RegistryRoute::Catalog), None),
        RegistryPath::Other => (None, None),
        RegistryPath::Repository { name, resource } => {
            let route = match resource {
                Resource::Manifest(_) => RegistryRoute::Manifest,
                Resource::Blob(_) => RegistryRoute::Blob,
                Resource::Uploads | Resource::Upload(_) => RegistryRoute::Upload,
                Resource::Tags => RegistryRoute::Tags,
                Resource::Referrers(_) => RegistryRoute::Referrers,
            };
            (Some(route), Some(name.clone()))
        }
    }
}

/// The principal and the Region that the credentials of a request name. The signature is not verified.
#[derive(Default)]
struct Claim {
    principal: Option<PrincipalArn>,
    region: Option<Region>,
    /// Whether the request presents a valid token.
    is_valid: bool,
}

impl Claim {
    fn of_signature(state: &State, request: &Parts) -> Option<Self> {
        let claim = SignatureClaim::of(request)?;
        let principal = state.principals.with_access_key_id(&claim.access_key_id);
        Some(Claim {
            principal: principal.map(|principal| principal.arn.clone()),
            region: claim.region.parse().ok(),
            is_valid: false,
        })
    }

    fn of_token(state: &State, request: &Parts, now: Timestamp) -> Option<Self> {
        let header = request.headers.get(http::header::AUTHORIZATION)?;
        let (_, token) = header.to_str().ok()?.split_once(' ')?;
        let (claims, id) = state.tokens.open(token.trim()).ok()?;
        Some(Claim {
            principal: Some(claims.principal.clone()),
            region: Some(claims.region.clone()),
            is_valid: state.tokens.validate_claims(claims, id, now).is_ok(),
        })
    }
}
