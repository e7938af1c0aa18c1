//! The limit of open connections, and connections whose client does not read.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;

use crate::bounds::{assert_other_clients_are_served, fill_request_log, limited, send};
use crate::http2::Http2;
use crate::log::Log;
use crate::raw::{RawRequest, frozen_mock};

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_until_another_one_is_closed() {
    let log = Log::default();
    let _guard = log.capture();
    let ecr = limited("connections = 16").await;
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(send(&ecr, b"").await);
    }
    let mut late = send(&ecr, &RawRequest::ping("GET").bytes()).await;
    // Connections are accepted in order, so the limit is reached when the warning is logged.
    while !log.text().contains("increase limits.connections") {
        tokio::task::yield_now().await;
    }
    assert_eq!(ecr.requests().count(), 0);
    open.pop();
    let mut status_line = [0; 12];
    late.read_exact(&mut status_line).await.unwrap();
    assert_eq!(&status_line, b"HTTP/1.1 401");
    drop(open);
    assert_other_clients_are_served(&ecr).await;
}

#[tokio::test]
async fn a_connection_whose_client_does_not_read_a_response_is_closed() {
    let ecr = frozen_mock().await;
    fill_request_log(&ecr, 200).await;
    let mut http2 = Http2::with_small_window(&ecr).await;
    let unread = http2.open(&RawRequest::new("GET", "/_mock/requests")).await;
    tokio::time::pause();
    let closed = tokio::time::timeout(Duration::from_secs(90), http2.closed());
    closed.await.expect("the end of the connection");
    drop(unread);
}
