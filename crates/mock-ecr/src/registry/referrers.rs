//! `referrers/DIGEST`: the images whose manifest names another image as its subject.

use http::{Response, StatusCode, header};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::config::Quirk;
use crate::domain::{Referrer, ReferrerFilter};
use crate::http::body::{Payload, whole};
use crate::http::query::encode;
use crate::iam::action::Action;
use crate::registry::context::{RequestContext, layer_digest, respond};
use crate::registry::error::RegistryError;
use crate::registry::lists;
use crate::registry::pull_through;
use crate::types::{Digest, RepositoryId};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The index that OCI Distribution 1.1 defines under "Listing Referrers".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index<'a> {
    schema_version: u8,
    media_type: &'static str,
    manifests: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    media_type: &'a str,
    digest: &'a Digest,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'a RawValue>,
}

pub(super) async fn answer(
    context: &RequestContext<'_>,
    id: &RepositoryId,
    subject: &str,
) -> Result<Response<Payload>, RegistryError> {
    match context.open(id, Action::ecr("ListImageReferrers")).await {
        // "MUST NOT return a 404": OCI Distribution 1.1, "Listing Referrers".
        Err(RegistryError::NameUnknown(_)) if !context.has(Quirk::ReferrersNeedRepository) => {}
        opened => drop(opened?),
    }
    let subject = layer_digest(subject)?;
    let filter = context.parameter("artifactType");
    let scope = format!("referrers {id} {subject}");
    let after = lists::after(context, &scope)?;
    if after.is_none() {
        pull_through::prepare_referrers(context, id, &subject).await?;
    }
    let repositories = &context.state.repositories;
    let only = ReferrerFilter {
        artifact_types: filter.iter().cloned().collect(),
        ..ReferrerFilter::default()
    };
    let referrers = repositories.referrers(id, &subject, only, after, usize::MAX);
    let referrers = referrers.await?;
    let manifests = referrers.page.iter().map(descriptor);
    let index = Index {
        schema_version: 2,
        media_type: INDEX,
        manifests: manifests.collect::<Result<_, _>>()?,
    };
    let body = serde_json::to_vec(&index).expect("strings and numbers are always JSON");
    let mut response = respond(StatusCode::OK)
        .header(header::CONTENT_TYPE, INDEX)
        .header(header::CONTENT_LENGTH, body.len());
    if filter.is_some() {
        response = response.header("oci-filters-applied", "artifactType");
    }
    if let Some(last) = &referrers.last {
        let path = path(id, &subject, filter.as_deref());
        response = response.header(
            header::LINK,
            lists::link(context, &scope, &path, last.as_str()),
        );
    }
    let response = response.body(body.into());
    Ok(whole(
        response.expect("names and valid hosts are valid header values"),
    ))
}

/// Returns the URL of the list, up to the parameter `last`.
fn path(id: &RepositoryId, subject: &Digest, filter: Option<&str>) -> String {
    let filter = filter.map(|text| format!("artifactType={}&", encode(text.as_bytes())));
    let filter = filter.unwrap_or_default();
    format!("/v2/{}/referrers/{subject}?{filter}", id.name)
}

fn descriptor(referrer: &Referrer) -> Result<Descriptor<'_>, RegistryError> {
    let Referrer { image, annotations } = referrer;
    let annotations = annotations.as_deref().map(serde_json::from_slice);
    Ok(Descriptor {
        media_type: &image.metadata.media_type,
        digest: &image.digest,
        size: image.metadata.manifest_size,
        artifact_type: image.metadata.artifact_type.as_deref(),
        annotations: annotations
            .transpose()
            .map_err(|_| RegistryError::Internal)?,
    })
}
