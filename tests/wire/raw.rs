//! Requests as bytes, and the bytes of the responses.

use mock_ecr::token::AuthorizationToken;
use mock_ecr::{MockEcr, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::response::Response;
use crate::signer::Signer;

/// Starts a mock with a frozen clock.
pub(crate) async fn frozen_mock() -> MockEcr {
    MockEcr::builder().frozen().start().await.unwrap()
}

/// Returns the time of a frozen clock.
pub(crate) fn now() -> Timestamp {
    "2015-11-29T21:30:53.241Z".parse().unwrap()
}

/// A request. A signature covers the request as it is when a `signed` method is called, not later changes.
#[derive(Clone, Debug)]
pub(crate) struct RawRequest {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl RawRequest {
    /// Creates a request with a `Host` header only.
    pub(crate) fn new(method: &'static str, target: impl Into<String>) -> Self {
        RawRequest {
            method,
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
        .with("Host", "localhost")
    }

    /// Creates an unsigned call of an operation with an empty input. Source: botocore's model of ECR.
    pub(crate) fn call(operation: &str) -> Self {
        let target = format!("AmazonEC2ContainerRegistry_V20150921.{operation}");
        RawRequest::new("POST", "/")
            .with("Content-Type", "application/x-amz-json-1.1")
            .with("X-Amz-Target", &target)
            .body("{}")
    }

    /// Creates an unsigned call of `GetAuthorizationToken` with an empty input.
    pub(crate) fn token_call() -> Self {
        RawRequest::call("GetAuthorizationToken")
    }

    /// Creates a request for `/v2/` without credentials, with a host that is not the name of a registry.
    pub(crate) fn ping(method: &'static str) -> Self {
        RawRequest::new(method, "/v2/")
    }

    /// Presents a token to the registry.
    pub(crate) fn with_token(self, token: &AuthorizationToken) -> Self {
        self.authorized(&format!("Basic {}", token.as_str()))
    }

    pub(crate) fn authorized(self, authorization: &str) -> Self {
        self.with("Authorization", authorization)
    }

    pub(crate) fn on_host(self, host: &str) -> Self {
        self.with("Host", host)
    }

    /// Sets a header and replaces an existing one.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let mut request = self.without(name);
        request.headers.push((name.to_owned(), value.to_owned()));
        request
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn at(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Signs the request with the default principal at the time of a frozen clock.
    pub(crate) fn signed(self) -> Self {
        self.signed_by(&Signer::default())
    }

    pub(crate) fn signed_by(self, signer: &Signer) -> Self {
        let headers = signer.headers(&self);
        let sign = |request: Self, (name, value): &(String, String)| request.with(name, value);
        headers.iter().fold(self, sign)
    }

    /// Signs the request in the query string. The signature expires after one minute.
    pub(crate) fn presigned_by(self, signer: &Signer) -> Self {
        let query: Vec<_> = signer
            .query(&self)
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let separator = if self.target.contains('?') { '&' } else { '?' };
        let target = format!("{}{separator}{}", self.target, query.join("&"));
        self.at(&target)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    pub(crate) fn method(&self) -> &'static str {
        self.method
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Returns the bytes of the request, with a `Content-Length` if there is a body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }

    /// Sends the request and returns the response.
    pub(crate) async fn to(&self, ecr: &MockEcr) -> Response {
        let bytes = match self.method {
            "HEAD" => send_bytes(ecr, &self.bytes(), head_length).await,
            _ => send_bytes(ecr, &self.bytes(), response_length).await,
        };
        Response::parse(&bytes)
    }

    /// Sends the request to a new mock with the default configuration and a frozen clock.
    pub(crate) async fn response(&self) -> Response {
        self.to(&frozen_mock().await).await
    }
}

/// Sends bytes, reads a response, shuts down the sending side, and reads until the mock closes the connection.
///
/// `length` returns the length of the response once it is known. A correct mock sends nothing after the response.
pub(crate) async fn send_bytes(
    ecr: &MockEcr,
    bytes: &[u8],
    length: impl Fn(&[u8]) -> Option<usize>,
) -> Vec<u8> {
    let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut response = Vec::new();
    let read = async {
        while length(&response).is_none_or(|length| response.len() < length) {
            if reader.read_buf(&mut response).await.unwrap() == 0 {
                break;
            }
        }
    };
    // A server may respond and stop reading before it has the whole request. An error of the write is therefore ignored.
    let (_, ()) = tokio::join!(writer.write_all(bytes), read);
    let _ = writer.shutdown().await;
    let _ = reader.read_to_end(&mut response).await;
    response
}

/// Returns the length of a response, once its head was received.
pub(crate) fn response_length(response: &[u8]) -> Option<usize> {
    let head = head_length(response)?;
    let text = str::from_utf8(&response[..head]).unwrap().to_lowercase();
    if text.starts_with("http/1.1 304 ") {
        return Some(head);
    }
    let (_, rest) = text.split_once("\r\ncontent-length: ")?;
    let body: usize = rest.split("\r\n").next()?.parse().unwrap();
    Some(head + body)
}

/// Returns the length of the head of a response, once it was received.
fn head_length(response: &[u8]) -> Option<usize> {
    let end = response.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    Some(end + 4)
}

/// Reads until the mock closes the connection.
pub(crate) fn until_closed(_: &[u8]) -> Option<usize> {
    None
}
