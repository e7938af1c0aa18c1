//! Faults as a client sees them, for all services.

mod authentication;
mod certificates;
mod configured;
mod connections;
mod errors;
mod matching;
mod random;
mod responses;

use mock_ecr::MockEcr;
use mock_ecr::fault::{Fault, FaultId};

use crate::raw::{RawRequest, frozen_mock, send_bytes, until_closed};
use crate::response::Response;

/// Starts a mock with a frozen clock and a fault.
async fn mock_with_fault(toml: &str) -> MockEcr {
    let ecr = frozen_mock().await;
    set(&ecr, toml);
    ecr
}

#[track_caller]
pub(crate) fn set(ecr: &MockEcr, toml: &str) -> FaultId {
    let fault = Fault::from_toml(toml).unwrap();
    ecr.faults().add(fault).unwrap()
}

/// Calls `GetAuthorizationToken`.
async fn token_call(ecr: &MockEcr) -> Response {
    RawRequest::token_call().signed().to(ecr).await
}

/// Sends `GET /v2/` with a valid token.
async fn ping(ecr: &MockEcr) -> Response {
    RawRequest::ping("GET")
        .with_token(&ecr.issue_token())
        .to(ecr)
        .await
}

/// Calls `GetAuthorizationToken` and returns all bytes until the mock closes the connection.
async fn bytes(ecr: &MockEcr) -> Vec<u8> {
    let request = RawRequest::token_call().signed();
    send_bytes(ecr, &request.bytes(), until_closed).await
}

/// Splits a response into head and body.
fn head_and_body(bytes: &[u8]) -> (&str, &str) {
    let text = str::from_utf8(bytes).unwrap();
    text.split_once("\r\n\r\n").expect("a complete head")
}
