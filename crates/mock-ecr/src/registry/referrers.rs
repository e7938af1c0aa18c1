//! `referrers/DIGEST`: the images whose manifest names another image as its subject.

use std::collections::BTreeMap;

use http::{Response, StatusCode, header};
use serde::Serialize;

use crate::config::Quirk;
use crate::domain::ListedImage;
use crate::http::body::{Payload, whole};
use crate::iam::action::Action;
use crate::registry::context::{RequestContext, layer_digest, respond};
use crate::registry::error::RegistryError;
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
    annotations: Option<&'a BTreeMap<String, serde_json::Value>>,
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
    let images = context.state.repositories.referrers(id, &subject).await?;
    let filter = context.parameter("artifactType");
    let is_requested = |image: &&ListedImage| {
        let artifact_type = image.metadata.artifact_type.as_deref();
        filter
            .as_deref()
            .is_none_or(|requested| artifact_type == Some(requested))
    };
    let index = Index {
        schema_version: 2,
        media_type: INDEX,
        manifests: images.iter().filter(is_requested).map(descriptor).collect(),
    };
    let body = serde_json::to_vec(&index).expect("strings and numbers are always JSON");
    let mut response = respond(StatusCode::OK)
        .header(header::CONTENT_TYPE, INDEX)
        .header(header::CONTENT_LENGTH, body.len());
    if filter.is_some() {
        response = response.header("oci-filters-applied", "artifactType");
    }
    let response = response.body(body.into());
    Ok(whole(
        response.expect("the headers are constants and a number"),
    ))
}

fn descriptor(image: &ListedImage) -> Descriptor<'_> {
    Descriptor {
        media_type: &image.metadata.media_type,
        digest: &image.digest,
        size: image.metadata.manifest_size,
        artifact_type: image.metadata.artifact_type.as_deref(),
        annotations: image.metadata.annotations.as_ref(),
    }
}
