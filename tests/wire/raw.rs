//! Requests as the bytes that they are, and what comes back.

use mock_ecr::token::AuthorizationToken;
use mock_ecr::{MockEcr, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::response::Response;
use crate::signer::Signer;

/// A mock whose clock stands still.
pub(crate) async fn frozen_mock() -> MockEcr {
    MockEcr::builder().frozen().start().await.unwrap()
}

/// What a frozen clock shows.
pub(crate) fn now() -> Timestamp {
    "2015-11-29T21:30:53.241Z".parse().unwrap()
}

/// A request, header by header; it is signed where it says so, and what is changed afterwards is not.
#[derive(Clone, Debug)]
pub(crate) struct RawRequest {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl RawRequest {
    /// A request that has a host, and no other header.
    pub(crate) fn new(method: &'static str, target: impl Into<String>) -> Self {
        RawRequest {
            method,
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
        .with("Host", "localhost")
    }

    /// A call of an operation with an empty input, unsigned. Source: botocore's model of ECR.
    pub(crate) fn call(operation: &str) -> Self {
        let target = format!("AmazonEC2ContainerRegistry_V20150921.{operation}");
        RawRequest::new("POST", "/")
            .with("Content-Type", "application/x-amz-json-1.1")
            .with("X-Amz-Target", &target)
            .body("{}")
    }

    /// `GetAuthorizationToken` with an empty input, unsigned.
    pub(crate) fn token_call() -> Self {
        RawRequest::call("GetAuthorizationToken")
    }

    /// `/v2/` without credentials, on an address that names no registry.
    pub(crate) fn ping(method: &'static str) -> Self {
        RawRequest::new(method, "/v2/")
    }

    /// Shows the registry a token.
    pub(crate) fn with_token(self, token: &AuthorizationToken) -> Self {
        self.authorized(&format!("Basic {}", token.as_str()))
    }

    pub(crate) fn authorized(self, authorization: &str) -> Self {
        self.with("Authorization", authorization)
    }

    pub(crate) fn on_host(self, host: &str) -> Self {
        self.with("Host", host)
    }

    /// Sets a header, in the place of the one that was there.
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

    /// Signed by the principal of a configuration that names none, when a frozen clock says so.
    pub(crate) fn signed(self) -> Self {
        self.signed_by(&Signer::default())
    }

    pub(crate) fn signed_by(self, signer: &Signer) -> Self {
        let headers = signer.headers(&self);
        let sign = |request: Self, (name, value): &(String, String)| request.with(name, value);
        headers.iter().fold(self, sign)
    }

    /// Signed in the query string, for a minute.
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

    /// Everything as it is sent; a body is preceded by its length.
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

    /// Sends the request and reads its response, and whatever else may come.
    pub(crate) async fn to(&self, ecr: &MockEcr) -> Response {
        let bytes = match self.method {
            "HEAD" => send_bytes(ecr, &self.bytes(), head_length).await,
            _ => send_bytes(ecr, &self.bytes(), response_length).await,
        };
        Response::parse(&bytes)
    }

    /// Sends the request to a mock of its own: the empty configuration's, with a clock that stands still.
    pub(crate) async fn response(&self) -> Response {
        self.to(&frozen_mock().await).await
    }
}

/// Sends bytes and reads an response, then hangs up and reads what is left: nothing, if the mock knows its own mind.
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
    // A server that has heard enough stops to listen while there is more to say, and so neither may this fail.
    let (_, ()) = tokio::join!(writer.write_all(bytes), read);
    let _ = writer.shutdown().await;
    let _ = reader.read_to_end(&mut response).await;
    response
}

/// How long an response is whose head has come.
pub(crate) fn response_length(response: &[u8]) -> Option<usize> {
    let head = head_length(response)?;
    let text = str::from_utf8(&response[..head]).unwrap().to_lowercase();
    let (_, rest) = text.split_once("\r\ncontent-length: ")?;
    let body: usize = rest.split("\r\n").next()?.parse().unwrap();
    Some(head + body)
}

/// How long the head of an response is, once it has come.
fn head_length(response: &[u8]) -> Option<usize> {
    let end = response.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    Some(end + 4)
}

/// Answers are read for as long as any come.
pub(crate) fn until_closed(_: &[u8]) -> Option<usize> {
    None
}
