//! The request to a worker: the case that it runs.

use serde::{Deserialize, Serialize};

use crate::client_type::ClientType;
use crate::scenario::{RedirectMode, Source};

/// One case of a scenario, and the client to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WorkerRequest {
    pub(crate) source: Source,
    pub(crate) case: Option<String>,
    pub(crate) client_type: ClientType,
    pub(crate) client: Vec<String>,
    pub(crate) redirect: RedirectMode,
    /// The seed of the mock of this case.
    pub(crate) seed: String,
    /// The options of `mock-ecr contract` that repeat this case.
    pub(crate) options: Vec<String>,
}
