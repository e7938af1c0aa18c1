//! Clients that stop sending: other clients are served, and the connection ends after a timeout.
//!
//! The tests pause tokio's time, which then advances automatically whenever all tasks are idle.

use std::time::Duration;

use mock_ecr::MockEcr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http2::Http2;
use crate::raw::{RawRequest, frozen_mock};
use crate::response::{DATE, Response};

/// A client that has sent some bytes and waits.
struct Stalled(TcpStream);

impl Stalled {
    async fn send(ecr: &MockEcr, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        Stalled(stream)
    }

    /// Asserts the bytes that the mock sends until it ends the connection, which is after 1 second at the earliest and after
    /// 60 seconds at the latest, in tokio's time.
    async fn assert_ends_with(mut self, expected: &str) {
        tokio::time::pause();
        let early = tokio::time::timeout(Duration::from_secs(1), self.0.peek(&mut [0])).await;
        assert!(early.is_err(), "{early:?}");
        let mut response = String::new();
        let end = self.0.read_to_string(&mut response);
        let end = tokio::time::timeout(Duration::from_secs(60), end).await;
        end.expect("the end of the connection").unwrap();
        tokio::time::resume();
        assert_eq!(response, expected);
    }
}

async fn assert_other_clients_are_served(ecr: &MockEcr) {
    let response = RawRequest::token_call().signed().to(ecr).await;
    assert_eq!(response.status(), 200, "{response:?}");
}

#[tokio::test]
async fn an_incomplete_header_ends_the_connection_after_a_timeout() {
    let ecr = frozen_mock().await;
    for half in [
        "P",
        "POST / HTTP/1.1\r\nHost: local",
        "GET /v2/ HTTP/1.1\r\n",
    ] {
        let stalled = Stalled::send(&ecr, half.as_bytes()).await;
        assert_other_clients_are_served(&ecr).await;
        stalled.assert_ends_with("").await;
    }
}

#[tokio::test]
async fn a_connection_without_a_request_ends_after_a_timeout() {
    let ecr = frozen_mock().await;
    // No bytes, and the first part of the HTTP/2 preface.
    for nothing in ["", "PRI * HTTP/2.0\r\n"] {
        let stalled = Stalled::send(&ecr, nothing.as_bytes()).await;
        assert_other_clients_are_served(&ecr).await;
        stalled.assert_ends_with("").await;
    }
}

#[tokio::test]
async fn a_missing_body_is_a_request_timeout() {
    // The status is [ASSUME]: what ECR does is not recorded.
    let ecr = frozen_mock().await;
    let head = RawRequest::token_call()
        .body("")
        .with("Content-Length", "2")
        .with("Expect", "100-continue");
    let mut stalled = Stalled::send(&ecr, &head.bytes()).await;
    // The mock sends 100 (Continue) because it waits for the body.
    let mut interim = [0; 25];
    stalled.0.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stalled.0.write_all(b"{").await.unwrap();
    assert_other_clients_are_served(&ecr).await;

    let response = format!("HTTP/1.1 408 Request Timeout\r\n{DATE}\r\nContent-Length: 0\r\n\r\n");
    stalled.assert_ends_with(&response).await;
    let requests = ecr.requests().error("RequestTimeout");
    assert_eq!(requests.status(408).count(), 1);
}

#[tokio::test]
async fn the_error_of_a_fault_does_not_wait_for_the_body() {
    let ecr = frozen_mock().await;
    ecr.faults().throttling().set().unwrap();
    let head = RawRequest::token_call()
        .body("")
        .with("Content-Length", "2")
        .with("Expect", "100-continue");
    let mut stalled = Stalled::send(&ecr, &head.bytes()).await;
    let mut status_line = [0; 24];
    stalled.0.read_exact(&mut status_line).await.unwrap();
    assert_eq!(&status_line, b"HTTP/1.1 400 Bad Request");
}

#[tokio::test]
async fn a_missing_body_for_the_control_api_is_a_request_timeout() {
    let ecr = frozen_mock().await;
    let head = RawRequest::new("POST", "/_mock/reset")
        .with("Content-Type", "application/json")
        .with("Content-Length", "2")
        .with("Expect", "100-continue");
    let mut stalled = Stalled::send(&ecr, &head.bytes()).await;
    let mut interim = [0; 25];
    stalled.0.read_exact(&mut interim).await.unwrap();
    assert_other_clients_are_served(&ecr).await;

    let json =
        r#"{"error":"the body was not received completely within 30 seconds","code":"INCOMPLETE"}"#;
    let response = format!(
        "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{DATE}\r\n\r\n{json}",
        json.len()
    );
    stalled.assert_ends_with(&response).await;
}

#[tokio::test]
async fn an_idle_stream_of_requests_sends_keep_alive_comments() {
    let ecr = frozen_mock().await;
    let stream = RawRequest::new("GET", "/_mock/requests/stream");
    let mut stalled = Stalled::send(&ecr, &stream.bytes()).await;
    tokio::time::pause();
    let mut received = Vec::new();
    while !String::from_utf8_lossy(&received).contains(": no event\n\n") {
        assert!(stalled.0.read_buf(&mut received).await.unwrap() > 0);
    }
}

#[tokio::test]
async fn an_idle_connection_ends_after_a_timeout() {
    let ecr = frozen_mock().await;
    let ping = RawRequest::ping("HEAD");
    let mut idle = Stalled::send(&ecr, &ping.bytes()).await;
    let mut response = Vec::new();
    while !response.ends_with(b"\r\n\r\n") {
        response.push(idle.0.read_u8().await.unwrap());
    }
    assert_eq!(Response::parse(&response).status(), 401);
    assert_other_clients_are_served(&ecr).await;
    idle.assert_ends_with("").await;
}

#[tokio::test]
async fn an_idle_http2_connection_ends_after_a_timeout() {
    let ecr = frozen_mock().await;
    let mut http2 = Http2::connect(&ecr).await;
    assert_eq!(http2.send(&RawRequest::ping("GET")).await.status(), 401);
    assert_other_clients_are_served(&ecr).await;
    tokio::time::pause();
    let closed = tokio::time::timeout(Duration::from_secs(90), http2.closed());
    closed.await.expect("the end of the connection");
}

#[tokio::test]
async fn an_http2_connection_with_an_open_stream_is_not_idle() {
    let ecr = frozen_mock().await;
    let mut http2 = Http2::connect(&ecr).await;
    let stream = RawRequest::new("GET", "/_mock/requests/stream");
    let open = http2.open(&stream).await;
    tokio::time::pause();
    let closed = tokio::time::timeout(Duration::from_secs(600), http2.closed());
    closed.await.expect_err("the connection stays open");
    drop(open);
}

#[tokio::test]
async fn a_wait_is_not_idle() {
    let ecr = frozen_mock().await;
    let mut http2 = Http2::connect(&ecr).await;
    let wait = RawRequest::new("GET", "/_mock/requests/wait?timeout=10m");
    tokio::time::pause();
    assert_eq!(http2.send(&wait).await.status(), 504);
}

#[tokio::test]
async fn many_stalled_clients_do_not_delay_others() {
    let ecr = frozen_mock().await;
    let mut stalled = Vec::new();
    for index in 0..200 {
        let bytes = match index % 4 {
            0 => Vec::new(),
            1 => b"GET /v2/ HTT".to_vec(),
            2 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            _ => RawRequest::token_call()
                .body("")
                .with("Content-Length", "9")
                .bytes(),
        };
        stalled.push(Stalled::send(&ecr, &bytes).await);
    }
    assert_other_clients_are_served(&ecr).await;
    let mut http2 = Http2::connect(&ecr).await;
    assert_eq!(http2.send(&RawRequest::ping("GET")).await.status(), 401);
    assert_eq!(ecr.requests().count(), 2);
    drop(stalled);
}
