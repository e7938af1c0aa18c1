//! `GetRegistryScanningConfiguration` and `PutRegistryScanningConfiguration`.
//!
//! Source of the outputs: an AWS blog post for the first operation, and the service model for the second one.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::config::ScanType;
use crate::config::scanning::check_rules;
use crate::domain::scanning::ScanningConfiguration;
use crate::services::context::RequestContext;
use crate::services::ecr::views::scanning_view::{ConfigurationView, RuleView};
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
pub(crate) struct GetRegistryScanningConfiguration {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetOutput {
    registry_id: String,
    scanning_configuration: ConfigurationView,
}

impl Operation for GetRegistryScanningConfiguration {
    const NAME: &'static str = "GetRegistryScanningConfiguration";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = GetOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<GetOutput, ApiError> {
        let (registry, repositories) = (cx.own_registry(), &cx.state.repositories);
        let configuration = repositories.scanning_configuration(&registry).await?;
        Ok(GetOutput {
            registry_id: registry.account().to_string(),
            scanning_configuration: ConfigurationView::of(&configuration),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutRegistryScanningConfiguration {
    scan_type: Option<ScanType>,
    rules: Option<Vec<RuleView>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutOutput {
    registry_scanning_configuration: ConfigurationView,
}

impl Operation for PutRegistryScanningConfiguration {
    const NAME: &'static str = "PutRegistryScanningConfiguration";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = PutOutput;

    async fn run(self, cx: &RequestContext<'_>) -> Result<PutOutput, ApiError> {
        let configuration = self.configuration(cx)?;
        let output = PutOutput {
            registry_scanning_configuration: ConfigurationView::of(&configuration),
        };
        let (registry, repositories) = (cx.own_registry(), &cx.state.repositories);
        let put = repositories.put_scanning_configuration(&registry, configuration);
        put.await?;
        Ok(output)
    }
}

impl PutRegistryScanningConfiguration {
    /// `[ASSUME]`: the scan type of an input without one is `BASIC`, and the text of the error.
    fn configuration(self, cx: &RequestContext<'_>) -> Result<ScanningConfiguration, ApiError> {
        let scan_type = self.scan_type.unwrap_or_default();
        let rules = self.rules.unwrap_or_default();
        let rules = rules.iter().map(RuleView::parse);
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let pairs = rules
            .iter()
            .map(|(frequency, filters)| (*frequency, &filters[..]));
        check_rules(scan_type, pairs)
            .map_err(|error| invalid("rules", &format!("must have {}", error.expected)))?;
        Ok(ScanningConfiguration::new(scan_type, rules, Some(cx.now)))
    }
}
