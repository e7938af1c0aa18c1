//! Reads the body of a response.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

/// Reads a response completely, so that the read timeout also applies to its body.
///
/// The SDK's read timeout ends with the headers. As in v1, the timeout applies to each part of the body separately.
pub(super) async fn read(
    response: HttpResponse,
    limit: Option<Duration>,
) -> Result<HttpResponse, ConnectorError> {
    let mut bytes = Vec::new();
    let mut body = SdkBody::taken();
    let mut response = response;
    std::mem::swap(&mut body, response.body_mut());
    while let Some(frame) = with_timeout(limit, body.frame()).await? {
        let frame = frame.map_err(ConnectorError::io)?;
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > MAX_BODY_BYTES {
            return Err(ConnectorError::user(TooLong.into()));
        }
    }
    *response.body_mut() = SdkBody::from(bytes);
    Ok(response)
}

/// Limits the memory for an endless response. The response for ten registries takes 30 kB.
const MAX_BODY_BYTES: usize = 10_000_000;

/// Not a network error, since a retry would get the same response.
#[derive(Debug, thiserror::Error)]
#[error("the response is longer than {} MB", MAX_BODY_BYTES / 1_000_000)]
struct TooLong;

/// Waits for a future up to the limit.
///
/// # Errors
/// Returns an error when the limit is reached.
pub(super) async fn with_timeout<T>(
    limit: Option<Duration>,
    future: impl Future<Output = T>,
) -> Result<T, ConnectorError> {
    match limit {
        None => Ok(future.await),
        Some(limit) => tokio::time::timeout(limit, future)
            .await
            .map_err(|elapsed| ConnectorError::timeout(elapsed.into())),
    }
}
