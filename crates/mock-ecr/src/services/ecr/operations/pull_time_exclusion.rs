//! `RegisterPullTimeUpdateExclusion`, `DeregisterPullTimeUpdateExclusion` and `ListPullTimeUpdateExclusions`: manage the principals whose pulls
//! are not recorded.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::services::context::RequestContext;
use crate::services::ecr::views::page::Page;
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::{Fidelity, PrincipalArn};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegisterPullTimeUpdateExclusion {
    principal_arn: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Registered {
    created_at: Box<RawValue>,
    principal_arn: String,
}

/// `[ASSUME]`: the principal need not exist.
impl Operation for RegisterPullTimeUpdateExclusion {
    const NAME: &'static str = "RegisterPullTimeUpdateExclusion";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Registered;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Registered, ApiError> {
        let principal = parse(&self.principal_arn)?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        repositories
            .exclude_puller(&registry, &principal, cx.now)
            .await?;
        Ok(Registered {
            created_at: epoch_seconds::raw(cx.now),
            principal_arn: self.principal_arn,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeregisterPullTimeUpdateExclusion {
    principal_arn: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deregistered {
    principal_arn: String,
}

impl Operation for DeregisterPullTimeUpdateExclusion {
    const NAME: &'static str = "DeregisterPullTimeUpdateExclusion";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const RESOURCE: Resource = Resource::Any;
    type Output = Deregistered;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Deregistered, ApiError> {
        let principal = parse(&self.principal_arn)?;
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        repositories
            .remove_pull_exclusion(&registry, &principal)
            .await?;
        Ok(Deregistered {
            principal_arn: self.principal_arn,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListPullTimeUpdateExclusions {
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    pull_time_update_exclusions: Vec<String>,
}

impl Operation for ListPullTimeUpdateExclusions {
    const NAME: &'static str = "ListPullTimeUpdateExclusions";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = List;

    async fn run(self, cx: &RequestContext<'_>) -> Result<List, ApiError> {
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let scope = registry.arn("ListPullTimeUpdateExclusions");
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let after = page.after.as_deref();
        let found = repositories.pull_exclusions(&registry, after, page.fetch_limit());
        let mut found = found.await?;
        Ok(List {
            next_token: page.truncate(cx, &mut found, String::clone),
            pull_time_update_exclusions: found,
        })
    }
}

/// Parses an ARN that matches the pattern of the service model.
fn parse(arn: &str) -> Result<PrincipalArn, ApiError> {
    let constraint = "must be the ARN of a user or a role";
    arn.parse().map_err(|_| invalid("principalArn", constraint))
}
