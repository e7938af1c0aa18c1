//! Faults as a client meets them, on both planes.

mod answers;
mod any;
mod authentication;
mod certificates;
mod configs;
mod connections;
mod errors;
mod turns;

use mock_ecr::MockEcr;
use mock_ecr::fault::{Fault, FaultId};

use crate::answer::Answer;
use crate::raw::{RawRequest, entry, everything, frozen};

/// A mock whose clock stands still, with a fault.
async fn with(toml: &str) -> MockEcr {
    let ecr = frozen().await;
    set(&ecr, toml);
    ecr
}

#[track_caller]
fn set(ecr: &MockEcr, toml: &str) -> FaultId {
    let fault = Fault::from_toml(toml).unwrap();
    ecr.faults().add(fault).unwrap()
}

/// Asks for a token.
async fn token_call(ecr: &MockEcr) -> Answer {
    RawRequest::token_call().signed().to(ecr).await
}

/// Knocks at the registry with a token that opens it.
async fn ping(ecr: &MockEcr) -> Answer {
    RawRequest::ping("GET")
        .bearing(&ecr.issue_token())
        .to(ecr)
        .await
}

/// All bytes that come of a request for a token, until the mock hangs up.
async fn bytes(ecr: &MockEcr) -> Vec<u8> {
    let request = RawRequest::token_call().signed();
    entry(ecr, &request.bytes(), everything).await
}

/// Head and body of what came.
fn halves(bytes: &[u8]) -> (&str, &str) {
    let text = str::from_utf8(bytes).unwrap();
    text.split_once("\r\n\r\n").expect("a head has come")
}
