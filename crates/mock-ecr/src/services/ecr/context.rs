//! The context of ECR's operations: registries, repositories, and authorization on them.

use crate::aws::error::ApiError;
use crate::aws::hosts::Host;
use crate::domain::rejection::Rules;
use crate::domain::{Repositories, SigningPermission};
use crate::http::authority::authority;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::registry::layer_url;
use crate::services::context::RequestContext;
use crate::types::{AccountId, RegistryId, RepositoryId, RepositoryName};

impl RequestContext<'_> {
    /// Returns the registry that an input names. The default is the registry of the caller.
    pub(crate) fn registry(&self, registry_id: Option<AccountId>) -> AccountId {
        registry_id.unwrap_or_else(|| self.caller.account())
    }

    /// Returns the repository that an input names. It may not exist.
    pub(crate) fn repository(
        &self,
        registry_id: Option<AccountId>,
        name: RepositoryName,
    ) -> RepositoryId {
        let account = self.registry(registry_id);
        RepositoryId::private(account, self.caller.region().clone(), name)
    }

    /// Checks that the caller is allowed the action on a repository.
    pub(crate) async fn authorize(&self, id: &RepositoryId) -> Result<(), ApiError> {
        self.authorize_action(id, self.action).await
    }

    /// Checks that the caller is allowed another action than that of the operation on a repository.
    pub(crate) async fn authorize_action(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<(), ApiError> {
        let repositories = &self.state.repositories;
        let cross_account = self.state.config.cross_account;
        let request = AccessRequest {
            action,
            ..self.access_request()
        };
        Ok(repositories.authorize(&request, id, cross_account).await?)
    }

    /// Checks that the caller is allowed the action on all repositories of a registry.
    pub(crate) async fn authorize_all(&self, registry: &RegistryId) -> Result<(), ApiError> {
        let cross_account = self.state.config.cross_account;
        let request = self.access_request();
        let repositories = &self.state.repositories;
        Ok(repositories
            .authorize_all(&request, registry, cross_account)
            .await?)
    }

    /// Returns the repository that an input names, if the caller is allowed the action on it.
    pub(crate) async fn open(
        &self,
        registry_id: Option<AccountId>,
        name: RepositoryName,
    ) -> Result<RepositoryId, ApiError> {
        let id = self.repository(registry_id, name);
        self.authorize(&id).await?;
        Ok(id)
    }

    /// Returns the repository that an input names, if the caller is allowed the action on it and it exists.
    pub(crate) async fn open_existing(
        &self,
        registry_id: Option<AccountId>,
        name: RepositoryName,
    ) -> Result<RepositoryId, ApiError> {
        let id = self.open(registry_id, name).await?;
        self.state.repositories.find(&id).await?;
        Ok(id)
    }

    /// Returns the repositories for a push. The rules of ECR apply to the API in each dialect of the registry.
    pub(crate) fn repositories_for_push(&self) -> Repositories {
        let permission = SigningPermission::of(self.caller);
        let repositories = self.state.repositories.with_rules(Rules::ALL);
        repositories.with_signing_permission(permission)
    }

    /// Returns the base URL of layers for this caller.
    pub(crate) fn layers_url(&self) -> String {
        let host = Host::of(authority(self.request));
        layer_url::bucket_url(&host, self.ingress).unwrap_or_else(|| self.url(&host))
    }

    /// Returns the base URL under which this caller reaches the mock.
    fn url(&self, host: &Host) -> String {
        match host {
            Host::Bare => self.base_url().or_local(self.state.listening()),
            _ => self.state.listening().url("http"),
        }
    }
}
