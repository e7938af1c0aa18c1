//! How a registry verifies who calls it.

mod basic;
mod interface;

use crate::aws::hosts::Host;

pub(crate) use interface::Authentication;

/// The authentication of the registry of a host: every private registry has Basic.
pub(crate) fn of(_host: &Host) -> &'static dyn Authentication {
    &basic::Basic
}
