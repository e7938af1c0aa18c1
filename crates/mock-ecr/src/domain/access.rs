//! Decides whether a caller is allowed an action on a repository.

use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::iam::access_request::AccessRequest;
use crate::iam::authorization::{self, AccessDenied, CrossAccount};
use crate::iam::policy::repository_policy::{RepositoryPolicy, Verdict};
use crate::iam::principal::Denial;
use crate::types::RepositoryId;

impl Repositories {
    /// Checks that the caller of a request is allowed the action on a repository.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller is not allowed the action, or if the policy of the repository cannot be read.
    pub(crate) async fn authorize(
        &self,
        request: &AccessRequest<'_>,
        id: &RepositoryId,
        cross_account: CrossAccount,
    ) -> Result<(), AccessError> {
        // An explicit deny of the principal cannot be overridden, so the policy of the repository is not read.
        let by_resource = match request.caller.principal().evaluate(request.action) {
            Err(Denial::Explicit) => Verdict::NoMatch,
            _ => self.verdict(request, id).await?,
        };
        authorization::authorize(request, id, by_resource, cross_account)
            .map_err(AccessError::Denied)
    }

    async fn verdict(
        &self,
        request: &AccessRequest<'_>,
        id: &RepositoryId,
    ) -> Result<Verdict, RepositoryError> {
        let text = match self.policy(id).await {
            Ok(text) => text,
            Err(RepositoryError::PolicyNotFound(_) | RepositoryError::RepositoryNotFound(_)) => {
                return Ok(Verdict::NoMatch);
            }
            Err(error) => return Err(error),
        };
        Ok(RepositoryPolicy::parse(&text)?.verdict(request))
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
