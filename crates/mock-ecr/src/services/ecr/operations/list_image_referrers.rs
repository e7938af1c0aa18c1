//! `ListImageReferrers`: returns the images that name another image as their subject.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::error::ApiError;
use crate::domain::{Referrer, ReferrerFilter, StatusFilter};
use crate::iam::action::Action;
use crate::services::context::RequestContext;
use crate::services::ecr::operations::put_image::image_digest;
use crate::services::ecr::pull_through;
use crate::services::ecr::views::page::Page;
use crate::services::operation::Operation;
use crate::types::{AccountId, Fidelity, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListImageReferrers {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    subject_id: SubjectId,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubjectId {
    image_digest: String,
}

/// The filter of an input. Without `artifactStatus`, it matches only images with the status `ACTIVE`. Source: the service model.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    artifact_types: Option<Vec<String>>,
    artifact_status: Option<String>,
}

impl Filter {
    fn parse(self) -> ReferrerFilter {
        let status = self.artifact_status.as_deref();
        ReferrerFilter {
            artifact_types: self.artifact_types.unwrap_or_default(),
            status: status.and_then(StatusFilter::named).unwrap_or_default(),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    referrers: Vec<ReferrerView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReferrerView {
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
    artifact_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    digest: String,
    media_type: String,
    size: u64,
}

/// The default number of results of a page. Source: the documentation of `maxResults` in the service model.
const DEFAULT_RESULTS: usize = 20;

/// It is a change, because it imports the referrers of an image of a pull-through cache.
///
/// Source of the action: the documentation of the operation in the service model. `[ASSUME]`: the subject need not exist, and `size` is the size of
/// the manifest, as in OCI Distribution 1.1.
impl Operation for ListImageReferrers {
    const NAME: &'static str = "ListImageReferrers";
    const FIDELITY: Fidelity = Fidelity::Modelled;
    type Output = Output;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let id = cx.repository(self.registry_id, self.repository_name);
        cx.authorize_action(&id, Action::ecr("BatchGetImage"))
            .await?;
        let subject = image_digest(&self.subject_id.image_digest)?;
        let repositories = &cx.state.repositories;
        repositories.find(&id).await?;
        let filter = self.filter.unwrap_or_default();
        let scope = format!("ListImageReferrers {id} {subject} {filter:?}");
        let max_results = self.max_results.or(Some(DEFAULT_RESULTS));
        let page = Page::parse(cx, scope, max_results, self.next_token.as_deref())?;
        let after = page.after.clone();
        if after.is_none() {
            pull_through::prepare_referrers(cx, &id, &subject).await?;
        }
        let found = repositories.referrers(&id, &subject, filter.parse(), after, page.limit());
        let found = found.await?;
        let last = found.last.map(|last| page.token(cx, last.as_str()));
        Ok(Output {
            next_token: last,
            referrers: found.page.into_iter().map(view).collect::<Result<_, _>>()?,
        })
    }
}

fn view(referrer: Referrer) -> Result<ReferrerView, ApiError> {
    let Referrer { image, annotations } = referrer;
    let annotations = annotations.as_deref().map(texts);
    Ok(ReferrerView {
        annotations: annotations.transpose().map_err(|_| ApiError::Server)?,
        artifact_status: image.metadata.status.name(),
        artifact_type: image.metadata.artifact_type,
        digest: image.digest.to_string(),
        media_type: image.metadata.media_type,
        size: image.metadata.manifest_size,
    })
}

/// Returns the annotations that are texts. The service model permits no other value, and a client with types cannot read one. `[ASSUME]`: ECR
/// omits them.
fn texts(annotations: &[u8]) -> Result<BTreeMap<String, String>, serde_json::Error> {
    let all: BTreeMap<String, Value> = serde_json::from_slice(annotations)?;
    let text = |(name, value)| match value {
        Value::String(text) => Some((name, text)),
        _ => None,
    };
    Ok(all.into_iter().filter_map(text).collect())
}
