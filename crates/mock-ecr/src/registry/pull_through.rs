//! Imports images of upstream registries when they are pulled.

use crate::iam::action::Action;
use crate::registry::context::RequestContext;
use crate::registry::error::RegistryError;
use crate::types::{Digest, RepositoryId, Tag};
use crate::upstream::{IMPORTING, Pull, UpstreamError};

/// Imports the image of a tag if a pull-through cache rule applies to it.
pub(super) async fn prepare(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    tag: &Tag,
) -> Result<(), RegistryError> {
    let (pull, reservation) = (pull(context), context.call.reservation.another());
    let upstreams = &context.state.upstreams;
    Ok(upstreams.prepare(&pull, id, tag, reservation).await?)
}

/// Imports the referrers of an image of a cache. `[ASSUME]`: if that fails, the registry lists those that the repository has.
pub(super) async fn prepare_referrers(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    subject: &Digest,
) -> Result<(), RegistryError> {
    let (pull, reservation) = (pull(context), context.call.reservation.another());
    let upstreams = &context.state.upstreams;
    let prepared = upstreams.prepare_referrers(&pull, id, subject, reservation);
    match prepared.await {
        Err(UpstreamError::BuffersFull(full)) => Err(full.into()),
        _ => Ok(()),
    }
}

fn pull<'a>(context: &'a RequestContext<'_>) -> Pull<'a> {
    let state = context.state;
    Pull {
        repositories: &state.repositories,
        tokens: &state.tokens,
        token_ttl: state.config.token_ttl,
        access: context.access_request(Action::ecr("BatchGetImage")),
        cross_account: state.config.cross_account,
        now: context.call.now,
        importing: context.header(IMPORTING),
    }
}
