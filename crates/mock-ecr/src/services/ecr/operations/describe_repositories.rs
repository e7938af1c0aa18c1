//! `DescribeRepositories`: returns the requested repositories, or all repositories in pages.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::Repository;
use crate::services::context::RequestContext;
use crate::services::ecr::views::page::Page;
use crate::services::ecr::views::repository_view::RepositoryView;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Fidelity, RegistryId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeRepositories {
    registry_id: Option<AccountId>,
    repository_names: Option<Vec<RepositoryName>>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    repositories: Vec<RepositoryView>,
}

impl Operation for DescribeRepositories {
    const NAME: &'static str = "DescribeRepositories";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let (found, next_token) = match &self.repository_names {
            Some(names) => {
                let next_token = self.next_token.as_deref();
                Page::require_none("repositoryNames", self.max_results, next_token)?;
                (self.named(cx, names).await?, None)
            }
            None => self.page(cx).await?,
        };
        let view = |repository| RepositoryView::of(cx, repository);
        Ok(Output {
            next_token,
            repositories: found.into_iter().map(view).collect(),
        })
    }
}

impl DescribeRepositories {
    async fn named(
        &self,
        cx: &RequestContext<'_>,
        names: &[RepositoryName],
    ) -> Result<Vec<Repository>, ApiError> {
        let mut found = Vec::new();
        for name in names {
            let id = cx.open(self.registry_id, name.clone()).await?;
            found.push(cx.state.repositories.find(&id).await?);
        }
        Ok(found)
    }

    async fn page(
        &self,
        cx: &RequestContext<'_>,
    ) -> Result<(Vec<Repository>, Option<String>), ApiError> {
        let account = cx.registry(self.registry_id);
        let region = cx.caller.region().clone();
        let scope = format!("DescribeRepositories {account} {region}");
        let registry = RegistryId::Private { account, region };
        cx.authorize_all(&registry).await?;
        let page = Page::parse(cx, scope, self.max_results, self.next_token.as_deref())?;
        let after = page.after.as_deref().and_then(|name| name.parse().ok());
        let repositories = &cx.state.repositories;
        let found = repositories.list(&registry, after.as_ref(), page.fetch_limit());
        let mut found = found.await?;
        let next = page.truncate(cx, &mut found, |found| found.id.name.to_string());
        Ok((found, next))
    }
}
