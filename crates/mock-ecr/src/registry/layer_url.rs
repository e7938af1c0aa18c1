//! Layers at URLs of their own, which need no token and are good for a while, as those of S3 are.

use hmac::{Hmac, KeyInit as _, Mac as _};
use http::request::Parts;
use http::{Response, StatusCode, header};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::aws::hosts::Host;
use crate::domain::RepositoryError;
use crate::http::body;
use crate::http::body::Payload;
use crate::http::ingress::Way;
use crate::http::query;
use crate::http::range;
use crate::http::range::Unsatisfiable;
use crate::request_log::Exchange;
use crate::state::Ecr;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId};

/// The URL before the path of a layer, for a client that has reached the mock by AWS's own name of `host`: that of the bucket in which AWS
/// keeps the layers of the region.
pub(crate) fn bucket_url(host: &Host, way: Way) -> Option<String> {
    match host {
        Host::Registry { region, .. } | Host::Api { region } if way != Way::Http => {
            Some(format!("https://{}", Host::layers(region)))
        }
        _ => None,
    }
}

/// The prefix of the paths of layers at URLs of their own.
pub(crate) const LAYER_PREFIX: &str = "/_layer/";

/// How long a URL is good. Source: the hour of GetDownloadUrlForLayer's example in AWS's API reference; for redirects `[ASSUME]`.
const LIFE: std::time::Duration = std::time::Duration::from_secs(3600);

/// Makes and judges the URLs of a seed.
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
        LayerUrls(Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length"))
    }

    /// The path and query at which a layer is served for an hour.
    pub(crate) fn sign(&self, id: &RepositoryId, digest: &Digest, now: Timestamp) -> String {
        let RepositoryId {
            account,
            region,
            name,
        } = id;
        let path = format!("{LAYER_PREFIX}{account}/{region}/{name}/{digest}");
        let expires = (now + LIFE).as_millis();
        let signature = self.signature(&path, expires);
        format!("{path}?Expires={expires}&X-Amz-Signature={signature}")
    }

    fn verify(&self, request: &Parts, now: Timestamp) -> Result<(), Refusal> {
        let query = request.uri.query().unwrap_or_default();
        let expires = query::value(query, "Expires");
        let expires: i64 = expires
            .and_then(|text| text.parse().ok())
            .ok_or(Refusal::Forged)?;
        let signature = query::value(query, "X-Amz-Signature").ok_or(Refusal::Forged)?;
        let expected = self.signature(request.uri.path(), expires);
        let is_ours: bool = expected.as_bytes().ct_eq(signature.as_bytes()).into();
        if !is_ours {
            return Err(Refusal::Forged);
        }
        if now >= Timestamp::from_millis(expires) {
            return Err(Refusal::Expired);
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

/// Answers a request for such a URL.
pub(crate) async fn answer(
    ecr: &Ecr,
    request: &Parts,
    now: Timestamp,
    exchange: &mut Exchange,
) -> Response<Payload> {
    match serve(ecr, request, now).await {
        Ok(response) => response,
        Err(refusal) => {
            exchange.error = Some(refusal.code());
            body::whole(refusal.into_response())
        }
    }
}

async fn serve(ecr: &Ecr, request: &Parts, now: Timestamp) -> Result<Response<Payload>, Refusal> {
    if request.headers.contains_key(header::AUTHORIZATION) {
        return Err(Refusal::TwoAuthMechanisms);
    }
    LayerUrls::from_seed(&ecr.world.seed).verify(request, now)?;
    let (id, digest) = layer(request.uri.path()).ok_or(Refusal::NoSuchKey)?;
    let size = ecr.repositories.layer_size(&id, &digest).await;
    let size = size.map_err(Refusal::from)?.ok_or(Refusal::NoSuchKey)?;
    let range = range::of(&request.headers, size).map_err(|Unsatisfiable| Refusal::InvalidRange)?;
    let content = ecr.repositories.open_layer(&id, &digest, range).await?;
    let bytes = body::streamed(content.bytes);
    Ok(range::respond(
        bytes,
        &content.range,
        content.size,
        "binary/octet-stream",
    ))
}

/// What a path names: an account, a region, a name with slashes in it, and a digest.
fn layer(path: &str) -> Option<(RepositoryId, Digest)> {
    let (account, rest) = path.strip_prefix(LAYER_PREFIX)?.split_once('/')?;
    let (region, rest) = rest.split_once('/')?;
    let (name, digest) = rest.rsplit_once('/')?;
    let id = RepositoryId {
        account: account.parse().ok()?,
        region: region.parse().ok()?,
        name: name.parse().ok()?,
    };
    Some((id, digest.parse().ok()?))
}

/// Why a layer is not served, in the words of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// The URL is a credential itself, and there must be no other. Source: open-policy-agent/opa#6580.
    TwoAuthMechanisms,
    Forged,
    Expired,
    NoSuchKey,
    InvalidRange,
    InternalError,
}

impl From<RepositoryError> for Refusal {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::LayersNotFound { .. } => Refusal::NoSuchKey,
            error => {
                tracing::error!(%error, "a layer cannot be read");
                Refusal::InternalError
            }
        }
    }
}

impl Refusal {
    fn code(self) -> &'static str {
        match self {
            Refusal::TwoAuthMechanisms => "InvalidArgument",
            Refusal::Forged => "SignatureDoesNotMatch",
            Refusal::Expired => "AccessDenied",
            Refusal::NoSuchKey => "NoSuchKey",
            Refusal::InvalidRange => "InvalidRange",
            Refusal::InternalError => "InternalError",
        }
    }

    fn into_response(self) -> Response<bytes::Bytes> {
        let (status, message) = match self {
            Refusal::TwoAuthMechanisms => (
                StatusCode::BAD_REQUEST,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
            ),
            Refusal::Forged => (
                StatusCode::FORBIDDEN,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
            Refusal::Expired => (StatusCode::FORBIDDEN, "Request has expired"),
            Refusal::NoSuchKey => (StatusCode::NOT_FOUND, "The specified key does not exist."),
            Refusal::InvalidRange => (
                StatusCode::RANGE_NOT_SATISFIABLE,
                "The requested range is not satisfiable",
            ),
            Refusal::InternalError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "We encountered an internal error. Please try again.",
            ),
        };
        let code = self.code();
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "application/xml")
            .header(header::CONTENT_LENGTH, xml.len())
            .body(xml.into())
            .expect("the headers are constants")
    }
}
