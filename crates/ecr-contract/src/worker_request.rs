//! The request to a worker to run a case.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::claim::Claim;
use crate::client_type::ClientType;
use crate::scenario::{RedirectMode, Source};
use crate::timing::Timing;

/// A request to run one case of a scenario with a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WorkerRequest {
    pub(crate) source: Source,
    pub(crate) case: Option<String>,
    pub(crate) client_type: ClientType,
    pub(crate) client: Vec<String>,
    pub(crate) redirect: RedirectMode,
    /// The seed of the mock of this case.
    pub(crate) seed: String,
    /// The options with which `mock-ecr contract` repeats this case.
    pub(crate) options: Vec<String>,
    /// The path of the docker CLI for a caller of `docker login`. If `None`, docker is replaced.
    pub(crate) docker: Option<PathBuf>,
    /// The capabilities that the client claims.
    pub(crate) claims: Vec<Claim>,
    /// The measured speed of the client.
    pub(crate) timing: Timing,
}
