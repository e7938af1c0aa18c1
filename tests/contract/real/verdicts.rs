//! The recorded verdicts of real clients, `fixtures/verdicts`: one file for each client. The tests of the book use this file too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ecr_contract::report::Verdict;
use ecr_contract::{ClientType, SuiteNumber};
use serde::{Deserialize, Serialize};

/// The verdicts of one client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) client: String,
    pub(crate) version: String,
    pub(crate) client_type: ClientType,
    pub(crate) suite: SuiteNumber,
    /// The keys are the IDs of the scenarios.
    pub(crate) verdicts: BTreeMap<String, Entry>,
}

/// The verdict of one scenario.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) verdict: Verdict,
    /// Why the client fails: a sentence of a reviewer who has read the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) review: Option<Review>,
}

/// What the reviewer decided on a failure or a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Review {
    /// Nobody has read the timeline yet.
    Unreviewed,
    /// The client does not do what the title of the scenario requires.
    Confirmed,
    /// The client failed for another reason than the title of the scenario.
    Doubtful,
}

impl Record {
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// Returns the directory of the records.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/verdicts")
}
