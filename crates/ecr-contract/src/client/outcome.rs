//! The outcome of one request to a client.

use mock_ecr::Timestamp;
use tokio::time::Instant;

use crate::client::result::ClientResult;
use crate::clock;
use crate::process::{End, ProcessOutput};
use crate::testbed::{DockerCall, Placeholders};

/// The outcome of one request to a client.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) result: ClientResult,
    /// The client's command.
    pub(crate) command: String,
    pub(crate) stdin: String,
    pub(crate) process: ProcessOutput,
    /// The time at which the client returned the result, according to the mock's clock.
    pub(crate) returned_at: Timestamp,
    /// The placeholders for the requested registry.
    pub(crate) placeholders: Placeholders,
    /// The calls of docker during the request.
    pub(crate) docker: Vec<DockerCall>,
}

/// Returns the output of one request to a running process, as if the process had finished.
pub(super) fn between(started: Instant, end: End, stdout: Vec<u8>) -> ProcessOutput {
    ProcessOutput {
        end,
        stdout,
        stderr: Vec::new(),
        started,
        took: clock::now() - started,
    }
}
