//! `DescribeRepositories`: those that are named, or all, page by page.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::domain::Repository;
use crate::services::ecr::context::Admitted;
use crate::services::ecr::views::page::Page;
use crate::services::ecr::views::repository_view::RepositoryView;
use crate::types::{AccountId, RepositoryName};

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

impl DescribeRepositories {
    const ACTION: &str = "ecr:DescribeRepositories";

    pub(crate) async fn run(self, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
        let (found, next_token) = match &self.repository_names {
            Some(names) => (self.named(admitted, names).await?, None),
            None => self.page(admitted).await?,
        };
        let view = |repository| RepositoryView::of(admitted, repository);
        Ok(Output {
            next_token,
            repositories: found.into_iter().map(view).collect(),
        })
    }

    async fn named(
        &self,
        admitted: &Admitted<'_>,
        names: &[RepositoryName],
    ) -> Result<Vec<Repository>, ApiError> {
        let mut found = Vec::new();
        for name in names {
            let id = admitted
                .open(self.registry_id, name.clone(), Self::ACTION)
                .await?;
            found.push(admitted.ecr.repositories.find(&id).await?);
        }
        Ok(found)
    }

    async fn page(
        &self,
        admitted: &Admitted<'_>,
    ) -> Result<(Vec<Repository>, Option<String>), ApiError> {
        let account = admitted.registry(self.registry_id);
        admitted.authorize_all(account, Self::ACTION)?;
        let region = admitted.caller.region();
        let scope = format!("DescribeRepositories {account} {region}");
        let page = Page::asked(
            admitted,
            scope,
            self.max_results,
            self.next_token.as_deref(),
        )?;
        let after = page.after.as_deref().and_then(|name| name.parse().ok());
        let repositories = &admitted.ecr.repositories;
        let found = repositories.list(account, region, after.as_ref(), page.limit_and_one());
        let mut found = found.await?;
        let next = page.cut(admitted, &mut found, |found| found.id.name.to_string());
        Ok((found, next))
    }
}
