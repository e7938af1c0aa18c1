//! Who may ask.

use http::request::Parts;
use http::uri::Authority;
use http::{HeaderName, StatusCode, header};

use crate::aws::hosts::is_loopback;
use crate::control::error::ControlError;
use crate::http::authority::authority;
use crate::state::Ecr;
use crate::types::secret::Secret;

/// Lets in who has the key, or, where there is none, who calls the mock from its own machine by a name that can mean nothing else; and
/// never a page of somebody's.
pub(super) fn authorize(ecr: &Ecr, request: &Parts) -> Result<(), ControlError> {
    let site = request.headers.get(SEC_FETCH_SITE);
    let is_cross_site = site.is_some_and(|site| site != "same-origin" && site != "none");
    if is_cross_site || request.headers.contains_key(header::ORIGIN) {
        return Err(cross_site());
    }
    match &ecr.config.control_key {
        Some(key) => check_key(key, request),
        None => check_local(ecr, request),
    }
}

fn check_key(key: &Secret, request: &Parts) -> Result<(), ControlError> {
    let header = request.headers.get(header::AUTHORIZATION);
    let presented = header.and_then(|header| header.to_str().ok()?.split_once(' '));
    let is_key = |(scheme, presented): (&str, &str)| {
        scheme.eq_ignore_ascii_case("Bearer") && key.equals(presented.trim())
    };
    presented
        .is_some_and(is_key)
        .then_some(())
        .ok_or_else(unauthorized)
}

/// Whoever can reach the mock from elsewhere can write any name into a header, so that the addresses count too.
fn check_local(ecr: &Ecr, request: &Parts) -> Result<(), ControlError> {
    let host = authority(request).parse::<Authority>();
    let is_named = host.is_ok_and(|host| is_loopback(host.host()));
    let mut addresses = ecr.addresses().iter();
    let is_loopback_only = addresses.all(|address| address.ip().is_loopback());
    (is_named && is_loopback_only)
        .then_some(())
        .ok_or_else(not_local)
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

fn cross_site() -> ControlError {
    let text =
        "pages of a browser are not told: the request has an Origin, or comes from another site";
    ControlError::new(StatusCode::FORBIDDEN, "CROSS_SITE", text)
}

fn unauthorized() -> ControlError {
    let text = "this mock has a control key; send it as Authorization: Bearer KEY (MOCK_ECR_CONTROL_KEY for the command)";
    ControlError::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", text)
}

fn not_local() -> ControlError {
    let text = "without a control key the mock tells of itself only where it listens on loopback addresses alone, and by the name of \
                one; start it with --control-key to ask from elsewhere";
    ControlError::new(StatusCode::FORBIDDEN, "NOT_LOCAL", text)
}
