//! The request to a process of its own: the case that it runs.

use serde::{Deserialize, Serialize};

use crate::client_type::ClientType;
use crate::scenario::{RedirectMode, Source};

/// What is to be run: one case of a scenario, and the client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WorkerRequest {
    pub(crate) source: Source,
    pub(crate) case: Option<String>,
    pub(crate) client_type: ClientType,
    pub(crate) client: Vec<String>,
    pub(crate) redirect: RedirectMode,
    /// Of this run's mock.
    pub(crate) seed: String,
    /// The options that are to be said for the same to be run again.
    pub(crate) options: Vec<String>,
}
