//! `ListImages`: every tag, and every image without one.

use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::api::admitted::Admitted;
use crate::api::image_id::ImageId;
use crate::api::page::Page;
use crate::name::{AccountId, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListImages {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    filter: Option<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// Which images are asked for. All are `ACTIVE` here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    tag_status: Option<String>,
    image_status: Option<String>,
}

impl Filter {
    pub(super) fn lets_pass(&self, tags: Tagged) -> bool {
        let tag_status = match self.tag_status.as_deref() {
            Some("TAGGED") => tags == Tagged::Yes,
            Some("UNTAGGED") => tags == Tagged::No,
            _ => true,
        };
        tag_status && matches!(self.image_status.as_deref(), None | Some("ACTIVE" | "ANY"))
    }
}

/// Whether an image has a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tagged {
    Yes,
    No,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    image_ids: Vec<ImageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl ListImages {
    pub(super) async fn run(self, admitted: &Admitted<'_>) -> Result<Output, ApiError> {
        let name = self.repository_name.clone();
        let id = admitted
            .open(self.registry_id, name, "ecr:ListImages")
            .await?;
        let repositories = &admitted.ecr.repositories;
        repositories.find(&id).await?;
        let scope = format!("ListImages {id}");
        let page = Page::asked(
            admitted,
            scope,
            self.max_results,
            self.next_token.as_deref(),
        )?;
        let filter = self.filter.unwrap_or_default();
        let mut tags = repositories.tags_by_image(&id).await?;
        let mut entries = Vec::new();
        for digest in repositories.image_digests(&id, None, usize::MAX).await? {
            let tags = tags.remove(&digest).unwrap_or_default();
            if tags.is_empty() && filter.lets_pass(Tagged::No) {
                entries.push(ImageId::new(&digest, None));
            }
            if filter.lets_pass(Tagged::Yes) {
                entries.extend(tags.iter().map(|tag| ImageId::new(&digest, Some(tag))));
            }
        }
        entries.retain(|entry| {
            page.after
                .as_ref()
                .is_none_or(|after| position(entry) > *after)
        });
        let next_token = page.cut(admitted, &mut entries, position);
        Ok(Output {
            image_ids: entries,
            next_token,
        })
    }
}

/// Where an entry stands in the list, which is in the order of these.
fn position(entry: &ImageId) -> String {
    let digest = entry.image_digest.as_deref().unwrap_or_default();
    let tag = entry.image_tag.as_deref().unwrap_or_default();
    format!("{digest} {tag}")
}
