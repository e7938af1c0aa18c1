//! The errors of responses: the request, the status, and the reason that the registry states.

use std::time::Duration;

use http::{Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde::Deserialize;

use crate::upstream::error::UpstreamError;

/// Returns a response that has succeeded or is a redirect. `sent` describes the request, and `is_secret` returns whether a text contains a secret.
pub(super) async fn checked(
    response: Response<Incoming>,
    sent: &str,
    is_secret: impl Fn(&str) -> bool,
) -> Result<Response<Incoming>, UpstreamError> {
    let status = response.status();
    if status.is_success() || status.is_redirection() {
        return Ok(response);
    }
    let mut reason = format!("{sent}: status {status}");
    // A registry could repeat what it has received.
    if let Some(stated) = stated(response).await.filter(|text| !is_secret(text)) {
        // A secret that is cut would not be found.
        let stated: String = stated.chars().take(MAX_TEXT).collect();
        reason += &format!(", {stated}");
    }
    Err(match status {
        StatusCode::NOT_FOUND => UpstreamError::NotFound(reason),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => UpstreamError::AccessDenied(reason),
        StatusCode::TOO_MANY_REQUESTS => UpstreamError::TooManyRequests(reason),
        StatusCode::BAD_REQUEST
        | StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::NOT_ACCEPTABLE
        | StatusCode::NOT_IMPLEMENTED => UpstreamError::Unsupported(reason),
        _ => UpstreamError::Unavailable(reason),
    })
}

/// The body of an error. Source: OCI Distribution 1.1, "Error Codes".
#[derive(Deserialize)]
struct Body {
    errors: Vec<Stated>,
}

#[derive(Deserialize)]
struct Stated {
    code: String,
    #[serde(default)]
    message: String,
}

/// Returns the reason in the body of an error, if it has the form of a registry and arrives soon.
async fn stated(response: Response<Incoming>) -> Option<String> {
    let body = Limited::new(response.into_body(), MAX_BODY).collect();
    let body = tokio::time::timeout(BODY_TIMEOUT, body).await.ok()?.ok()?;
    let body: Body = serde_json::from_slice(&body.to_bytes()).ok()?;
    let Stated { code, message } = body.errors.into_iter().next()?;
    Some(format!("{code}: {message}"))
}

/// The size of an error body that is read, in bytes.
const MAX_BODY: usize = 16 << 10;

/// The time in which an error body must arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);

/// The length of the reason, in characters.
const MAX_TEXT: usize = 500;
