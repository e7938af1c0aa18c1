//! Actions, and the patterns of actions in policies.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::types::glob::{Case, Glob, QuestionMark};

/// An action, such as `ecr:PutImage`: the prefix of a service and the name of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    prefix: &'static str,
    operation: &'static str,
}

impl Action {
    pub(crate) const fn new(prefix: &'static str, operation: &'static str) -> Self {
        Action { prefix, operation }
    }

    /// Creates an action of Amazon ECR.
    pub(crate) const fn ecr(operation: &'static str) -> Self {
        Action::new("ecr", operation)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Action { prefix, operation } = self;
        write!(f, "{prefix}:{operation}")
    }
}

/// A pattern of actions in a policy, such as `ecr:Get*`. `*` matches any number of characters and `?` matches one. Case is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActionPattern(Glob);

impl ActionPattern {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        ActionPattern(Glob::new(text, Case::Insensitive, QuestionMark::Wildcard))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns whether it matches an action, such as `ecr:PutImage`.
    pub(crate) fn matches(&self, action: &str) -> bool {
        self.0.matches(action)
    }
}

impl<'de> Deserialize<'de> for ActionPattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(ActionPattern::new)
    }
}

impl Serialize for ActionPattern {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_iam() {
        for (pattern, action) in [
            ("*", "ecr:GetAuthorizationToken"),
            ("ecr:*", "ecr:GetAuthorizationToken"),
            ("ECR:getauthorizationtoken", "ecr:GetAuthorizationToken"),
            ("ecr:Get*Token", "ecr:GetAuthorizationToken"),
            ("ecr:Get*o*n*", "ecr:GetAuthorizationToken"),
            ("ecr:???AuthorizationToken", "ecr:GetAuthorizationToken"),
            ("ecr:GetAuthorizationToken**", "ecr:GetAuthorizationToken"),
        ] {
            assert!(ActionPattern::new(pattern).matches(action), "{pattern}");
        }
        for (pattern, action) in [
            ("", "ecr:GetAuthorizationToken"),
            ("ecr:Put*", "ecr:GetAuthorizationToken"),
            ("ecr:GetAuthorizationToke", "ecr:GetAuthorizationToken"),
            ("ecr:Get?", "ecr:GetAuthorizationToken"),
            ("*x", "ecr:GetAuthorizationToken"),
        ] {
            assert!(!ActionPattern::new(pattern).matches(action), "{pattern}");
        }
    }
}
