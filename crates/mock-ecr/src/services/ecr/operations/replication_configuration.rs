//! `PutReplicationConfiguration`: sets the rules by which pushed images are replicated.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::config::replication::Destinations;
use crate::domain::ReplicationRule;
use crate::services::context::RequestContext;
use crate::services::ecr::views::replication_view::ConfigurationView;
use crate::services::operation::{Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutReplicationConfiguration {
    replication_configuration: ConfigurationView,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    replication_configuration: ConfigurationView,
}

impl Operation for PutReplicationConfiguration {
    const NAME: &'static str = "PutReplicationConfiguration";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let rules = self.replication_configuration.parse()?;
        check(cx, &rules)?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let put = repositories.put_replication_rules(&registry, rules.clone());
        put.await?;
        Ok(Output {
            replication_configuration: ConfigurationView::of(rules),
        })
    }
}

fn check(cx: &RequestContext<'_>, rules: &[ReplicationRule]) -> Result<(), ApiError> {
    let allowed = Destinations {
        account: cx.caller.account(),
        region: cx.caller.region(),
        additional_regions: &cx.state.config.additional_regions,
    };
    let destinations = rules.iter().flat_map(|rule| &rule.destinations);
    let destinations = destinations.map(|one| (one.account, &one.region));
    allowed
        .check(destinations)
        .map_err(|error| invalid("replicationConfiguration", &error.to_string()))
}
