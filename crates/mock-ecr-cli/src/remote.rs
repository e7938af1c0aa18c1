//! A running mock, asked over HTTP.

use std::fmt::Write as _;
use std::io;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;

use crate::args::Running;
use crate::failure::Failure;

/// Reads something under `/_mock/`.
pub(crate) async fn get(running: &Running, resource: &str) -> Result<Bytes, Failure> {
    whole(running, send(running, Method::GET, resource, None).await?).await
}

/// Reads something under `/_mock/` that is JSON.
pub(crate) async fn get_json(running: &Running, resource: &str) -> Result<Value, Failure> {
    parse(running, &get(running, resource).await?)
}

/// Has something done.
pub(crate) async fn post(
    running: &Running,
    resource: &str,
    body: &Value,
) -> Result<Value, Failure> {
    let answer = send(running, Method::POST, resource, Some(body)).await?;
    parse(running, &whole(running, answer).await?)
}

/// Has something forgotten.
pub(crate) async fn delete(running: &Running, resource: &str) -> Result<Value, Failure> {
    let answer = send(running, Method::DELETE, resource, None).await?;
    parse(running, &whole(running, answer).await?)
}

/// Hands on the data of each server-sent event as it comes, until the mock ends.
pub(crate) async fn follow(
    running: &Running,
    resource: &str,
    mut each: impl FnMut(Value) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut body = send(running, Method::GET, resource, None)
        .await?
        .into_body();
    let mut unread = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        unread.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]));
        while let Some(end) = unread.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = unread.drain(..end + 2).collect();
            let event = String::from_utf8_lossy(&event);
            let data = event.lines().find_map(|line| line.strip_prefix("data: "));
            if let Some(data) = data {
                each(parse(running, data.as_bytes())?)?;
            }
        }
    }
    Ok(())
}

/// A resource with the parameters of a query.
pub(crate) fn with_query<'a>(
    resource: &str,
    parameters: impl IntoIterator<Item = (&'a str, String)>,
) -> String {
    let mut text = resource.to_owned();
    for (index, (name, value)) in parameters.into_iter().enumerate() {
        let separator = if index == 0 { '?' } else { '&' };
        let value = utf8_percent_encode(&value, NON_ALPHANUMERIC);
        write!(text, "{separator}{name}={value}").expect("a String takes any text");
    }
    text
}

async fn send(
    running: &Running,
    method: Method,
    resource: &str,
    body: Option<&Value>,
) -> Result<Response<Incoming>, Failure> {
    let (host, mut request) = request(running, method, resource)?;
    if let Some(body) = body {
        *request.body_mut() = Full::from(body.to_string());
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
    }
    let unreachable = |cause| running.unreachable(cause);
    let stream = TcpStream::connect(&host).await.map_err(unreachable)?;
    let broken = |cause: hyper::Error| running.unreachable(io::Error::other(cause));
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(broken)?;
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(broken)?;
    match answer.status() {
        StatusCode::OK => Ok(answer),
        _ => Err(running.rejected(&said(&whole(running, answer).await?))),
    }
}

/// The address to connect to, and what to say there.
fn request(
    running: &Running,
    method: Method,
    resource: &str,
) -> Result<(String, Request<Full<Bytes>>), Failure> {
    let wrong = || Failure::Url(running.url.clone());
    let url: Uri = running.url.parse().map_err(|_| wrong())?;
    let authority = url.authority().filter(|_| url.scheme_str() == Some("http"));
    let authority = authority.ok_or_else(wrong)?;
    let port = authority.port_u16().unwrap_or(80);
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/_mock/{resource}"))
        .header(HOST, authority.as_str())
        .body(Full::default())
        .map_err(|_| wrong())?;
    if let Some(key) = &running.control_key {
        let key = format!("Bearer {}", key.expose());
        let mut key = HeaderValue::try_from(key).map_err(|_| Failure::ControlKey)?;
        key.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, key);
    }
    Ok((format!("{}:{port}", authority.host()), request))
}

async fn whole(running: &Running, answer: Response<Incoming>) -> Result<Bytes, Failure> {
    let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect();
    let body = body.await;
    let body = body.map_err(|cause| running.unreachable(io::Error::other(cause)))?;
    Ok(body.to_bytes())
}

const LONGEST_ANSWER: usize = 64 << 20;

fn parse(running: &Running, json: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(json).map_err(|_| running.rejected(STRANGER))
}

/// What a refusal says: the `error` of its JSON, and where it is.
fn said(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    match (json["error"].as_str(), json["at"].as_str()) {
        (Some(error), Some(at)) => format!("{at}: {error}"),
        (Some(error), None) => error.to_owned(),
        _ => STRANGER.to_owned(),
    }
}

const STRANGER: &str = "it is no mock-ecr";

impl Running {
    fn unreachable(&self, cause: io::Error) -> Failure {
        let url = self.url.clone();
        Failure::Unreachable { url, cause }
    }

    /// What the mock says that will not.
    pub(crate) fn rejected(&self, said: &str) -> Failure {
        let (url, said) = (self.url.clone(), said.to_owned());
        Failure::Refused { url, said }
    }
}
