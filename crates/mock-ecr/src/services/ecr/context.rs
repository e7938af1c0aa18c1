//! A call whose caller is known, and what every operation asks of it.

use http::request::Parts;

use crate::aws::error::ApiError;
use crate::aws::hosts::Host;
use crate::http::ingress::Way;
use crate::iam::authorization;
use crate::iam::authorization::AccessError;
use crate::iam::principal::Caller;
use crate::registry::layer_url;
use crate::server::router::authority;
use crate::state::Ecr;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, RepositoryId, RepositoryName};

/// A call whose signature is right.
pub(crate) struct Admitted<'a> {
    pub(crate) ecr: &'a Ecr,
    pub(crate) caller: &'a Caller,
    pub(crate) request: &'a Parts,
    pub(crate) way: Way,
    pub(crate) now: Timestamp,
}

impl Admitted<'_> {
    /// The registry that an input names: by default the caller's own.
    pub(crate) fn registry(&self, registry_id: Option<AccountId>) -> AccountId {
        registry_id.unwrap_or_else(|| self.caller.account())
    }

    /// The repository that an input names.
    pub(crate) fn repository(
        &self,
        registry_id: Option<AccountId>,
        name: RepositoryName,
    ) -> RepositoryId {
        RepositoryId {
            account: self.registry(registry_id),
            region: self.caller.region().clone(),
            name,
        }
    }

    /// Finds out whether the caller may do something to a repository.
    pub(crate) async fn authorize(
        &self,
        id: &RepositoryId,
        action: &'static str,
    ) -> Result<(), ApiError> {
        match authorization::authorize(self.ecr, self.caller, id, action).await {
            Ok(()) => Ok(()),
            Err(AccessError::Denied(denied)) => Err(ApiError::AccessDenied(denied.to_string())),
            Err(AccessError::Repository(error)) => Err(error.into()),
        }
    }

    /// Finds out whether the caller may do something to all repositories of a registry.
    pub(crate) fn authorize_all(
        &self,
        registry: AccountId,
        action: &'static str,
    ) -> Result<(), ApiError> {
        authorization::authorize_all(self.ecr, self.caller, registry, action)
            .map_err(|denied| ApiError::AccessDenied(denied.to_string()))
    }

    /// Finds out whether the caller may do something that is about no repository.
    pub(crate) fn authorize_registry(&self, action: &'static str) -> Result<(), ApiError> {
        authorization::authorize_registry(self.caller, action)
            .map_err(|denied| ApiError::AccessDenied(denied.to_string()))
    }

    /// The repository that an input names, if the caller may do something to it.
    pub(crate) async fn open(
        &self,
        registry_id: Option<AccountId>,
        name: RepositoryName,
        action: &'static str,
    ) -> Result<RepositoryId, ApiError> {
        let id = self.repository(registry_id, name);
        self.authorize(&id, action).await?;
        Ok(id)
    }

    /// The URL before the paths of layers, for this caller.
    pub(crate) fn layers_url(&self) -> String {
        let host = Host::of(authority(self.request));
        layer_url::bucket_url(&host, self.way).unwrap_or_else(|| self.url(&host))
    }

    /// Where the mock can be reached, as the caller has reached it.
    fn url(&self, host: &Host) -> String {
        match host {
            Host::Bare => format!("{}://{}", self.way.scheme(), authority(self.request)),
            _ => format!("http://127.0.0.1:{}", self.ecr.port()),
        }
    }
}
