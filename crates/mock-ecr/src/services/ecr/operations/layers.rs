//! `BatchCheckLayerAvailability` and `GetDownloadUrlForLayer`: return the availability and the URL of layers.

use serde::{Deserialize, Serialize};

use crate::aws::error::ApiError;
use crate::aws::model::validate::invalid;
use crate::domain::ListedLayer;
use crate::registry::layer_url::LayerUrls;
use crate::services::context::RequestContext;
use crate::services::ecr::domain_errors::layer_not_found;
use crate::services::ecr::pull_through;
use crate::services::ecr::views::image_id::matches_digest_pattern;
use crate::services::operation::{Effect, Operation};
use crate::types::{AccountId, Digest, Fidelity, NameError, RepositoryName};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchCheckLayerAvailability {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    layer_digests: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Availability {
    failures: Vec<LayerFailure>,
    layers: Vec<LayerView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerFailure {
    failure_code: &'static str,
    failure_reason: &'static str,
    layer_digest: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LayerView {
    layer_availability: &'static str,
    layer_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer_size: Option<u64>,
    /// Source: `awscli/examples/ecr/batch-check-layer-availability.rst` in aws/aws-cli, where the configuration of an image has its type in the manifest.
    /// That a layer of no image has no type is `[ASSUME]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
}

impl LayerView {
    fn new(layer_digest: String, layer: Option<ListedLayer>) -> Self {
        LayerView {
            layer_availability: match layer {
                Some(_) => "AVAILABLE",
                None => "UNAVAILABLE",
            },
            layer_digest,
            layer_size: layer.as_ref().map(|layer| layer.size),
            media_type: layer.and_then(|layer| layer.media_type),
        }
    }
}

impl Operation for BatchCheckLayerAvailability {
    const NAME: &'static str = "BatchCheckLayerAvailability";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const EFFECT: Effect = Effect::None;
    type Output = Availability;

    async fn run(self, cx: &RequestContext<'_>) -> Result<Availability, ApiError> {
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let mut availability = Availability {
            failures: Vec::new(),
            layers: Vec::new(),
        };
        let digests = parsed(&self.layer_digests);
        let valid = digests.iter().flatten().cloned().collect();
        let repositories = &cx.state.repositories;
        let mut layers = repositories.layers(&id, valid).await?.into_iter();
        for (layer_digest, digest) in self.layer_digests.into_iter().zip(digests) {
            match digest {
                // A layer that does not exist is `UNAVAILABLE`. Source: `ecr/pusher_test.go` of awslabs/amazon-ecr-containerd-resolver. That client
                // treats a failure in the same way.
                Ok(_) => {
                    let layer = layers.next().expect("each valid digest has a result");
                    availability.layers.push(LayerView::new(layer_digest, layer));
                }
                Err(_) if matches_digest_pattern(&layer_digest) => {
                    availability.layers.push(LayerView::new(layer_digest, None));
                }
                // The message is `[ASSUME]`.
                Err(_) if layer_digest.is_empty() => availability.failures.push(LayerFailure {
                    failure_code: "MissingLayerDigest",
                    failure_reason: "Invalid request parameters: layer digest cannot be null",
                    layer_digest,
                }),
                Err(_) => availability.failures.push(LayerFailure {
                    failure_code: "InvalidLayerDigest",
                    failure_reason: "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
                    layer_digest,
                }),
            }
        }
        Ok(availability)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetDownloadUrlForLayer {
    repository_name: RepositoryName,
    registry_id: Option<AccountId>,
    layer_digest: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DownloadUrl {
    download_url: String,
    layer_digest: String,
}

/// It is a change, because it imports a missing layer of a pull-through cache.
impl Operation for GetDownloadUrlForLayer {
    const NAME: &'static str = "GetDownloadUrlForLayer";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    type Output = DownloadUrl;

    async fn run(self, cx: &RequestContext<'_>) -> Result<DownloadUrl, ApiError> {
        let digest = layer_digest("layerDigest", &self.layer_digest)?;
        let name = self.repository_name;
        let id = cx.open_existing(self.registry_id, name).await?;
        let repositories = &cx.state.repositories;
        let is_missing = repositories.layer_size(&id, &digest).await?.is_none();
        if is_missing && !pull_through::prepare_layer(cx, &id, &digest).await? {
            return Err(layer_not_found(&digest, &id));
        }
        if !repositories.is_referenced(&id, &digest).await? {
            return Err(layer_inaccessible());
        }
        let path = LayerUrls::from_seed(&cx.state.config.seed).sign(&id, &digest, cx.now);
        Ok(DownloadUrl {
            download_url: cx.layers_url() + &path,
            layer_digest: digest.to_string(),
        })
    }
}

/// Returns the error for a layer that no image references. Source: the documentation of `LayerInaccessibleException` in the service model. That
/// the message is the same is `[ASSUME]`.
fn layer_inaccessible() -> ApiError {
    let text = "The specified layer is not available because it is not associated with an image. Unassociated image layers may be cleaned up at any time.";
    ApiError::modelled("LayerInaccessibleException", text.to_owned())
}

fn parsed(digests: &[String]) -> Vec<Result<Digest, NameError>> {
    digests.iter().map(|digest| digest.parse()).collect()
}

/// Parses a digest. A text that matches the pattern of the model can still have an unsupported algorithm.
pub(crate) fn layer_digest(parameter: &str, text: &str) -> Result<Digest, ApiError> {
    let constraint = "must be a sha256 or sha512 digest";
    text.parse().map_err(|_| invalid(parameter, constraint))
}
