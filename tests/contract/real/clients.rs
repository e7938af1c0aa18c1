//! The table of the real clients that can be run, `clients.toml`. The tests of the book use this file too.

use std::fmt;

use ecr_contract::ClientType;
use serde::Deserialize;

use crate::verdicts::file_name;

/// A real client, as `clients.toml` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "the tests of the book run no client")]
pub(crate) struct Client {
    /// The name on the page of the verdicts. A part after a comma names the release that the client is installed from.
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) client_type: ClientType,
    /// Whether `scripts/test` runs the client too.
    #[serde(default)]
    pub(crate) every_test: bool,
    /// The release of Debian whose `/usr` the command sees.
    pub(crate) debian: Option<String>,
    pub(crate) version: Version,
    pub(crate) command: Vec<String>,
}

/// Where the version of a client is found.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "the tests of the book run no client")]
pub(crate) enum Version {
    /// `workspace`, or the name and the origin in the list of `scripts/install-clients`.
    Listed(String),
    /// The first version that a command prints.
    PrintedBy(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    client: Vec<Client>,
}

/// Returns all clients, in the order of the table.
pub(crate) fn all() -> Result<Vec<Client>, String> {
    let table: Result<Table, _> = toml::from_str(include_str!("clients.toml"));
    let table = table.map_err(|error| format!("tests/contract/real/clients.toml: {error}"))?;
    Ok(table.client)
}

impl Client {
    /// Returns the name of the client's record.
    pub(crate) fn file_name(&self) -> String {
        file_name(self.client_type, &self.name)
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.client_type, self.name)
    }
}
