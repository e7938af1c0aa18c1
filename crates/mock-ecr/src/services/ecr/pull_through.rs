//! Imports images of upstream registries for the operations that read images.

use crate::aws::error::ApiError;
use crate::domain::Selection;
use crate::services::context::RequestContext;
use crate::services::ecr::pull_through_errors::{image_failure, layer_error, referrers_error};
use crate::services::ecr::views::image_id::Failure;
use crate::types::{AccountId, Digest, RegistryId, RepositoryId, Tag};
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

/// Imports the selected images that are those of a tag, if a rule applies to them. Replaces a selection by the failure of its import. Returns
/// whether there was one.
pub(crate) async fn prepare(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    selections: &mut [Result<Selection, Failure>],
) -> Result<bool, ApiError> {
    let pull = pull(cx);
    let tags = selections.iter().filter_map(tag_of);
    let tags = tags.map(|tag| (tag, cx.another_reservation())).collect();
    let mut prepared = cx
        .state
        .upstreams
        .prepare_all(&pull, id, tags)
        .await
        .into_iter();
    let mut is_failed = false;
    for selected in selections.iter_mut().filter(|one| tag_of(one).is_some()) {
        if let Some(Err(error)) = prepared.next() {
            *selected = Err(image_failure(error)?);
            is_failed = true;
        }
    }
    Ok(is_failed)
}

fn tag_of(selected: &Result<Selection, Failure>) -> Option<&Tag> {
    match selected {
        Ok(Selection::Tag(tag)) => Some(tag),
        _ => None,
    }
}

/// Imports a layer of a cached image if the repository does not have the layer. Returns whether it has the layer now.
pub(crate) async fn prepare_layer(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    digest: &Digest,
) -> Result<bool, ApiError> {
    let (pull, reservation) = (pull(cx), cx.another_reservation());
    let upstreams = &cx.state.upstreams;
    let prepared = upstreams.prepare_layer(&pull, id, digest, reservation);
    prepared.await.map_err(layer_error)
}

/// Imports the referrers of an image of a cache.
pub(crate) async fn prepare_referrers(
    cx: &RequestContext<'_>,
    id: &RepositoryId,
    subject: &Digest,
) -> Result<(), ApiError> {
    let (pull, reservation) = (pull(cx), cx.another_reservation());
    let upstreams = &cx.state.upstreams;
    let prepared = upstreams.prepare_referrers(&pull, id, subject, reservation);
    prepared.await.map_err(referrers_error)
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
