//! A request with a verified caller, and the functions that every route uses.

use http::header::HeaderName;
use http::response::Builder;
use http::{Response, StatusCode};

use crate::aws::hosts::Host;
use crate::config::{CreationCause, Quirk};
use crate::domain::{AccessError, Repository, RepositoryError, WithoutTemplate};
use crate::http::body::Payload;
use crate::http::query;
use crate::iam::access_request::AccessRequest;
use crate::iam::action::Action;
use crate::iam::principal::Caller;
use crate::registry::call::Call;
use crate::registry::error::{API_VERSION, RegistryError};
use crate::registry::oci_code::OciCode;
use crate::state::State;
use crate::types::{Digest, RegistryId, RepositoryId};

pub(super) const DIGEST_HEADER: HeaderName = HeaderName::from_static("docker-content-digest");

/// A request with a verified caller.
pub(super) struct RequestContext<'a> {
    pub(super) state: &'a State,
    pub(super) call: &'a Call<'a>,
    pub(super) caller: Caller,
}

impl RequestContext<'_> {
    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.state.config.has(quirk)
    }

    /// Returns the id of a repository in the registry of the host. On a bare address, that is the registry of the default account.
    pub(super) fn repository(&self, name: &str) -> Result<RepositoryId, RegistryError> {
        let (account, region) = match self.call.host {
            Host::Registry { account, region } => (*account, region.clone()),
            _ => (
                self.state.config.default_account(),
                self.caller.region().clone(),
            ),
        };
        let name = name.parse().map_err(|_| invalid_name(name))?;
        Ok(RepositoryId::private(account, region, name))
    }

    /// Checks that the caller is allowed an action on a repository. The repository need not exist.
    pub(super) async fn authorize(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<(), AccessError> {
        let request = self.access_request(action);
        let repositories = &self.state.repositories;
        let cross_account = self.state.config.cross_account;
        repositories.authorize(&request, id, cross_account).await
    }

    pub(super) fn access_request(&self, action: Action) -> AccessRequest<'_> {
        AccessRequest {
            caller: &self.caller,
            action,
            ingress: self.call.ingress,
        }
    }

    /// Checks that the caller is allowed an action on a repository, and returns the repository.
    pub(super) async fn open(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<Repository, RegistryError> {
        self.authorize(id, action).await?;
        Ok(self.state.repositories.find(id).await?)
    }

    /// Does the same as [`RequestContext::open`], and creates the repository if it does not exist and the configuration allows that.
    pub(super) async fn open_for_push(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<Repository, RegistryError> {
        let opened = self.open(id, action).await;
        let is_own_account = self.caller.account() == id.account();
        match opened {
            Err(RegistryError::NameUnknown(text))
                if is_own_account && self.state.config.create_on_push =>
            {
                let created = self.create_on_push(id, WithoutTemplate::Defaults).await?;
                created.ok_or(RegistryError::NameUnknown(text))
            }
            opened => opened,
        }
    }

    /// Does the same as [`RequestContext::open_for_push`], and creates the repository if a repository creation template applies.
    ///
    /// `[ASSUME]`: ECR does so at the first upload, and the caller must be allowed `ecr:CreateRepository`. `[ANALOG]`: if it is not, the
    /// repository is unknown, as for a pull through a cache (aws/containers-roadmap#2354).
    pub(super) async fn open_for_first_push(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<Repository, RegistryError> {
        match self.open_for_push(id, action).await {
            Err(RegistryError::NameUnknown(text)) => {
                let created = match self.may_create_on_push(id).await? {
                    true => self.create_on_push(id, WithoutTemplate::Nothing).await?,
                    false => None,
                };
                created.ok_or(RegistryError::NameUnknown(text))
            }
            opened => opened,
        }
    }

    /// Returns whether a template applies to a new repository, and the caller is allowed to create it.
    async fn may_create_on_push(&self, id: &RepositoryId) -> Result<bool, RegistryError> {
        let (repositories, cause) = (&self.state.repositories, CreationCause::CreateOnPush);
        let template = repositories.template_for(&id.registry, &id.name, cause);
        if template.await?.is_none() {
            return Ok(false);
        }
        match self.authorize(id, Action::ecr("CreateRepository")).await {
            Ok(()) => Ok(true),
            Err(AccessError::Denied(denied)) => {
                let reason = denied.to_string();
                tracing::warn!(repository = %id, ?reason, "a repository was not created on push");
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Creates a repository. Returns `None` if it was not created because no template applies, or because the template requires a role.
    async fn create_on_push(
        &self,
        id: &RepositoryId,
        without: WithoutTemplate,
    ) -> Result<Option<Repository>, RegistryError> {
        let (repositories, cause) = (&self.state.repositories, CreationCause::CreateOnPush);
        let created = repositories.create_on_behalf(id, cause, without, self.call.now);
        match created.await {
            Err(RepositoryError::Registry(error)) => {
                let reason = error.to_string();
                tracing::warn!(repository = %id, ?reason, "a repository was not created on push");
                Ok(None)
            }
            created => Ok(created?),
        }
    }

    /// Checks that the caller is allowed an action on all repositories of a registry.
    pub(super) async fn authorize_all(
        &self,
        registry: &RegistryId,
        action: Action,
    ) -> Result<(), AccessError> {
        let request = self.access_request(action);
        let repositories = &self.state.repositories;
        let cross_account = self.state.config.cross_account;
        repositories
            .authorize_all(&request, registry, cross_account)
            .await
    }

    /// Returns the value of a query parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        query::value(self.call.request.uri.query()?, name)
    }

    /// Returns the value of a header, if it is visible ASCII.
    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.call.request.headers.get(name)?.to_str().ok()
    }
}

/// Parses the digest of a layer.
pub(super) fn layer_digest(text: &str) -> Result<Digest, RegistryError> {
    text.parse().map_err(|_| RegistryError::InvalidParameter {
        parameter: "layerDigest",
        constraint: "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        code: OciCode::DigestInvalid,
    })
}

/// Source of the texts: aws/aws-dotnet-deploy#549 (length), int128/create-ecr-repository-action#231 (form).
fn invalid_name(name: &str) -> RegistryError {
    RegistryError::InvalidParameter {
        parameter: "repositoryName",
        constraint: match name.len() {
            0..2 => "must have length greater than or equal to 2",
            2..=256 => {
                "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'"
            }
            _ => "must have length less than or equal to 256",
        },
        code: OciCode::NameInvalid,
    }
}

/// Begins a response to an authenticated request.
pub(super) fn respond(status: StatusCode) -> Builder {
    Response::builder()
        .status(status)
        .header(API_VERSION, "registry/2.0")
}

/// Returns a response without a body.
pub(super) fn empty(builder: Builder) -> Response<Payload> {
    let response = builder
        .header(http::header::CONTENT_LENGTH, 0)
        .body(bytes::Bytes::new())
        .expect("names, digests and numbers are valid header values");
    crate::http::body::whole(response)
}
