//! Removes what could be a password from error messages about the command line.

use std::error::Error as _;

use clap::Error;
use clap::error::{ContextKind, ContextValue};
use mock_ecr::config::StoreLocationError;

/// Removes invalid locations of stores, which the cause of the error contains without passwords, and URLs with a user, in any position.
pub(super) fn without_passwords(mut error: Error) -> Error {
    let cause = error.source();
    let is_location = cause.is_some_and(|cause| cause.is::<StoreLocationError>());
    let kinds: Vec<_> = error.context().map(|(kind, _)| kind).collect();
    for kind in kinds {
        let Some(ContextValue::String(text)) = error.get(kind) else {
            continue;
        };
        let text = match is_location && kind == ContextKind::InvalidValue {
            true => "…".to_owned(),
            false => without_user(text),
        };
        error.insert(kind, ContextValue::String(text));
    }
    error
}

fn without_user(text: &str) -> String {
    match text.split_once("://") {
        Some((before, after)) if after.contains('@') => format!("{before}://…"),
        None if text.to_ascii_lowercase().starts_with("postgres") => "…".to_owned(),
        _ => text.to_owned(),
    }
}
