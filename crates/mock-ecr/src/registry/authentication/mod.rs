//! How a registry authenticates its callers.

mod basic;
mod interface;

use crate::aws::hosts::Host;

pub(crate) use interface::Authentication;

/// Returns the authentication of the registry of a host. Every private registry uses Basic.
pub(crate) fn of(_host: &Host) -> &'static dyn Authentication {
    &basic::Basic
}
