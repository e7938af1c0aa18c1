//! `StartReplicationBackfill` and `StopReplicationBackfill`: replicate the existing images of a registry.

use serde::Deserialize;

use crate::aws::error::ApiError;
use crate::domain::PrivateRegistry;
use crate::services::context::RequestContext;
use crate::services::ecr::views::backfill_view::StartedBackfill;
use crate::services::ecr::views::replication_view::DestinationView;
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RegistryId};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartReplicationBackfill {
    destination: DestinationView,
    registry_id: Option<AccountId>,
}

impl Operation for StartReplicationBackfill {
    const NAME: &'static str = "StartReplicationBackfill";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    type Output = StartedBackfill;

    async fn run(self, cx: &RequestContext<'_>) -> Result<StartedBackfill, ApiError> {
        let registry = open_registry(cx, self.registry_id).await?;
        let destination = self.destination.parse("destination")?;
        let repositories = &cx.state.repositories;
        let started = repositories.start_backfill(&registry, destination, cx.now);
        let account = registry.account.to_string();
        Ok(StartedBackfill::of(started.await?, account))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StopReplicationBackfill {
    replication_backfill_id: String,
    registry_id: Option<AccountId>,
}

impl Operation for StopReplicationBackfill {
    const NAME: &'static str = "StopReplicationBackfill";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    type Output = StartedBackfill;

    async fn run(self, cx: &RequestContext<'_>) -> Result<StartedBackfill, ApiError> {
        let registry = open_registry(cx, self.registry_id).await?;
        let (repositories, id) = (&cx.state.repositories, &self.replication_backfill_id);
        let stopped = repositories.stop_backfill(&registry, id, cx.now);
        let account = registry.account.to_string();
        Ok(StartedBackfill::of(stopped.await?, account))
    }
}

/// Returns the registry that an input names, if the caller is allowed the action on it. `[ASSUME]`: the resource is all repositories of the
/// registry.
pub(crate) async fn open_registry(
    cx: &RequestContext<'_>,
    registry_id: Option<AccountId>,
) -> Result<PrivateRegistry, ApiError> {
    let (account, region) = (cx.registry(registry_id), cx.caller.region().clone());
    let registry = RegistryId::Private {
        account,
        region: region.clone(),
    };
    cx.authorize_all(&registry).await?;
    Ok(PrivateRegistry { account, region })
}
