//! The limits of a mock: what exceeds a limit is rejected, and other clients are served. `tests/cli/limits` measures the memory.

mod buffers;
mod connections;
mod disconnects;
mod readers;
mod stopping;

use std::time::Duration;

use mock_ecr::{Config, MockEcr};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::raw::RawRequest;

/// Longer than any test runs.
const LONG: Duration = Duration::from_secs(600);

/// Starts a mock with limits in TOML.
async fn limited(limits: &str) -> MockEcr {
    let config = format!("clock = 'frozen'\ncreate_on_push = true\n[limits]\n{limits}\n");
    let config = Config::parse(&config).unwrap();
    MockEcr::from_config(config).start().await.unwrap()
}

/// Opens a connection and sends bytes.
pub(crate) async fn send(ecr: &MockEcr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Fills the request log with `count` requests of about 2.5 KiB each.
async fn fill_request_log(ecr: &MockEcr, count: usize) {
    let long = "x".repeat(1000);
    let ping = RawRequest::ping("GET").at(&format!("/v2/{long}"));
    let bytes = ping.with("User-Agent", &long).bytes();
    let stream = send(ecr, &bytes.repeat(count)).await;
    let requests = ecr.requests().wait(count, LONG).await;
    assert_eq!(requests.unwrap().count(), count);
    drop(stream);
}

async fn assert_other_clients_are_served(ecr: &MockEcr) {
    let response = RawRequest::token_call().signed().to(ecr).await;
    assert_eq!(response.status(), 200, "{response:?}");
}
