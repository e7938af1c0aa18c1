//! Explains the responses of the request log: why a request was rejected, and what a fault did. The texts are made when they are read.

mod access;
mod credentials;
mod definition;
mod duration;
mod facts;
mod fault;
mod kind;
mod response;
mod signature;
mod token;

use crate::request_log::reason::Reason;
use crate::request_log::received_request::ReceivedRequest;
use crate::token::RejectedToken;

pub use definition::Explanation;
pub use facts::Facts;
pub use kind::{ExplanationKind, ExplanationLevel};

impl Explanation {
    /// Explains why a token is rejected.
    pub(crate) fn of_token(rejected: &RejectedToken) -> Self {
        token::explain(rejected)
    }
}

impl ReceivedRequest {
    /// Explains why the request was rejected, and what faults did to the response. Returns `None` for a request that succeeded without a fault.
    pub fn explanation(&self) -> Option<Explanation> {
        if let Some(replacement) = self
            .effects
            .iter()
            .find(|one| one.change.replaces_response())
        {
            return Some(fault::of_replacement(self, replacement));
        }
        let Some(mut explanation) = self.of_error() else {
            return fault::of_changes(self);
        };
        for effect in &self.effects {
            explanation.text += &format!(" {}", fault::sentence(self, effect));
        }
        Some(explanation)
    }

    fn of_error(&self) -> Option<Explanation> {
        let explained = match self.reason.as_deref() {
            Some(Reason::Token(rejected)) => token::explain(rejected),
            Some(Reason::Credentials(rejected)) => credentials::explain(rejected),
            Some(Reason::Signature(check)) => signature::explain(self, check),
            Some(Reason::Access(denied)) => access::explain(denied),
            reason => return response::explain(self, reason),
        };
        Some(explained)
    }
}
