//! A call whose caller is known, and what every operation asks of it.

use http::request::Parts;

use crate::access::{self, AccessError};
use crate::api::ApiError;
use crate::download;
use crate::ecr::Ecr;
use crate::host::Host;
use crate::name::{AccountId, RepositoryId, RepositoryName};
use crate::principal::Caller;
use crate::route::authority;
use crate::timestamp::Timestamp;
use crate::way::Way;

/// A call whose signature is right.
pub(super) struct Admitted<'a> {
    pub(super) ecr: &'a Ecr,
    pub(super) caller: &'a Caller,
    pub(super) request: &'a Parts,
    pub(super) way: Way,
    pub(super) now: Timestamp,
}

impl Admitted<'_> {
    /// The registry that an input names: by default the caller's own.
    pub(super) fn registry(&self, registry_id: Option<AccountId>) -> AccountId {
        registry_id.unwrap_or_else(|| self.caller.account())
    }

    /// The repository that an input names.
    pub(super) fn repository(
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
    pub(super) async fn authorize(
        &self,
        id: &RepositoryId,
        action: &'static str,
    ) -> Result<(), ApiError> {
        match access::authorize(self.ecr, self.caller, id, action).await {
            Ok(()) => Ok(()),
            Err(AccessError::Denied(denied)) => Err(ApiError::AccessDenied(denied.to_string())),
            Err(AccessError::Repository(error)) => Err(error.into()),
        }
    }

    /// Finds out whether the caller may do something to all repositories of a registry.
    pub(super) fn authorize_all(
        &self,
        registry: AccountId,
        action: &'static str,
    ) -> Result<(), ApiError> {
        access::authorize_all(self.ecr, self.caller, registry, action)
            .map_err(|denied| ApiError::AccessDenied(denied.to_string()))
    }

    /// Finds out whether the caller may do something that is about no repository.
    pub(super) fn authorize_registry(&self, action: &'static str) -> Result<(), ApiError> {
        access::authorize_registry(self.caller, action)
            .map_err(|denied| ApiError::AccessDenied(denied.to_string()))
    }

    /// The repository that an input names, if the caller may do something to it.
    pub(super) async fn open(
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
    pub(super) fn layers_url(&self) -> String {
        let host = Host::of(authority(self.request));
        download::bucket_url(&host, self.way).unwrap_or_else(|| self.url(&host))
    }

    /// Where the mock can be reached, as the caller has reached it.
    fn url(&self, host: &Host) -> String {
        match host {
            Host::Bare => format!("{}://{}", self.way.scheme(), authority(self.request)),
            _ => format!("http://127.0.0.1:{}", self.ecr.port()),
        }
    }
}
