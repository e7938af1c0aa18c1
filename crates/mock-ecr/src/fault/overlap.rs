//! Determines which faults cannot change the same response.
//!
//! If two faults set the same part of a response, only one of them can be visible to the client. The one that was added first is applied,
//! and the other one is not counted for that request.

use std::mem::discriminant;

use crate::fault::action::{BodyFault, FaultAction};
use crate::fault::authorization_data::AuthorizationData;

/// The kind of a response that faults can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseKind {
    /// A fault has replaced the response.
    Injected,
    /// A successful response of a service or of the registry.
    Success,
    /// A rejection by the registry, because the token has expired.
    ExpiredToken,
    /// Any other error.
    Error,
}

impl FaultAction {
    /// Returns whether the action sends a response in place of a service or the registry.
    pub(super) fn replaces_response(&self) -> bool {
        matches!(
            self,
            FaultAction::Error(_) | FaultAction::Throttle(_) | FaultAction::ExpiredEarly(_)
        )
    }

    /// Returns whether the action changes a response of this kind.
    pub(super) fn changes(&self, kind: ResponseKind) -> bool {
        match self {
            _ if self.replaces_response() => false,
            _ if self.changes_token_output() => kind == ResponseKind::Success,
            FaultAction::Expired(_) => kind == ResponseKind::ExpiredToken,
            _ => true,
        }
    }

    /// Returns whether the action sets a part of the response that an action of an earlier fault has set.
    pub(super) fn overlaps(&self, earlier: &FaultAction) -> bool {
        let (one, other) = (self, earlier);
        if one.ends_response() && other.ends_response() {
            return true;
        }
        if discriminant(one) == discriminant(other) {
            return !matches!(one, FaultAction::Latency(_) | FaultAction::Date(_));
        }
        one.covers(other)
            || other.covers(one)
            || matches!(
                (one, other),
                (
                    FaultAction::Body(BodyFault::Html),
                    FaultAction::ContentType(_)
                )
            )
    }

    /// Returns whether this action replaces everything that another action changes.
    fn covers(&self, other: &FaultAction) -> bool {
        match self {
            FaultAction::Body(_) | FaultAction::Expired(_) => {
                other.changes_token_output()
                    || matches!(other, FaultAction::Body(_) | FaultAction::Expired(_))
            }
            FaultAction::AuthorizationData(
                AuthorizationData::Empty | AuthorizationData::Null | AuthorizationData::Missing,
            ) => other.changes_token_output(),
            _ => false,
        }
    }

    fn ends_response(&self) -> bool {
        matches!(
            self,
            FaultAction::Stall(_)
                | FaultAction::Close(_)
                | FaultAction::Reset(_)
                | FaultAction::Overrun(_)
                | FaultAction::GarbledChunks
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::definition::Fault;

    fn action(toml: &str) -> FaultAction {
        Fault::from_toml(&format!("action = {{ {toml} }}"))
            .unwrap()
            .action
    }

    #[test]
    fn actions_overlap_if_one_of_them_would_be_invisible() {
        for (one, other) in [
            ("body = 'empty'", "body = 'html'"),
            ("body = 'empty'", "token = 'empty'"),
            ("expires_at = 'past'", "expires_at = 'missing'"),
            ("authorization_data = 'empty'", "expires_at = 'past'"),
            ("close = 'before_headers'", "stall = 'after_headers'"),
            ("overrun = 1", "close = 'before_headers'"),
            ("bandwidth = 1", "bandwidth = 2"),
        ] {
            let (one, other) = (action(one), action(other));
            assert!(one.overlaps(&other) && other.overlaps(&one), "{one:?}");
        }
        let (html, content_type) = (action("body = 'html'"), action("content_type = 'x'"));
        assert!(html.overlaps(&content_type) && !content_type.overlaps(&html));
    }

    #[test]
    fn actions_on_different_parts_are_combined() {
        for (one, other) in [
            ("latency = '1s'", "latency = '2s'"),
            ("expires_at = 'past'", "token = 'empty'"),
            ("body = 'empty'", "bandwidth = 1"),
            ("close = 'after_headers'", "latency = '1s'"),
        ] {
            let (one, other) = (action(one), action(other));
            assert!(!one.overlaps(&other) && !other.overlaps(&one), "{one:?}");
        }
    }
}
