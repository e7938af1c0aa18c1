//! Decides whether a caller is allowed an action on a repository.

use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::iam::action::Action;
use crate::iam::authorization::{self, AccessDenied, CrossAccount};
use crate::iam::policy::{RepositoryPolicy, Verdict};
use crate::iam::principal::{Caller, Denial};
use crate::types::RepositoryId;

impl Repositories {
    /// Checks that a caller is allowed an action on a repository.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller is not allowed the action, or if the policy of the repository cannot be read.
    pub(crate) async fn authorize(
        &self,
        caller: &Caller,
        action: Action,
        id: &RepositoryId,
        cross_account: CrossAccount,
    ) -> Result<(), AccessError> {
        // An explicit deny of the principal cannot be overridden, so the policy of the repository is not read.
        let by_resource = match caller.principal().evaluate(action) {
            Err(Denial::Explicit) => Verdict::NoMatch,
            _ => self.verdict(caller, action, id).await?,
        };
        authorization::authorize(caller, action, id, by_resource, cross_account)
            .map_err(AccessError::Denied)
    }

    async fn verdict(
        &self,
        caller: &Caller,
        action: Action,
        id: &RepositoryId,
    ) -> Result<Verdict, RepositoryError> {
        let text = match self.policy(id).await {
            Ok(text) => text,
            Err(RepositoryError::PolicyNotFound(_) | RepositoryError::RepositoryNotFound(_)) => {
                return Ok(Verdict::NoMatch);
            }
            Err(error) => return Err(error),
        };
        let policy = RepositoryPolicy::parse(&text).map_err(RepositoryError::InvalidPolicy)?;
        Ok(policy.verdict(caller.arn(), &action.to_string()))
    }
}

/// The reason why a caller is not allowed an action, or why the decision failed.
#[derive(Debug)]
pub(crate) enum AccessError {
    Denied(AccessDenied),
    Repository(RepositoryError),
}

impl From<RepositoryError> for AccessError {
    fn from(error: RepositoryError) -> Self {
        AccessError::Repository(error)
    }
}
