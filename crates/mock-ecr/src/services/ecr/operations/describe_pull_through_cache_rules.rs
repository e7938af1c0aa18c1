//! `DescribePullThroughCacheRules`: returns the requested rules, or all rules, in pages.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::pull_through_rule::RuleSettings;
use crate::domain::PullThroughRule;
use crate::services::context::RequestContext;
use crate::services::ecr::views::page::Page;
use crate::services::ecr::views::pull_through_rule_view::PullThroughRuleView;
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::{AccountId, Fidelity, RegistryId};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribePullThroughCacheRules {
    registry_id: Option<AccountId>,
    ecr_repository_prefixes: Option<Vec<String>>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    pull_through_cache_rules: Vec<PullThroughRuleView>,
}

/// `[ASSUME]`: the rules are in the order of their prefixes.
impl Operation for DescribePullThroughCacheRules {
    const NAME: &'static str = "DescribePullThroughCacheRules";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let registry = cx.own_or_allowed(self.registry_id).await?;
        let (repositories, token) = (&cx.state.repositories, self.next_token.as_deref());
        if let Some(prefixes) = self.ecr_repository_prefixes {
            Page::require_none("ecrRepositoryPrefixes", self.max_results, token)?;
            let named = repositories.named_pull_through_rules(&registry, prefixes);
            return Ok(Output::of(&registry, named.await?, None));
        }
        let scope = registry.arn("DescribePullThroughCacheRules");
        let page = Page::parse(cx, scope, self.max_results, token)?;
        let after = page.after.as_deref();
        let found = repositories.pull_through_rules(&registry, after, page.fetch_limit());
        let mut found = found.await?;
        let next_token = page.truncate(cx, &mut found, |one| {
            RuleSettings::record_name(&one.settings.prefix).to_owned()
        });
        Ok(Output::of(&registry, found, next_token))
    }
}

impl Output {
    fn of(registry: &RegistryId, rules: Vec<PullThroughRule>, next_token: Option<String>) -> Self {
        let rules = rules
            .into_iter()
            .map(|rule| PullThroughRuleView::of(registry, rule));
        Output {
            next_token,
            pull_through_cache_rules: rules.collect(),
        }
    }
}
