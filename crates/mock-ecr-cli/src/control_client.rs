//! A client of the control API of a running mock.

use std::fmt::Write as _;
use std::io;

use ecr_contract::sanitize_line;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;

use crate::args::Target;
use crate::error::Error;

/// Returns a resource under `/_mock/`.
pub(crate) async fn get(target: &Target, resource: &str) -> Result<Bytes, Error> {
    collect(target, send(target, Method::GET, resource, None).await?).await
}

/// Returns a JSON resource under `/_mock/`.
pub(crate) async fn get_json(target: &Target, resource: &str) -> Result<Value, Error> {
    parse(target, &get(target, resource).await?)
}

/// Sends a POST request and returns the response.
pub(crate) async fn post(target: &Target, resource: &str, body: &Value) -> Result<Value, Error> {
    let response = send(target, Method::POST, resource, Some(body)).await?;
    parse(target, &collect(target, response).await?)
}

/// Sends a DELETE request and returns the response.
pub(crate) async fn delete(target: &Target, resource: &str) -> Result<Value, Error> {
    let response = send(target, Method::DELETE, resource, None).await?;
    parse(target, &collect(target, response).await?)
}

/// Calls `each` with the data of each server-sent event, until the mock stops.
pub(crate) async fn follow(
    target: &Target,
    resource: &str,
    mut each: impl FnMut(Value) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut body = send(target, Method::GET, resource, None).await?.into_body();
    let mut unread = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        unread.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]));
        while let Some(end) = unread.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = unread.drain(..end + 2).collect();
            let event = String::from_utf8_lossy(&event);
            let data = event.lines().find_map(|line| line.strip_prefix("data: "));
            if let Some(data) = data {
                each(parse(target, data.as_bytes())?)?;
            }
        }
    }
    Ok(())
}

/// Adds query parameters to a resource.
pub(crate) fn with_query<'a>(
    resource: &str,
    parameters: impl IntoIterator<Item = (&'a str, String)>,
) -> String {
    let mut text = resource.to_owned();
    for (index, (name, value)) in parameters.into_iter().enumerate() {
        let separator = if index == 0 { '?' } else { '&' };
        let value = utf8_percent_encode(&value, NON_ALPHANUMERIC);
        write!(text, "{separator}{name}={value}").expect("writing to a String cannot fail");
    }
    text
}

async fn send(
    target: &Target,
    method: Method,
    resource: &str,
    body: Option<&Value>,
) -> Result<Response<Incoming>, Error> {
    let (host, mut request) = request(target, method, resource)?;
    if let Some(body) = body {
        *request.body_mut() = Full::from(body.to_string());
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
    }
    let unreachable = |cause| target.unreachable(cause);
    let stream = TcpStream::connect(&host).await.map_err(unreachable)?;
    let broken = |cause: hyper::Error| target.unreachable(io::Error::other(cause));
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(broken)?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(broken)?;
    match response.status() {
        StatusCode::OK => Ok(response),
        status => Err(target.rejection(status, &collect(target, response).await?)),
    }
}

/// Returns the address to connect to, and the request.
fn request(
    target: &Target,
    method: Method,
    resource: &str,
) -> Result<(String, Request<Full<Bytes>>), Error> {
    let wrong = || Error::Url(target.url());
    let url: Uri = target.url().parse().map_err(|_| wrong())?;
    let authority = url.authority().filter(|_| url.scheme_str() == Some("http"));
    let authority = authority.ok_or_else(wrong)?;
    let port = port(authority).ok_or_else(wrong)?;
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/_mock/{resource}"))
        .header(HOST, authority.as_str())
        .body(Full::default())
        .map_err(|_| wrong())?;
    if let Some(key) = target.control_key() {
        let key = format!("Bearer {}", key.expose());
        let mut key = HeaderValue::try_from(key).map_err(|_| Error::ControlKey)?;
        key.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, key);
    }
    Ok((format!("{}:{port}", authority.host()), request))
}

/// Returns the port of a URL. [`Authority::port_u16`] also returns `None` if the port is invalid.
fn port(authority: &Authority) -> Option<u16> {
    match authority.as_str().strip_prefix(authority.host())? {
        "" | ":" => Some(80),
        _ => authority.port_u16(),
    }
}

async fn collect(target: &Target, response: Response<Incoming>) -> Result<Bytes, Error> {
    let body = Limited::new(response.into_body(), MAX_RESPONSE).collect();
    let body = body.await;
    let body = body.map_err(|cause| target.unreachable(io::Error::other(cause)))?;
    Ok(body.to_bytes())
}

const MAX_RESPONSE: usize = 64 << 20;

fn parse(target: &Target, json: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(json).map_err(|_| Error::NotAMock(target.url()))
}

impl Target {
    fn unreachable(&self, cause: io::Error) -> Error {
        let url = self.url();
        Error::Unreachable { url, cause }
    }

    /// Returns the error of an error response. Its JSON contains the message in `error`, the kind of the error in `code`, and the location
    /// in `at`.
    fn rejection(&self, status: StatusCode, body: &[u8]) -> Error {
        let url = self.url();
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(error) = json["error"].as_str() else {
            return Error::NotAMock(url);
        };
        if json["code"] == "WAIT_TIMEOUT" {
            return Error::WaitTimeout(sanitize_line(error));
        }
        let text = sanitize_line(&match json["at"].as_str() {
            Some(at) => format!("{at}: {error}"),
            None => error.to_owned(),
        });
        match status {
            StatusCode::INTERNAL_SERVER_ERROR => Error::OfMock { url, text },
            _ => Error::Rejected { url, text },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_an_invalid_port_is_rejected() {
        let address = |url: &str| {
            let target = Target::new(url.to_owned(), None);
            request(&target, Method::GET, "health").map(|(address, _)| address)
        };
        for (url, expected) in [
            ("http://k3y@localhost", "localhost:80"),
            ("http://localhost:/", "localhost:80"),
            ("http://k3y@127.0.0.1:4566", "127.0.0.1:4566"),
            ("http://[::1]", "[::1]:80"),
            ("http://[::1]:4566", "[::1]:4566"),
        ] {
            assert_eq!(address(url).unwrap(), expected);
        }
        for port in ["65536", "99999", "-1", "x"] {
            let outcome = address(&format!("http://k3y@127.0.0.99:{port}"));
            assert!(matches!(outcome, Err(Error::Url(_))), "{port}: {outcome:?}");
        }
    }
}
