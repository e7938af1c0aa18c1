//! Authorizes requests to the control API.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::request::Parts;
use http::uri::Authority;
use http::{StatusCode, header};

use crate::aws::hosts::is_loopback;
use crate::control::error::ControlError;
use crate::control::health;
use crate::control::same_origin::is_same_origin;
use crate::http::authority::authority;
use crate::http::base_url::BaseUrl;
use crate::http::ingress::Ingress;
use crate::state::State;
use crate::types::secret::Secret;

/// Rejects requests of a browser page of another origin. Accepts all other requests to `health`. If a control key is
/// configured, accepts requests that contain the key. Otherwise accepts requests to a loopback name if the mock listens on
/// loopback addresses only.
///
/// After DNS rebinding, a page of another host has the same origin as its requests. It has no key, and its host name is not a loopback name.
pub(super) fn authorize(
    state: &State,
    request: &Parts,
    ingress: Ingress,
) -> Result<(), ControlError> {
    if !is_same_origin(request, &BaseUrl::of(request, ingress)) {
        return Err(cross_site());
    }
    if health::is_health(request) {
        return Ok(());
    }
    match &state.config.control_key {
        Some(key) => check_key(key, request),
        None => check_local(state, request),
    }
}

fn check_key(key: &Secret, request: &Parts) -> Result<(), ControlError> {
    let header = request.headers.get(header::AUTHORIZATION);
    let presented = header.and_then(|header| header.to_str().ok()?.split_once(' '));
    let is_key = |(scheme, presented): (&str, &str)| match scheme.to_ascii_lowercase().as_str() {
        "bearer" => key.equals(presented.trim()),
        "basic" => user(presented.trim()).is_some_and(|user| key.equals(&user)),
        _ => false,
    };
    presented
        .is_some_and(is_key)
        .then_some(())
        .ok_or_else(unauthorized)
}

/// Returns the username of Basic credentials. For the URL `http://KEY@HOST`, clients such as curl send the key as the username.
fn user(credentials: &str) -> Option<String> {
    let credentials = String::from_utf8(BASE64_STANDARD.decode(credentials).ok()?).ok()?;
    let (user, _) = credentials.split_once(':')?;
    Some(user.to_owned())
}

/// A remote client can send any `Host`, so the addresses that the mock listens on are checked too.
fn check_local(state: &State, request: &Parts) -> Result<(), ControlError> {
    let host = authority(request).parse::<Authority>();
    let is_named = host.is_ok_and(|host| is_loopback(host.host()));
    let mut addresses = state.addresses().iter();
    let is_loopback_only = addresses.all(|address| address.ip().is_loopback());
    (is_named && is_loopback_only)
        .then_some(())
        .ok_or_else(not_local)
}

fn cross_site() -> ControlError {
    let text = "requests of pages of another origin are rejected: expected the scheme, host and port of the request in the Origin header, and Sec-Fetch-Site: same-origin";
    ControlError::new(StatusCode::FORBIDDEN, "CROSS_SITE", text)
}

fn unauthorized() -> ControlError {
    let text = "missing or wrong control key: expected Authorization: Bearer KEY (the command reads the key from MOCK_ECR_CONTROL_KEY, or from a URL such as http://KEY@HOST)";
    ControlError::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", text)
}

fn not_local() -> ControlError {
    let text = "without a control key, the mock must listen on loopback addresses only, and the Host of the request must be a \
                loopback name; to allow other requests, start the mock with --control-key";
    ControlError::new(StatusCode::FORBIDDEN, "NOT_LOCAL", text)
}
