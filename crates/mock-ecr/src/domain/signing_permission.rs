//! Whether a caller is allowed to sign images.

use crate::iam::action::Action;
use crate::iam::principal::Caller;

/// Whether the caller of a push is allowed to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SigningPermission {
    Allowed,
    Denied,
}

impl SigningPermission {
    /// Evaluates the policy of a caller. Source: the documentation of `PutSigningConfiguration` in the service model.
    pub(crate) fn of(caller: &Caller) -> Self {
        let action = Action::new("signer", "SignPayload");
        match caller.principal().evaluate(action) {
            Ok(()) => SigningPermission::Allowed,
            Err(_) => SigningPermission::Denied,
        }
    }
}
