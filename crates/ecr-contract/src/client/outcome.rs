//! The outcome of a call of a client.

use mock_ecr::Timestamp;
use tokio::time::Instant;

use crate::client::result::ClientResult;
use crate::clock;
use crate::process::{End, ProcessOutput};
use crate::testbed::{DockerCall, Placeholders};

/// What came of asking a client.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) result: ClientResult,
    /// The command, or the request to a running one.
    pub(crate) command: String,
    pub(crate) stdin: String,
    pub(crate) process: ProcessOutput,
    /// When it was done, by the mock's clock.
    pub(crate) returned_at: Timestamp,
    /// For which registry it was.
    pub(crate) placeholders: Placeholders,
    /// How docker was called meanwhile.
    pub(crate) docker: Vec<DockerCall>,
}

/// What a request to a running client took, as if it were a run of its own.
pub(super) fn between(started: Instant, end: End, stdout: Vec<u8>) -> ProcessOutput {
    ProcessOutput {
        end,
        stdout,
        stderr: Vec::new(),
        started,
        took: clock::now() - started,
    }
}
