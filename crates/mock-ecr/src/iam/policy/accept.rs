//! Decides whether a valid policy is accepted by a mock.

use crate::iam::identity_store::IdentityStore;
use crate::iam::policy::condition::Unsupported;
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::iam::policy::named_principal::NamedPrincipal;
use crate::iam::policy::repository_policy::RepositoryPolicy;
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
        for principal in policy.principals() {
            self.check_principal(principal, partition)?;
        }
        match (self.unknown_conditions, policy.unsupported()) {
            (UnknownConditions::Reject, Some(unsupported)) => {
                Err(RejectedPolicy::Condition(unsupported.clone()))
            }
            _ => Ok(()),
        }
    }

    /// A principal of another partition cannot exist. `[ASSUME]`: ECR rejects it as an invalid policy.
    fn check_principal(
        &self,
        principal: &NamedPrincipal,
        partition: Partition,
    ) -> Result<(), RejectedPolicy> {
        if let NamedPrincipal::Arn(arn) = principal
            && arn.partition() != partition.name
        {
            let text = format!("{arn} does not belong to the partition {}", partition.name);
            return Err(InvalidPolicy(text).into());
        }
        match self.identities.contains(principal) {
            true => Ok(()),
            false => Err(RejectedPolicy::Principal(principal.clone().into())),
        }
    }
}

/// The reason why a mock does not accept a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RejectedPolicy {
    #[error(transparent)]
    Invalid(#[from] InvalidPolicy),
    #[error(
        "the principal {0} does not exist: expected an account, a user, or a role with a session"
    )]
    Principal(String),
    #[error(
        "mock-ecr does not evaluate the {0}; to accept the policy, set unknown_conditions = \"ignore\""
    )]
    Condition(Unsupported),
    /// The caller could not set another policy.
    #[error("with this policy, the caller could not set another policy of {0}")]
    LockOut(RepositoryId),
}
