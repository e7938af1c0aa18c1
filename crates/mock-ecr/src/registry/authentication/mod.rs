//! Authenticates the callers of a registry.

mod basic;
mod interface;

use crate::aws::hosts::Host;

pub(crate) use interface::Authentication;

/// Returns the authentication scheme of the registry of a host. Every private registry uses Basic authentication.
pub(crate) fn of(_host: &Host) -> &'static dyn Authentication {
    &basic::Basic
}
