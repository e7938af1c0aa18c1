//! Clients that begin and do not go on: others are served meanwhile, and the mock ends it in a while.
//!
//! What has to pass before that is tokio's time, which runs by itself once it is paused and nobody has anything to do.

use std::time::Duration;

use mock_ecr::MockEcr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::answer::{Answer, DATE};
use crate::http2::Http2;
use crate::raw::{RawRequest, frozen};

/// A client that has sent these bytes, and waits.
struct Stalled(TcpStream);

impl Stalled {
    async fn after(ecr: &MockEcr, bytes: &[u8]) -> Self {
        let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        Stalled(stream)
    }

    /// Reads what comes until the mock ends the connection: not at once, but within a minute of tokio's time.
    async fn ends_with(mut self, expected: &str) {
        tokio::time::pause();
        let early = tokio::time::timeout(Duration::from_secs(1), self.0.peek(&mut [0])).await;
        assert!(early.is_err(), "{early:?}");
        let mut answer = String::new();
        let end = self.0.read_to_string(&mut answer);
        let end = tokio::time::timeout(Duration::from_secs(60), end).await;
        end.expect("the mock ends the connection").unwrap();
        tokio::time::resume();
        assert_eq!(answer, expected);
    }
}

async fn others_are_served(ecr: &MockEcr) {
    let answer = RawRequest::token_call().signed().to(ecr).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
}

#[tokio::test]
async fn a_header_that_stays_half_ends_the_connection() {
    let ecr = frozen().await;
    for half in [
        "P",
        "POST / HTTP/1.1\r\nHost: local",
        "GET /v2/ HTTP/1.1\r\n",
    ] {
        let stalled = Stalled::after(&ecr, half.as_bytes()).await;
        others_are_served(&ecr).await;
        stalled.ends_with("").await;
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_is_not_waited_for_forever() {
    let ecr = frozen().await;
    // Nothing at all, and the first half of what begins HTTP/2.
    for nothing in ["", "PRI * HTTP/2.0\r\n"] {
        let stalled = Stalled::after(&ecr, nothing.as_bytes()).await;
        others_are_served(&ecr).await;
        stalled.ends_with("").await;
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_answered_for() {
    // The status is [ASSUME]: what ECR does is not recorded.
    let ecr = frozen().await;
    let head = RawRequest::token_call()
        .body("")
        .with("Content-Length", "2")
        .with("Expect", "100-continue");
    let mut stalled = Stalled::after(&ecr, &head.bytes()).await;
    // The mock says that it waits for the body.
    let mut invitation = [0; 25];
    stalled.0.read_exact(&mut invitation).await.unwrap();
    assert_eq!(&invitation, b"HTTP/1.1 100 Continue\r\n\r\n");
    stalled.0.write_all(b"{").await.unwrap();
    others_are_served(&ecr).await;

    let answer = format!("HTTP/1.1 408 Request Timeout\r\n{DATE}\r\nContent-Length: 0\r\n\r\n");
    stalled.ends_with(&answer).await;
    let requests = ecr.requests().error("RequestTimeout");
    assert_eq!(requests.status(408).count(), 1);
}

#[tokio::test]
async fn the_error_of_a_fault_does_not_wait_for_the_body() {
    let ecr = frozen().await;
    let _throttled = ecr.faults().throttling().set().unwrap();
    let head = RawRequest::token_call()
        .body("")
        .with("Content-Length", "2")
        .with("Expect", "100-continue");
    let mut stalled = Stalled::after(&ecr, &head.bytes()).await;
    let mut status_line = [0; 24];
    stalled.0.read_exact(&mut status_line).await.unwrap();
    assert_eq!(&status_line, b"HTTP/1.1 400 Bad Request");
}

#[tokio::test]
async fn a_body_for_the_mock_itself_that_never_comes_is_rejected() {
    let ecr = frozen().await;
    let head = RawRequest::new("POST", "/_mock/reset")
        .with("Content-Type", "application/json")
        .with("Content-Length", "2")
        .with("Expect", "100-continue");
    let mut stalled = Stalled::after(&ecr, &head.bytes()).await;
    let mut invitation = [0; 25];
    stalled.0.read_exact(&mut invitation).await.unwrap();
    others_are_served(&ecr).await;

    let json =
        r#"{"error":"the body was not received completely within 30 seconds","code":"INCOMPLETE"}"#;
    let answer = format!(
        "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\n{DATE}\r\n\r\n{json}",
        json.len()
    );
    stalled.ends_with(&answer).await;
}

#[tokio::test]
async fn whoever_reads_along_hears_now_and_then_that_the_mock_is_there() {
    let ecr = frozen().await;
    let stream = RawRequest::new("GET", "/_mock/requests/stream");
    let mut stalled = Stalled::after(&ecr, &stream.bytes()).await;
    tokio::time::pause();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(": still here\n\n") {
        assert!(stalled.0.read_buf(&mut heard).await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_connection_that_idles_between_requests_is_ended() {
    let ecr = frozen().await;
    let ping = RawRequest::ping("HEAD");
    let mut idle = Stalled::after(&ecr, &ping.bytes()).await;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(idle.0.read_u8().await.unwrap());
    }
    assert_eq!(Answer::parse(&answer).status(), 401);
    others_are_served(&ecr).await;
    idle.ends_with("").await;
}

#[tokio::test]
async fn a_connection_that_has_spoken_may_take_its_time() {
    // HTTP/2 connections are kept by their clients for long, and have no limit but that of the first request.
    let ecr = frozen().await;
    let mut http2 = Http2::connect(&ecr).await;
    let ping = RawRequest::ping("GET");
    assert_eq!(http2.send(&ping).await.status(), 401);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600)).await;
    tokio::time::resume();
    assert_eq!(http2.send(&ping).await.status(), 401);
}

#[tokio::test]
async fn many_stalled_clients_keep_nobody_waiting() {
    let ecr = frozen().await;
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
        stalled.push(Stalled::after(&ecr, &bytes).await);
    }
    others_are_served(&ecr).await;
    let mut http2 = Http2::connect(&ecr).await;
    assert_eq!(http2.send(&RawRequest::ping("GET")).await.status(), 401);
    assert_eq!(ecr.requests().count(), 2);
    drop(stalled);
}
