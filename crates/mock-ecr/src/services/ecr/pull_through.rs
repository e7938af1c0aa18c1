//! Imports images of upstream registries for the operations that read images.

use crate::aws::error::ApiError;
use crate::domain::Selection;
use crate::services::context::RequestContext;
use crate::services::ecr::pull_through_errors::{image_failure, layer_error};
use crate::services::ecr::views::image_id::Failure;
use crate::types::{AccountId, Digest, RegistryId, RepositoryId};
use crate::upstream::{IMPORTING, Pull};

/// Returns the request as one that pulls images.
pub(crate) fn pull<'a>(cx: &'a RequestContext<'_>) -> Pull<'a> {
    let (state, header) = (cx.state, cx.request.headers.get(IMPORTING));
    Pull {
        repositories: &state.repositories,
        tokens: &state.tokens,
        token_ttl: state.config.token_ttl,
        access: cx.access_request(),
        cross_account: state.config.cross_account,
        now: cx.now,
        importing: header.and_then(|value| value.to_str().ok()),
    }
}

/// Returns whether a pull-through cache rule applies to a repository.
pub(crate) async fn has_rule(cx: &RequestContext<'_>, id: &RepositoryId) -> Result<bool, ApiError> {
    let repositories = &cx.state.repositories;
    let rule = repositories.pull_through_rule_for(&id.registry, &id.name);
    Ok(rule.await?.is_some())
}

/// Imports the selected image if it is that of a tag and a rule applies to it. Returns why it was not imported.
pub(crate) async fn prepare(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    selection: &Selection,
) -> Result<Option<Failure>, ApiError> {
    let Selection::Tag(tag) = selection else {
        return Ok(None);
    };
    let (pull, reservation) = (pull(cx), cx.another_reservation());
    let prepared = cx.state.upstreams.prepare(&pull, id, tag, reservation);
    prepared.await.err().map(image_failure).transpose()
}

/// Imports a layer of a cached image if the repository does not have the layer. Returns whether it has the layer now.
pub(crate) async fn prepare_layer(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &Digest,
) -> Result<bool, ApiError> {
    if !cx.state.repositories.is_referenced(id, digest).await? {
        return Ok(false);
    }
    let (pull, reservation) = (pull(cx), cx.another_reservation());
    let upstreams = &cx.state.upstreams;
    let prepared = upstreams.prepare_layer(&pull, id, digest, reservation);
    prepared.await.map_err(layer_error)
}

impl RequestContext<'_> {
    /// Returns the registry that an input names: that of the caller, or that of another account if its policy allows the action.
    pub(crate) async fn own_or_allowed(
        &self,
        registry_id: Option<AccountId>,
    ) -> Result<RegistryId, ApiError> {
        let registry = RegistryId::Private {
            account: self.registry(registry_id),
            region: self.caller.region().clone(),
        };
        if registry != self.own_registry() {
            self.authorize_all(&registry).await?;
        }
        Ok(registry)
    }
}
