//! The request that pulls images, and whether it is permitted to import them.

use std::time::Duration;

use crate::domain::{AccessError, CacheState, Repositories};
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::authorization::CrossAccount;
use crate::token::TokenIssuer;
use crate::types::RepositoryId;
use crate::types::timestamp::Timestamp;
use crate::upstream::error::UpstreamError;

/// A request that pulls images.
pub(crate) struct Pull<'a> {
    pub(crate) repositories: &'a Repositories,
    pub(crate) tokens: &'a TokenIssuer,
    pub(crate) token_ttl: Duration,
    /// The caller.
    pub(crate) access: AccessRequest<'a>,
    pub(crate) cross_account: CrossAccount,
    pub(crate) now: Timestamp,
    /// The images whose import has led to the request. `None` if the client is not a cache.
    pub(crate) importing: Option<&'a str>,
}

impl Pull<'_> {
    /// Returns whether the import of the image has led to this request, or whether it has passed too many caches.
    pub(super) fn is_cycle(&self, image: &str) -> bool {
        let importing = self.importing.unwrap_or_default().split(' ');
        importing.clone().count() >= MAX_CACHES || importing.into_iter().any(|one| one == image)
    }

    /// Returns whether the caller is allowed to import an image, and, if it does not exist, to create the repository. Source: "IAM permissions
    /// required to sync an upstream registry" in the user guide of Amazon ECR.
    pub(super) async fn may_import(
        &self,
        id: &RepositoryId,
        state: CacheState,
    ) -> Result<bool, UpstreamError> {
        let import = Action::ecr("BatchImportUpstreamImage");
        let create = Action::ecr("CreateRepository");
        let create = (state == CacheState::NoRepository).then_some(create);
        for action in [Some(import), create].into_iter().flatten() {
            let request = AccessRequest {
                action,
                ..self.access
            };
            let allowed = self
                .repositories
                .authorize(&request, id, self.cross_account);
            match allowed.await {
                Ok(()) => {}
                Err(AccessError::Denied(denied)) => {
                    let reason = denied.to_string();
                    tracing::warn!(repository = %id, ?reason, "an image was not imported from its upstream registry");
                    return Ok(false);
                }
                Err(AccessError::Repository(error)) => return Err(error.into()),
            }
        }
        Ok(true)
    }
}

/// The maximum number of caches that a request for an image can pass.
const MAX_CACHES: usize = 8;
