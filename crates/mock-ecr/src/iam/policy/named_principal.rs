//! A principal in a policy.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::types::{AccountId, NameError, Partition, PrincipalArn};

/// A principal of the type `AWS` in a policy. Source: "Principal" in AWS's IAM user guide.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum NamedPrincipal {
    /// `*`.
    Everyone,
    /// The ID of an account. It means the same as the ARN of the root user of the account.
    Account(AccountId),
    /// The ARN of the root user of an account, a user, a role, a session of a role, or a federated user.
    Arn(PrincipalArn),
}

/// The way in which a statement names a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// By its account. If the statement allows an action, the policy of the caller must allow it too.
    ByAccount,
    /// By its own ARN, by the ARN of its role, or as one of all principals.
    Directly,
}

impl NamedPrincipal {
    /// Returns the principal with the ARN of an account in place of its ID.
    pub(super) fn with_account_arn(&self, partition: Partition) -> Self {
        match self {
            NamedPrincipal::Account(id) => {
                NamedPrincipal::Arn(PrincipalArn::root_in(partition, *id))
            }
            other => other.clone(),
        }
    }

    pub(super) fn names(&self, caller: &PrincipalArn) -> Option<Named> {
        match self {
            NamedPrincipal::Everyone => Some(Named::Directly),
            _ if self.is_account_of(caller) => Some(Named::ByAccount),
            _ => (self.is_itself(caller) || self.is_role_of(caller)).then_some(Named::Directly),
        }
    }

    pub(super) fn is_account_of(&self, caller: &PrincipalArn) -> bool {
        match self {
            NamedPrincipal::Everyone => true,
            NamedPrincipal::Account(id) => *id == caller.account(),
            NamedPrincipal::Arn(arn) => arn.is_root() && has_same_account(arn, caller),
        }
    }

    /// Returns whether the caller is a session of this role.
    pub(super) fn is_role_of(&self, caller: &PrincipalArn) -> bool {
        match self {
            NamedPrincipal::Everyone => true,
            NamedPrincipal::Account(_) => false,
            NamedPrincipal::Arn(arn) => caller.is_session_of(arn),
        }
    }

    pub(super) fn is_itself(&self, caller: &PrincipalArn) -> bool {
        match self {
            NamedPrincipal::Everyone => true,
            NamedPrincipal::Account(_) => caller.is_root() && self.is_account_of(caller),
            NamedPrincipal::Arn(arn) => arn == caller,
        }
    }
}

fn has_same_account(one: &PrincipalArn, other: &PrincipalArn) -> bool {
    (one.partition(), one.account()) == (other.partition(), other.account())
}

impl FromStr for NamedPrincipal {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == "*" {
            return Ok(NamedPrincipal::Everyone);
        }
        if let Ok(account) = text.parse() {
            return Ok(NamedPrincipal::Account(account));
        }
        let arn = text.parse().ok().filter(is_named_by_policies);
        arn.map(NamedPrincipal::Arn).ok_or_else(|| {
            let expected =
                "*, an account ID, or an ARN such as arn:aws:iam::123456789012:user/developer";
            NameError::new("principal", text, expected)
        })
    }
}

/// Returns whether an ARN is that of an account, a user, a role or a session. A part of a name cannot be a wildcard.
fn is_named_by_policies(arn: &PrincipalArn) -> bool {
    let (kind, name) = arn
        .resource()
        .split_once('/')
        .unwrap_or((arn.resource(), ""));
    let has_name = !name.is_empty() && !name.contains(['*', '?']);
    match (arn.is_temporary(), kind) {
        (false, "root") => arn.is_root(),
        (false, "user" | "role") | (true, "federated-user") => has_name,
        (true, "assumed-role") => has_name && arn.session_role().is_some(),
        _ => false,
    }
}

impl TryFrom<String> for NamedPrincipal {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<NamedPrincipal> for String {
    fn from(name: NamedPrincipal) -> Self {
        match name {
            NamedPrincipal::Everyone => "*".to_owned(),
            NamedPrincipal::Account(id) => id.to_string(),
            NamedPrincipal::Arn(arn) => arn.into(),
        }
    }
}
