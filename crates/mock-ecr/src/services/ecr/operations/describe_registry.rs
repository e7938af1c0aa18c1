//! `DescribeRegistry`: returns the settings of the registry of the caller.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::services::context::RequestContext;
use crate::services::ecr::views::replication_view::ConfigurationView;
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
pub(crate) struct DescribeRegistry {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    registry_id: String,
    replication_configuration: ConfigurationView,
}

/// Source of the output: an AWS blog post.
impl Operation for DescribeRegistry {
    const NAME: &'static str = "DescribeRegistry";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let rules = repositories.replication_rules(&registry).await?;
        Ok(Output {
            registry_id: cx.caller.account().to_string(),
            replication_configuration: ConfigurationView::of(rules),
        })
    }
}
