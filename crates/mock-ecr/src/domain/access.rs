//! Whether a caller is allowed an action on a repository, whose policy is kept with it.

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
    /// When it is not, or the policy of the repository cannot be read.
    pub(crate) async fn authorize(
        &self,
        caller: &Caller,
        action: Action,
        id: &RepositoryId,
        cross_account: CrossAccount,
    ) -> Result<(), AccessError> {
        // An explicit deny needs no look at the policy of the repository.
        let by_resource = match caller.principal().may(action) {
            Err(Denial::Explicit) => Verdict::Silent,
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
                return Ok(Verdict::Silent);
            }
            Err(error) => return Err(error),
        };
        let policy = RepositoryPolicy::parse(&text).map_err(RepositoryError::InvalidPolicy)?;
        Ok(policy.verdict(caller.arn(), &action.to_string()))
    }
}

/// Why a caller is not allowed an action, or why that is not known.
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
