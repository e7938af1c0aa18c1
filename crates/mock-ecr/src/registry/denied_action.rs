//! An action that the policies do not allow.

use crate::iam::authorization::AccessDenied;

/// An action that the caller is not allowed, and the message.
#[derive(Clone, Debug)]
pub(crate) struct DeniedAction {
    pub(super) text: String,
    pub(super) denied: AccessDenied,
}

impl DeniedAction {
    pub(super) fn new(denied: AccessDenied) -> Self {
        DeniedAction {
            text: denied.to_string(),
            denied,
        }
    }
}
