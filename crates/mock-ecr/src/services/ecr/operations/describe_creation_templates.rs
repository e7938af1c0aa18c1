//! `DescribeRepositoryCreationTemplates`: returns the requested templates, or all templates, in pages.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::registry_setting::record_name;
use crate::services::context::RequestContext;
use crate::services::ecr::views::creation_template_view::CreationTemplateView;
use crate::services::ecr::views::page::Page;
use crate::services::operation::{Effect, Operation, Resource};
use crate::types::Fidelity;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeRepositoryCreationTemplates {
    prefixes: Option<Vec<String>>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    registry_id: String,
    repository_creation_templates: Vec<CreationTemplateView>,
}

/// `[ASSUME]`: an unknown prefix is ignored, because the service model declares no error for it.
impl Operation for DescribeRepositoryCreationTemplates {
    const NAME: &'static str = "DescribeRepositoryCreationTemplates";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    const EFFECT: Effect = Effect::None;
    const RESOURCE: Resource = Resource::Any;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let (repositories, registry) = (&cx.state.repositories, cx.own_registry());
        let only = self.prefixes.filter(|prefixes| !prefixes.is_empty());
        let only: Option<BTreeSet<String>> = only.map(|prefixes| {
            let names = prefixes.iter().map(|one| record_name(one));
            names.map(str::to_owned).collect()
        });
        let list = registry.arn(format!("templates {only:?}"));
        let scope = format!("DescribeRepositoryCreationTemplates {list}");
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let found =
            repositories.templates(&registry, only, page.after.as_deref(), page.fetch_limit());
        let mut found = found.await?;
        let next_token = page.truncate(cx, &mut found, |one| record_name(&one.prefix).to_owned());
        Ok(Output {
            next_token,
            registry_id: cx.caller.account().to_string(),
            repository_creation_templates: found.into_iter().map(Into::into).collect(),
        })
    }
}
