//! Carries out an import, and logs why it has failed.

use crate::aws::pull_through_rule::RuleSettings;
use crate::aws::upstream_registry::private_registry;
use crate::domain::{
    Cache, CacheState, Imported, PullThroughRule, RegistrySettingError, RepositoryError,
};
use crate::http::buffers::Reservation;
use crate::token::Claims;
use crate::types::{Digest, PrincipalArn, RegistryId, RepositoryId, Tag};
use crate::upstream::client::Client;
use crate::upstream::deadline::Deadline;
use crate::upstream::error::UpstreamError;
use crate::upstream::fetch::Fetch;
use crate::upstream::in_flight::Wait;
use crate::upstream::pull::Pull;
use crate::upstream::secret::{Credentials, SecretError};
use crate::upstream::upstreams::Upstreams;

/// An import into a repository of a cache.
pub(super) struct Import<'a> {
    pub(super) upstreams: &'a Upstreams,
    pub(super) deadline: &'a Deadline<'a>,
    pub(super) pull: &'a Pull<'a>,
    pub(super) cache: Cache,
    pub(super) id: &'a RepositoryId,
}

impl Import<'_> {
    /// Imports the image of a tag. Returns the errors that the pull reports.
    pub(super) async fn tag(
        &self,
        tag: &Tag,
        state: CacheState,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        let imported = self.deadline.limit(self.image(tag, state, reservation));
        let Err(error) = imported.await else {
            return Ok(());
        };
        self.log(tag.as_str(), &error);
        match error {
            _ if state == CacheState::Stale => Ok(()),
            // The template requires a role: the repository was not created.
            UpstreamError::Repository(RepositoryError::Registry(
                RegistrySettingError::TemplateWithoutRole(_),
            )) => Ok(()),
            error => Err(error),
        }
    }

    /// Waits until another request has imported the image of a tag, or the referrers of an image. Returns the error of that import, which has logged it.
    pub(super) async fn wait_for(
        &self,
        what: &str,
        other: Wait,
    ) -> Result<Option<UpstreamError>, UpstreamError> {
        let ended = async { Ok(other.ended().await) };
        let ended = self.deadline.limit(ended).await;
        ended.inspect_err(|error| self.log(what, error))
    }

    /// Imports a layer of a size. Returns whether the repository has it now.
    pub(super) async fn layer(
        &self,
        digest: &Digest,
        size: u64,
        reservation: Reservation,
    ) -> Result<bool, UpstreamError> {
        let imported = async {
            let name = self.upstream_name()?;
            let client = self.client(digest.as_str(), reservation)?;
            let repositories = self.pull.repositories;
            let fetch = Fetch::new(client, self.pull, self.id, &name);
            let layer = fetch.layer_of(digest, size).await?;
            let cache = self.cache.clone();
            let imported = repositories.import_layer(self.id, cache, digest, layer);
            Ok(imported.await? == Imported::Yes)
        };
        let imported = self.deadline.limit(imported).await;
        imported.inspect_err(|error| self.log(digest.as_str(), error))
    }

    /// Imports the images that name a subject.
    pub(super) async fn referrers(
        &self,
        subject: &Digest,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        let imported = async {
            let name = self.upstream_name()?;
            let client = self.client(subject.as_str(), reservation)?;
            let repositories = self.pull.repositories;
            let fetch = Fetch::new(client, self.pull, self.id, &name);
            let (images, _reservation) = fetch.referrers_of(subject).await?;
            let (cache, now) = (self.cache.clone(), self.pull.now);
            let imported = repositories.import_upstream(self.id, cache, images, now);
            imported.await.map(drop).map_err(UpstreamError::of_image)
        };
        let imported = self.deadline.limit(imported).await;
        imported.inspect_err(|error| self.log(subject.as_str(), error))
    }

    /// Logs why the image of a tag, a layer, or the referrers of an image were not imported.
    fn log(&self, what: &str, error: &UpstreamError) {
        // A warning about a host without an address was logged.
        if matches!(error, UpstreamError::NoAddress(_)) {
            return;
        }
        let (upstream, reason) = (&self.cache.rule.settings.url, error.to_string());
        tracing::warn!(repository = %self.id, %what, %upstream, ?reason, "an image was not imported from its upstream registry");
    }

    /// Fetches the image of a tag, unless another request has done so in the meantime.
    async fn image(
        &self,
        tag: &Tag,
        state: CacheState,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        if !self.is_needed(tag, state).await? {
            return Ok(());
        }
        let name = self.upstream_name()?;
        let client = self.client(tag.as_str(), reservation)?;
        let repositories = self.pull.repositories;
        let fetch = Fetch::new(client, self.pull, self.id, &name);
        let (images, _reservation) = fetch.image_of(tag).await?;
        let (cache, now) = (self.cache.clone(), self.pull.now);
        let imported = repositories.import_upstream(self.id, cache, images, now);
        // If the cache does not exist any more, the pull finds what exists.
        imported.await.map(drop).map_err(UpstreamError::of_image)
    }

    async fn is_needed(&self, tag: &Tag, state: CacheState) -> Result<bool, UpstreamError> {
        let Pull {
            repositories, now, ..
        } = *self.pull;
        if state == CacheState::Stale {
            return Ok(repositories.claim_refresh(self.id, tag, now).await?);
        }
        let current = repositories.cache_of_tag(self.id, tag, now).await?;
        let is_missing = |state| matches!(state, CacheState::NoRepository | CacheState::NoImage);
        Ok(current.is_some_and(|(_, state)| is_missing(state)))
    }

    /// Returns the repository in the upstream registry. Docker Hub denies the access to an official image without its namespace. Source:
    /// aws/containers-roadmap#2211.
    fn upstream_name(&self) -> Result<String, UpstreamError> {
        let settings = &self.cache.rule.settings;
        let name = settings.upstream_name(self.id.name.as_str());
        let name = name.ok_or_else(|| {
            UpstreamError::NotFound("the rule does not apply to the name".to_owned())
        })?;
        let is_hub = settings
            .upstream()
            .is_some_and(|upstream| upstream.has_library());
        match is_hub && !name.contains('/') {
            true => Err(UpstreamError::AccessDenied(format!(
                "Docker Hub has no repository {name}: official images are in library/{name}"
            ))),
            false => Ok(name),
        }
    }

    /// Returns a client whose requests name an image of this mock.
    fn client(&self, image: &str, reservation: Reservation) -> Result<Client<'_>, UpstreamError> {
        let before = self.pull.importing.unwrap_or_default();
        let image = self.upstreams.name_of(self.id, image);
        let importing = format!("{before} {image}").trim().to_owned();
        let rule = &self.cache.rule;
        let client = self
            .upstreams
            .client(self.pull, &self.id.registry, rule, reservation)?;
        Ok(Client {
            importing,
            ..client
        })
    }
}

impl Upstreams {
    /// Returns a client of the upstream registry of a rule.
    pub(super) fn client<'a>(
        &'a self,
        pull: &'a Pull<'_>,
        registry: &RegistryId,
        rule: &PullThroughRule,
        reservation: Reservation,
    ) -> Result<Client<'a>, UpstreamError> {
        let settings = &rule.settings;
        let address = self.address(&settings.url)?;
        // A mock determines the registry from the host name. Other registries need not know the name in the rule.
        let host = match private_registry(&settings.url) {
            Some(_) => settings.url.clone(),
            None => address.to_string(),
        };
        Ok(Client {
            upstreams: self,
            address,
            host,
            credentials: self.credentials(settings)?,
            tokens: pull.tokens,
            claims: ecr_claims(pull, registry, &settings.url),
            importing: String::new(),
            reservation,
            authorization: None,
        })
    }
}

impl Upstreams {
    /// Returns the credentials of a rule, if it has a secret.
    pub(super) fn credentials(
        &self,
        settings: &RuleSettings,
    ) -> Result<Option<Credentials>, SecretError> {
        let arn = settings.credential_arn.as_deref();
        arn.map(|arn| Credentials::parse(self.secret(arn)?))
            .transpose()
    }
}

/// Returns the claims of a token for an upstream registry of Amazon ECR, which is this mock or another one with the same seed.
///
/// `[ASSUME]`: the root user of the account of the cache pulls the image. If the upstream registry belongs to another account, its policies must
/// allow this account.
fn ecr_claims(pull: &Pull<'_>, registry: &RegistryId, url: &str) -> Claims {
    let own = match registry {
        RegistryId::Private { region, .. } => region.clone(),
        RegistryId::Public { .. } => pull.access.caller.region().clone(),
    };
    let region = private_registry(url).map_or(own, |(_, region)| region);
    let principal = PrincipalArn::root(registry.account(), &region);
    Claims::new(principal, region, pull.now, pull.token_ttl)
}
