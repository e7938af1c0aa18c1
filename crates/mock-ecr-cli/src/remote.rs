//! A running mock, asked over HTTP.

use std::io;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::failure::Failure;

/// Asks the mock at a URL for something under `/_mock/`.
pub(crate) async fn ask(url: &str, method: Method, resource: &str) -> Result<Bytes, Failure> {
    let (host, request) = request(url, method, resource).ok_or_else(|| Failure::Url(url.into()))?;
    let unreachable = |cause: io::Error| Failure::Unreachable {
        url: url.to_owned(),
        cause,
    };
    let stream = TcpStream::connect(&host).await.map_err(unreachable)?;
    let (status, body) = exchange(stream, request)
        .await
        .map_err(|cause| unreachable(io::Error::other(cause)))?;
    match status {
        StatusCode::OK => Ok(body),
        _ => Err(Failure::Refused {
            url: url.to_owned(),
            said: said(&body),
        }),
    }
}

/// The address to connect to, and what to say there.
fn request(url: &str, method: Method, resource: &str) -> Option<(String, Request<Empty<Bytes>>)> {
    let url: Uri = url.parse().ok()?;
    if url.scheme_str() != Some("http") {
        return None;
    }
    let authority = url.authority()?;
    let host = authority.host();
    let port = authority.port_u16().unwrap_or(80);
    let request = Request::builder()
        .method(method)
        .uri(format!("/_mock/{resource}"))
        .header("Host", authority.as_str())
        .body(Empty::new())
        .ok()?;
    Some((format!("{host}:{port}"), request))
}

async fn exchange(
    stream: TcpStream,
    request: Request<Empty<Bytes>>,
) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), LONGEST_ANSWER)
        .collect()
        .await?;
    Ok((status, body.to_bytes()))
}

const LONGEST_ANSWER: usize = 64 << 20;

/// What a refusal says: the `error` of its JSON.
fn said(body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let error = json.as_ref().and_then(|json| json["error"].as_str());
    error.unwrap_or("it is no mock-ecr").to_owned()
}
