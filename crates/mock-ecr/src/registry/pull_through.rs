//! Imports images of upstream registries when they are pulled.

use crate::iam::action::Action;
use crate::registry::context::RequestContext;
use crate::registry::error::RegistryError;
use crate::types::{RepositoryId, Tag};
use crate::upstream::{IMPORTING, Pull};

/// Imports the image of a tag if a pull-through cache rule applies to it.
pub(super) async fn prepare(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    tag: &Tag,
) -> Result<(), RegistryError> {
    let (state, call) = (context.state, context.call);
    let pull = Pull {
        repositories: &state.repositories,
        tokens: &state.tokens,
        token_ttl: state.config.token_ttl,
        access: context.access_request(Action::ecr("BatchGetImage")),
        cross_account: state.config.cross_account,
        now: call.now,
        importing: context.header(IMPORTING),
    };
    let reservation = call.reservation.another();
    let prepared = state.upstreams.prepare(&pull, id, tag, reservation);
    Ok(prepared.await?)
}
