//! The signed URLs of layers. Like the presigned URLs of S3, they need no token and expire.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::request::Parts;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::aws::hosts::Host;
use crate::http::ingress::Ingress;
use crate::http::query;
use crate::registry::layer_url_error::LayerUrlError;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RegistryId, RepositoryId};

/// Returns the URL of the bucket in which AWS stores the layers of a Region, without the path.
///
/// Returns `None` unless the client has reached the mock by an AWS host name and over TLS.
pub(crate) fn bucket_url(host: &Host, ingress: Ingress) -> Option<String> {
    match host {
        Host::Registry { region, .. } | Host::Api { region, .. } if ingress != Ingress::Http => {
            Some(format!("https://{}", Host::layers(region)))
        }
        _ => None,
    }
}

/// The prefix of the paths in URLs of layers.
pub(crate) const LAYER_PREFIX: &str = "/_layer/";

/// The TTL of a URL. Source: the example of GetDownloadUrlForLayer in the API reference of Amazon ECR. For redirects it is `[ASSUME]`.
const TTL: std::time::Duration = std::time::Duration::from_secs(3600);

/// Signs and verifies layer URLs with a key that is derived from the seed.
#[derive(Clone)]
pub(crate) struct LayerUrls(Hmac<Sha256>);

impl std::fmt::Debug for LayerUrls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LayerUrls(…)")
    }
}

impl LayerUrls {
    pub(crate) fn from_seed(seed: &str) -> Self {
        let key = format!("mock-ecr layer url\n{seed}");
        LayerUrls(Hmac::new_from_slice(key.as_bytes()).expect("HMAC accepts keys of any length"))
    }

    /// Returns the path and query of a layer, which are valid for an hour.
    pub(crate) fn sign(&self, id: &RepositoryId, digest: &Digest, now: Timestamp) -> String {
        let RepositoryId { registry, name } = id;
        let (account, place) = (registry.account(), registry.place());
        let path = format!("{LAYER_PREFIX}{account}/{place}/{name}/{digest}");
        let expires = (now + TTL).as_millis();
        let signature = self.signature(&path, expires);
        format!("{path}?Expires={expires}&X-Amz-Signature={signature}")
    }

    pub(super) fn verify(&self, request: &Parts, now: Timestamp) -> Result<(), LayerUrlError> {
        let query = request.uri.query().unwrap_or_default();
        let expires = query::value(query, "Expires");
        let expires: i64 = expires
            .and_then(|text| text.parse().ok())
            .ok_or(LayerUrlError::Forged)?;
        let signature = query::value(query, "X-Amz-Signature").ok_or(LayerUrlError::Forged)?;
        let expected = self.signature(request.uri.path(), expires);
        let is_authentic: bool = expected.as_bytes().ct_eq(signature.as_bytes()).into();
        if !is_authentic {
            return Err(LayerUrlError::Forged);
        }
        if now >= Timestamp::from_millis(expires) {
            return Err(LayerUrlError::Expired);
        }
        Ok(())
    }

    fn signature(&self, path: &str, expires: i64) -> String {
        let mut mac = self.0.clone();
        mac.update(&expires.to_be_bytes());
        mac.update(path.as_bytes());
        let mac = mac.finalize().into_bytes();
        mac.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Returns the repository and the digest that a path names. The name of the repository can contain slashes.
pub(super) fn layer(path: &str) -> Option<(RepositoryId, Digest)> {
    let (account, rest) = path.strip_prefix(LAYER_PREFIX)?.split_once('/')?;
    let (place, rest) = rest.split_once('/')?;
    let (name, digest) = rest.rsplit_once('/')?;
    let id = RepositoryId {
        registry: RegistryId::parse(account, place)?,
        name: name.parse().ok()?,
    };
    Some((id, digest.parse().ok()?))
}
