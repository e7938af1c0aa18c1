//! `PutSigningConfiguration`, `GetSigningConfiguration` and `DeleteSigningConfiguration`: manage which pushed images are signed.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::aws::registry_setting::is_profile_in;
use crate::domain::SigningRule;
use crate::services::context::RequestContext;
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutSigningConfiguration {
    signing_configuration: ConfigurationView,
}

/// The configuration in inputs and outputs.
#[derive(Debug, Serialize, Deserialize)]
struct ConfigurationView {
    rules: Vec<RuleView>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuleView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repository_filters: Option<Vec<FilterView>>,
    signing_profile_arn: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilterView {
    filter: String,
    filter_type: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_id: Option<String>,
    signing_configuration: ConfigurationView,
}

impl Operation for PutSigningConfiguration {
    const NAME: &'static str = "PutSigningConfiguration";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let rules = self.signing_configuration.rules.into_iter();
        let rules = rules.map(|rule| parse(rule, cx));
        let rules: Vec<SigningRule> = rules.collect::<Result<_, _>>()?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        repositories
            .put_signing_rules(&registry, rules.clone())
            .await?;
        Ok(Output {
            registry_id: None,
            signing_configuration: ConfigurationView::of(rules),
        })
    }
}

/// Checks that the signing profile is in the Region of the registry. The message is `[ASSUME]`.
fn parse(rule: RuleView, cx: &RequestContext<'_>) -> Result<SigningRule, ApiError> {
    if !is_profile_in(&rule.signing_profile_arn, cx.caller.region()) {
        let constraint = "must be the ARN of a signing profile in the Region of the registry";
        return Err(invalid("signingProfileArn", constraint));
    }
    let patterns = |filters: Vec<FilterView>| filters.into_iter().map(|one| one.filter).collect();
    Ok(SigningRule {
        profile: rule.signing_profile_arn,
        filters: rule.repository_filters.map(patterns),
    })
}

impl ConfigurationView {
    fn of(rules: Vec<SigningRule>) -> Self {
        let filter = |filter| FilterView {
            filter,
            filter_type: "WILDCARD_MATCH".to_owned(),
        };
        let rule = |rule: SigningRule| RuleView {
            repository_filters: rule
                .filters
                .map(|filters| filters.into_iter().map(filter).collect()),
            signing_profile_arn: rule.profile,
        };
        ConfigurationView {
            rules: rules.into_iter().map(rule).collect(),
        }
    }
}

impl Output {
    fn with_registry(cx: &RequestContext<'_>, rules: Vec<SigningRule>) -> Self {
        Output {
            registry_id: Some(cx.caller.account().to_string()),
            signing_configuration: ConfigurationView::of(rules),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct GetSigningConfiguration {}

impl Operation for GetSigningConfiguration {
    const NAME: &'static str = "GetSigningConfiguration";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let repositories = &cx.state.repositories;
        let rules = repositories.signing_rules(&cx.own_registry()).await?;
        Ok(Output::with_registry(cx, rules))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct DeleteSigningConfiguration {}

impl Operation for DeleteSigningConfiguration {
    const NAME: &'static str = "DeleteSigningConfiguration";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let repositories = &cx.state.repositories;
        let rules = repositories
            .delete_signing_rules(&cx.own_registry())
            .await?;
        Ok(Output::with_registry(cx, rules))
    }
}
