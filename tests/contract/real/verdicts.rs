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
    /// The sources that the client was built from. Without this member, `clients.toml` has a row that runs the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
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
    /// Reads a record.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no file with this name, or if it is not a record.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| named(&error))?;
        serde_json::from_str(&text).map_err(|error| named(&error))
    }

    /// Returns the name of the file of the record. Several versions of a client that is built from its sources can have records.
    pub(crate) fn file_name(&self) -> String {
        match self.source {
            Some(_) => file_name(self.client_type, &self.client_and_version()),
            None => file_name(self.client_type, &self.client),
        }
    }

    pub(crate) fn client_and_version(&self) -> String {
        format!("{} {}", self.short_client(), self.version)
    }

    /// Returns the name of the client without its release of Debian, and without a part of the version at its end.
    pub(crate) fn short_client(&self) -> &str {
        let client = self.client.split(", Debian").next().unwrap_or_default();
        let without = client.rsplit_once(' ');
        let without = without.filter(|(_, end)| self.version.starts_with(end));
        without.map_or(client, |(client, _)| client)
    }
}

/// Returns the name of the record of a client, such as `image-tool-crane.json`.
pub(crate) fn file_name(client_type: ClientType, client: &str) -> String {
    let client = client.to_lowercase();
    let words = client.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("{client_type}-{}.json", words.join("-"))
}

/// Returns the directory of the records.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/verdicts")
}
