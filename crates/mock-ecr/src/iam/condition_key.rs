//! The keys of conditions.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::types::NameError;

/// A key of the conditions in policies, whose value is a property of a request. Keys are compared without case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum ConditionKey {
    /// `aws:PrincipalArn`: the ARN of the caller. For a session of a role, the ARN of the role, without the path of the role.
    PrincipalArn,
    /// `aws:PrincipalAccount`: the account of the caller.
    PrincipalAccount,
    /// `aws:PrincipalOrgID`: the organization of the caller. Absent unless it is configured.
    PrincipalOrgId,
    /// `aws:SourceArn`: the resource on whose behalf a service calls. Absent unless it is configured.
    SourceArn,
    /// `aws:SourceAccount`: the account on whose behalf a service calls. Absent unless it is configured.
    SourceAccount,
    /// `aws:SourceVpce`: the VPC endpoint of the request. Absent unless it is configured.
    SourceVpce,
    /// `aws:SecureTransport`: whether the request was sent over TLS, `true` or `false`.
    SecureTransport,
}

impl ConditionKey {
    /// All keys.
    pub(crate) const ALL: [ConditionKey; 7] = [
        ConditionKey::PrincipalArn,
        ConditionKey::PrincipalAccount,
        ConditionKey::PrincipalOrgId,
        ConditionKey::SourceArn,
        ConditionKey::SourceAccount,
        ConditionKey::SourceVpce,
        ConditionKey::SecureTransport,
    ];

    /// Returns the name in policies, such as `aws:PrincipalArn`.
    pub fn name(self) -> &'static str {
        match self {
            ConditionKey::PrincipalArn => "aws:PrincipalArn",
            ConditionKey::PrincipalAccount => "aws:PrincipalAccount",
            ConditionKey::PrincipalOrgId => "aws:PrincipalOrgID",
            ConditionKey::SourceArn => "aws:SourceArn",
            ConditionKey::SourceAccount => "aws:SourceAccount",
            ConditionKey::SourceVpce => "aws:SourceVpce",
            ConditionKey::SecureTransport => "aws:SecureTransport",
        }
    }
}

impl FromStr for ConditionKey {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let named = |key: &ConditionKey| key.name().eq_ignore_ascii_case(text);
        ConditionKey::ALL.into_iter().find(named).ok_or_else(|| {
            let expected = "aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalOrgID, aws:SourceArn, aws:SourceAccount, aws:SourceVpce or aws:SecureTransport";
            NameError::new("condition key", text, expected)
        })
    }
}

impl TryFrom<String> for ConditionKey {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<ConditionKey> for String {
    fn from(key: ConditionKey) -> Self {
        key.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_parsed_without_case_and_the_error_lists_all() {
        for key in ConditionKey::ALL {
            assert_eq!(
                key.name().to_uppercase().parse::<ConditionKey>().unwrap(),
                key
            );
            let error = "aws:SourceIp".parse::<ConditionKey>().unwrap_err();
            assert!(error.to_string().contains(key.name()), "{error}");
        }
    }
}
