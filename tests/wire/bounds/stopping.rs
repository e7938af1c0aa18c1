//! A stop takes as long as the longest request in progress. Clients that do not read do not delay it.
//!
//! The tests pause tokio's time, which then advances automatically whenever all tasks are idle.

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt as _;
use mock_ecr::MockEcr;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::bounds::{fill_request_log, send};
use crate::http2::Http2;
use crate::raw::{RawRequest, frozen_mock};

/// Asserts that a mock stops within two seconds of tokio's time.
async fn assert_stops_soon(ecr: MockEcr) {
    tokio::time::pause();
    let stopped = tokio::time::timeout(Duration::from_secs(2), ecr.stop());
    stopped.await.expect("the mock stops");
}

/// Asserts that a response that is not read does not delay a stop.
async fn assert_no_delay(path: &str) {
    let ecr = frozen_mock().await;
    fill_request_log(&ecr, 200).await;
    let mut http2 = Http2::with_small_window(&ecr).await;
    let request = RawRequest::new("GET", path).with("Last-Event-ID", "0");
    let unread = http2.open(&request).await;
    assert_stops_soon(ecr).await;
    drop(unread);
}

#[tokio::test]
async fn a_stream_that_is_not_read_does_not_delay_a_stop() {
    assert_no_delay("/_mock/requests/stream").await;
}

#[tokio::test]
async fn a_list_that_is_not_read_does_not_delay_a_stop() {
    assert_no_delay("/_mock/requests").await;
}

#[tokio::test]
async fn idle_connections_do_not_delay_a_stop() {
    let ecr = frozen_mock().await;
    let mut http2 = Http2::connect(&ecr).await;
    http2.send(&RawRequest::ping("GET")).await;
    let silent = send(&ecr, b"").await;
    let half = send(&ecr, b"GET /v2/ HTTP/1.1\r\n").await;
    RawRequest::ping("GET").to(&ecr).await;
    assert_stops_soon(ecr).await;
    drop((silent, half));
}

/// Sends the head of a request whose body does not arrive, and waits until the mock has read it.
async fn send_head(ecr: &MockEcr) -> TcpStream {
    let call = RawRequest::token_call().body("");
    let head = call.with("Content-Length", "2");
    // Both requests are in one packet: when the first request is logged, the mock has read the second one.
    let both = [RawRequest::ping("GET").bytes(), head.bytes()].concat();
    let stalled = send(ecr, &both).await;
    let logged = ecr.requests().wait(1, Duration::from_secs(60)).await;
    logged.unwrap();
    stalled
}

#[tokio::test]
async fn a_body_that_does_not_arrive_delays_a_stop_by_ten_seconds_at_most() {
    let ecr = frozen_mock().await;
    let stalled = send_head(&ecr).await;
    let requests = ecr.requests();
    tokio::time::pause();
    let mut stopped = pin!(ecr.stop());
    let early = tokio::time::timeout(Duration::from_secs(9), &mut stopped).await;
    early.expect_err("the mock waits for the body");
    let stopped = tokio::time::timeout(Duration::from_secs(2), stopped);
    stopped.await.expect("the mock stops");
    let logged = requests
        .error("RequestTimeout")
        .wait(1, Duration::ZERO)
        .await;
    assert_eq!(logged.unwrap().count(), 1);
    drop(stalled);
}

#[tokio::test]
async fn a_stop_whose_future_is_dropped_closes_all_connections_at_once() {
    let ecr = frozen_mock().await;
    let mut stalled = send_head(&ecr).await;
    tokio::time::pause();
    let mut stopped = Box::pin(ecr.stop());
    assert_eq!((&mut stopped).now_or_never(), None);
    drop(stopped);
    let mut responses = Vec::new();
    let closed = stalled.read_to_end(&mut responses);
    let closed = tokio::time::timeout(Duration::from_secs(2), closed);
    // The connection is reset, because the mock has not read the body.
    let _ = closed.await.expect("the connection is closed");
}
