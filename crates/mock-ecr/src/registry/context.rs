//! A call whose caller is known, and what every route asks of it.

use http::header::HeaderName;
use http::response::Builder;
use http::{Response, StatusCode};

use crate::aws::hosts::Host;
use crate::config::Quirk;
use crate::domain::{AccessError, Repository, RepositoryError, Settings};
use crate::http::body::Payload;
use crate::http::query;
use crate::iam::action::Action;
use crate::iam::authorization;
use crate::iam::principal::Caller;
use crate::registry::call::Call;
use crate::registry::error::{API_VERSION, OciCode, RegistryError};
use crate::state::Ecr;
use crate::types::{AccountId, Digest, RepositoryId};

pub(super) const DIGEST_HEADER: HeaderName = HeaderName::from_static("docker-content-digest");

/// A call that has passed the door.
pub(super) struct RequestContext<'a> {
    pub(super) ecr: &'a Ecr,
    pub(super) call: &'a Call<'a>,
    pub(super) caller: Caller,
}

impl RequestContext<'_> {
    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.ecr.config.has(quirk)
    }

    /// The repository that a name means in the registry of the host; on a bare address, the default account's.
    pub(super) fn repository(&self, name: &str) -> Result<RepositoryId, RegistryError> {
        let (account, region) = match self.call.host {
            Host::Registry { account, region } => (*account, region.clone()),
            _ => (
                self.ecr.config.default_account(),
                self.caller.region().clone(),
            ),
        };
        let name = name.parse().map_err(|_| invalid_name())?;
        Ok(RepositoryId::private(account, region, name))
    }

    /// Finds out whether the caller may do something to a repository.
    pub(super) async fn authorize(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<(), AccessError> {
        let repositories = &self.ecr.repositories;
        let cross_account = self.ecr.config.cross_account;
        let allowed = repositories.authorize(&self.caller, action, id, cross_account);
        allowed.await
    }

    /// Finds out whether the caller may do something to a repository that is there.
    pub(super) async fn open(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<Repository, RegistryError> {
        self.authorize(id, action).await?;
        Ok(self.ecr.repositories.find(id).await?)
    }

    /// As [`RequestContext::open`], and makes the repository where the configuration lets a push do so.
    pub(super) async fn open_for_push(
        &self,
        id: &RepositoryId,
        action: Action,
    ) -> Result<Repository, RegistryError> {
        let opened = self.open(id, action).await;
        let is_own = self.caller.account() == id.account();
        match opened {
            Err(RegistryError::NameUnknown(_)) if is_own && self.ecr.config.create_on_push => {}
            opened => return opened,
        }
        let settings = Settings::created_at(self.call.now);
        match self.ecr.repositories.create(id, settings).await {
            // Another push was faster.
            Err(RepositoryError::RepositoryAlreadyExists(_)) => {
                Ok(self.ecr.repositories.find(id).await?)
            }
            created => Ok(created?),
        }
    }

    /// Finds out whether the caller may do something to all repositories of a registry.
    pub(super) fn authorize_all(
        &self,
        registry: AccountId,
        action: Action,
    ) -> Result<(), RegistryError> {
        authorization::authorize_all(
            &self.caller,
            action,
            registry,
            self.ecr.config.cross_account,
        )
        .map_err(|denied| RegistryError::AccessDenied(denied.to_string()))
    }

    /// The value of a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        query::value(self.call.request.uri.query()?, name)
    }

    /// The value of a header, if it is text.
    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.call.request.headers.get(name)?.to_str().ok()
    }
}

/// Reads the digest of a layer.
pub(super) fn layer_digest(text: &str) -> Result<Digest, RegistryError> {
    text.parse().map_err(|_| RegistryError::InvalidParameter {
        parameter: "layerDigest",
        constraint: "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        code: OciCode::DigestInvalid,
    })
}

/// Source of the text: int128/create-ecr-repository-action#231.
fn invalid_name() -> RegistryError {
    RegistryError::InvalidParameter {
        parameter: "repositoryName",
        constraint: "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'",
        code: OciCode::NameInvalid,
    }
}

/// The beginning of every answer behind the door.
pub(super) fn respond(status: StatusCode) -> Builder {
    Response::builder()
        .status(status)
        .header(API_VERSION, "registry/2.0")
}

/// An answer that is all in its headers.
pub(super) fn empty(builder: Builder) -> Response<Payload> {
    let response = builder
        .header(http::header::CONTENT_LENGTH, 0)
        .body(bytes::Bytes::new())
        .expect("names, digests and numbers are values of headers");
    crate::http::body::whole(response)
}
