//! Decides whether a valid policy is accepted by a mock.

use crate::iam::identity_store::IdentityStore;
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::iam::policy::named_principal::NamedPrincipal;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::iam::policy::unsupported::Unsupported;
use crate::iam::unknown_conditions::UnknownConditions;
use crate::types::{Partition, RepositoryId};

/// What a mock accepts in the policies of its repositories.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acceptance<'a> {
    pub(crate) identities: &'a IdentityStore,
    pub(crate) unknown_conditions: UnknownConditions,
}

impl Acceptance<'_> {
    /// Checks that the principals of a policy exist, and that all conditions can be evaluated.
    ///
    /// # Errors
    ///
    /// Returns an error for the first part of the policy that is not accepted.
    pub(crate) fn check(
        &self,
        policy: &RepositoryPolicy,
        partition: Partition,
    ) -> Result<(), RejectedPolicy> {
        for (statement, principal) in policy.principals() {
            self.check_principal(statement, principal, partition)?;
        }
        let unsupported = policy.unsupported();
        match self.unknown_conditions {
            UnknownConditions::Reject if !unsupported.is_empty() => {
                Err(RejectedPolicy::Conditions(unsupported))
            }
            _ => Ok(()),
        }
    }

    /// A principal of another partition cannot exist. `[ASSUME]`: ECR rejects it as an invalid policy.
    fn check_principal(
        &self,
        statement: usize,
        principal: &NamedPrincipal,
        partition: Partition,
    ) -> Result<(), RejectedPolicy> {
        if let NamedPrincipal::Arn(arn) = principal
            && arn.partition() != partition.name
        {
            let text = format!("{arn} does not belong to the partition {}", partition.name);
            return Err(InvalidPolicy(text).in_statement(statement).into());
        }
        match self.identities.contains(principal) {
            true => Ok(()),
            false => Err(RejectedPolicy::Principal {
                statement,
                principal: principal.clone().into(),
            }),
        }
    }
}

/// The reason why a mock does not accept a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RejectedPolicy {
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
    #[error(
        "statement {}: the principal {principal} does not exist: expected an account, a user, or a role with a session",
        .statement + 1
    )]
    Principal { statement: usize, principal: String },
    #[error(
        "mock-ecr does not evaluate {}. To accept the policy, set unknown_conditions = \"ignore\" in the configuration of the mock",
        joined(.0)
    )]
    Conditions(Vec<Unsupported>),
    /// The caller could not set another policy.
    #[error("with this policy, the caller could not set another policy of {0}")]
    LockOut(RepositoryId),
}

fn joined(parts: &[Unsupported]) -> String {
    let parts: Vec<String> = parts.iter().map(Unsupported::to_string).collect();
    parts.join(", ")
}
