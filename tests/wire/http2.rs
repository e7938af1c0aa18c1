//! HTTP/2 with prior knowledge, on the same port and with the same responses as HTTP/1.1.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use http::{Request, Version, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mock_ecr::MockEcr;
use tokio::net::TcpStream;

use crate::raw::{RawRequest, frozen_mock};
use crate::response::Response;
use crate::signer::Signer;

/// An HTTP/2 connection with prior knowledge.
pub(crate) struct Http2(http2::SendRequest<Content>);

type Content = UnsyncBoxBody<Bytes, Infallible>;

impl Http2 {
    pub(crate) async fn connect(ecr: &MockEcr) -> Self {
        let stream = TcpStream::connect(ecr.address()).await.unwrap();
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        Http2(sender)
    }

    /// Connects a client that accepts 64 KiB of a response before it reads them.
    pub(crate) async fn with_small_window(ecr: &MockEcr) -> Self {
        let stream = TcpStream::connect(ecr.address()).await.unwrap();
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(1 << 16);
        let handshake = builder.handshake(TokioIo::new(stream));
        let (sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        Http2(sender)
    }

    /// Sends a request with its host in `:authority`.
    pub(crate) async fn send(&mut self, request: &RawRequest) -> http::Response<String> {
        self.try_send(request).await.unwrap()
    }

    /// Sends a request, or returns an error if the response is incomplete.
    pub(crate) async fn try_send(
        &mut self,
        request: &RawRequest,
    ) -> Result<http::Response<String>, hyper::Error> {
        let body = Full::new(Bytes::copy_from_slice(request.content()));
        let sent = self.0.send_request(with_body(request, body.boxed_unsync()));
        let (parts, body) = sent.await?.into_parts();
        let body = body.collect().await?.to_bytes();
        let body = String::from_utf8(body.into()).unwrap();
        Ok(http::Response::from_parts(parts, body))
    }

    /// Sends a request, and returns the response when its head was received.
    pub(crate) async fn open(&mut self, request: &RawRequest) -> http::Response<Incoming> {
        let body = Empty::new().boxed_unsync();
        self.0.send_request(with_body(request, body)).await.unwrap()
    }

    /// Sends a request without the end of its body. The stream of the request is reset when the returned value is dropped.
    pub(crate) fn begin(&mut self, request: &RawRequest) -> impl Future + Send + use<> {
        let content = Bytes::copy_from_slice(request.content());
        let frames = stream::iter([Ok(Frame::data(content))]).chain(stream::pending());
        let body = StreamBody::new(frames).boxed_unsync();
        self.0.send_request(with_body(request, body))
    }

    /// Waits until the mock has ended the connection.
    pub(crate) async fn closed(&mut self) {
        while self.0.ready().await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

fn with_body(request: &RawRequest, body: Content) -> Request<Content> {
    let uri = match request.target() {
        url if url.starts_with("http:") => url.to_owned(),
        path => format!("http://{}{path}", request.header("Host").unwrap()),
    };
    let mut builder = Request::builder()
        .method(request.method())
        .version(Version::HTTP_2)
        .uri(uri);
    for (name, value) in request.headers() {
        if name != "Host" {
            builder = builder.header(name, value);
        }
    }
    builder.body(body).unwrap()
}

/// Asserts that a response has the status, the headers and the body of a response in HTTP/1.1.
#[track_caller]
fn assert_same(response: &http::Response<String>, http1: &Response) {
    assert_eq!(response.version(), Version::HTTP_2);
    assert_eq!(response.status().as_u16(), http1.status());
    assert_eq!(response.body(), &http1.body);
    let headers = response.headers().iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    let lower = |line: &String| {
        let (name, value) = line.split_once(": ").unwrap();
        format!("{}: {value}", name.to_lowercase())
    };
    let expected: Vec<_> = http1.headers.iter().map(lower).collect();
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn responses_are_the_same_as_in_http_1() {
    let token = frozen_mock().await.issue_token();
    for request in [
        RawRequest::token_call().signed(),
        RawRequest::token_call().presigned_by(&Signer::default()),
        RawRequest::token_call(),
        RawRequest::new("GET", "/"),
        RawRequest::ping("GET"),
        RawRequest::ping("HEAD"),
        RawRequest::ping("HEAD").with_token(&token),
        RawRequest::ping("GET")
            .with_token(&token)
            .on_host("123456789012.dkr.ecr.us-west-2.amazonaws.com"),
    ] {
        let ecr = frozen_mock().await;
        let mut http2 = Http2::connect(&ecr).await;
        let response = http2.send(&request).await;
        assert_same(&response, &request.response().await);
        assert_eq!(ecr.requests().count(), 1);
    }
}

#[tokio::test]
async fn the_host_is_in_the_uri() {
    let ecr = frozen_mock().await;
    let host = "602401143452.dkr.ecr.eu-west-1.amazonaws.com";
    let request = RawRequest::ping("GET").on_host(host);
    let response = Http2::connect(&ecr).await.send(&request).await;
    let challenge = response.headers()[header::WWW_AUTHENTICATE]
        .to_str()
        .unwrap();
    let realm = format!(r#"realm="https://{host}/""#);
    assert!(challenge.contains(&realm), "{challenge:?}");
    assert_eq!(ecr.requests().last().unwrap().host, host);
}

#[tokio::test]
async fn a_body_over_the_limit_is_rejected() {
    let ecr = frozen_mock().await;
    let mut http2 = Http2::connect(&ecr).await;
    let call = RawRequest::token_call().body(vec![b' '; (7 << 20) + 1]);
    assert_eq!(http2.send(&call).await.status(), 413);
    assert_eq!(http2.send(&RawRequest::ping("GET")).await.status(), 401);
}
