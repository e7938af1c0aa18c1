//! Faults as a client meets them, on both planes.

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

/// A mock whose clock stands still, with a fault.
async fn mock_with_fault(toml: &str) -> MockEcr {
    let ecr = frozen_mock().await;
    set(&ecr, toml);
    ecr
}

#[track_caller]
fn set(ecr: &MockEcr, toml: &str) -> FaultId {
    let fault = Fault::from_toml(toml).unwrap();
    ecr.faults().add(fault).unwrap()
}

/// Asks for a token.
async fn token_call(ecr: &MockEcr) -> Response {
    RawRequest::token_call().signed().to(ecr).await
}

/// Knocks at the registry with a token that opens it.
async fn ping(ecr: &MockEcr) -> Response {
    RawRequest::ping("GET")
        .with_token(&ecr.issue_token())
        .to(ecr)
        .await
}

/// All bytes that come of a request for a token, until the mock hangs up.
async fn bytes(ecr: &MockEcr) -> Vec<u8> {
    let request = RawRequest::token_call().signed();
    send_bytes(ecr, &request.bytes(), until_closed).await
}

/// Head and body of action received.
fn head_and_body(bytes: &[u8]) -> (&str, &str) {
    let text = str::from_utf8(bytes).unwrap();
    text.split_once("\r\n\r\n").expect("a head has come")
}
