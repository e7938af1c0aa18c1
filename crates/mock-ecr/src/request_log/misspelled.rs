//! Finds misspelled routes and error codes in filters. Such a filter would match no request, and a test that expects none
//! would pass.

use crate::fault::{ErrorCode, RegistryRoute};
use crate::types::similar::{DidYouMean, misspelled};

/// A name that differs in one or two letters from a known one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {kind} is named {name:?}{}", DidYouMean(&[*.similar]))]
pub(crate) struct Misspelled {
    kind: &'static str,
    name: String,
    similar: &'static str,
}

impl Misspelled {
    /// Returns an error if a route is a misspelled route of the registry. Routes of the control API are not checked.
    pub(crate) fn check_route(name: &str) -> Result<(), Misspelled> {
        check("route", name, &RegistryRoute::NAMES)
    }

    /// Returns an error if an error code is a misspelled [`ErrorCode`]. Other codes are not checked.
    pub(crate) fn check_error_code(name: &str) -> Result<(), Misspelled> {
        check("error code", name, &ErrorCode::names())
    }

    /// Returns whether the name differs in the case of letters only.
    pub(crate) fn is_case_only(&self) -> bool {
        self.name.eq_ignore_ascii_case(self.similar)
    }
}

fn check(kind: &'static str, name: &str, known: &[&'static str]) -> Result<(), Misspelled> {
    match misspelled(name, known.iter().copied()) {
        None => Ok(()),
        Some(similar) => Err(Misspelled {
            kind,
            name: name.to_owned(),
            similar,
        }),
    }
}
