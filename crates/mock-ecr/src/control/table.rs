//! The table of all routes.

use http::request::Parts;
use http::{Method, StatusCode};

use crate::control::error::ControlError;
use crate::control::route::{CONTROL_PREFIX, Route};
use crate::control::{
    background, certificate, clock, config, environment, events, faults, health, image, images,
    lifecycle, metrics, openapi, repositories, repository, requests, reset, scan_results, stream,
    tokens,
};

/// All routes, grouped by resource.
const ROUTES: [&[Route]; 20] = [
    &health::ROUTES,
    &config::ROUTES,
    &reset::ROUTES,
    &clock::ROUTES,
    &tokens::ROUTES,
    &faults::ROUTES,
    &repositories::ROUTES,
    &repository::ROUTES,
    &images::ROUTES,
    &image::ROUTES,
    &lifecycle::ROUTES,
    &scan_results::ROUTES,
    &background::ROUTES,
    &requests::ROUTES,
    &stream::ROUTES,
    &events::ROUTES,
    &metrics::ROUTES,
    &environment::ROUTES,
    &certificate::ROUTES,
    &openapi::ROUTES,
];

pub(super) fn all() -> impl Iterator<Item = &'static Route> + Clone {
    ROUTES.iter().copied().flatten()
}

/// Returns the route of a request.
pub(super) fn find(request: &Parts) -> Result<&'static Route, ControlError> {
    let path = request.uri.path();
    let path = path.strip_prefix(CONTROL_PREFIX).unwrap_or_default();
    // The body of a response to `HEAD` is removed when the response is sent.
    let method = if health::is_health(request) {
        &Method::GET
    } else {
        &request.method
    };
    let mut routes = all().filter(|route| route.path == path).peekable();
    if routes.peek().is_none() {
        return Err(not_found());
    }
    let methods: Vec<&str> = routes.clone().map(|route| route.method.as_str()).collect();
    routes
        .find(|route| route.method == *method)
        .ok_or_else(|| method_not_allowed(&methods.join(", ")))
}

fn not_found() -> ControlError {
    let mut paths: Vec<&str> = all().map(|route| route.path).collect();
    paths.dedup();
    let text = format!(
        "unknown resource under {CONTROL_PREFIX}: expected one of {}",
        paths.join(", ")
    );
    ControlError::new(StatusCode::NOT_FOUND, "NOT_FOUND", text)
}

fn method_not_allowed(methods: &str) -> ControlError {
    let text = format!("method not allowed: expected {methods}");
    ControlError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", text)
        .allow(methods.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::RegistryRoute;
    use crate::types::similar::misspelled;

    /// Otherwise the request log could not be searched for the route.
    #[test]
    fn no_route_is_taken_for_a_misspelled_route_of_the_registry() {
        for route in all() {
            let similar = misspelled(route.path, RegistryRoute::NAMES.into_iter());
            assert_eq!(similar, None, "{}", route.path);
        }
    }
}
