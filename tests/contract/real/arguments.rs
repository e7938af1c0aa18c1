//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::clients::{self, Client};
use crate::import::Description;
use crate::verdicts::folder;

/// Runs real clients, and compares their verdicts with fixtures/verdicts
///
/// The exit code is 0 if all verdicts are equal to the records, 1 if one differs, and 2 if a client could not be run.
#[derive(Debug, Parser)]
#[command(name = "scripts/verdicts")]
pub(crate) struct Arguments {
    /// The clients: names in tests/contract/real/clients.toml, or names of records in fixtures/verdicts. Default: all clients
    #[arg(value_name = "CLIENT")]
    clients: Vec<String>,
    /// Writes the records. The review of a verdict that has not changed is kept
    #[arg(long)]
    pub(crate) record: bool,
    /// Runs only the clients and the scenarios that scripts/test runs
    #[arg(long, conflicts_with_all = ["clients", "record"])]
    pub(crate) every_test: bool,
    /// Prints the names of the clients that are chosen, and runs none
    #[arg(long)]
    pub(crate) list: bool,
    /// Records a JSON report of `mock-ecr contract` for a client that is not in the table
    #[arg(long, value_name = "FILE", conflicts_with_all = ["clients", "record", "every_test", "list"])]
    pub(crate) record_report: Option<PathBuf>,
    /// The name of the client of the report
    #[arg(long, value_name = "NAME", requires = "record_report")]
    client: Option<String>,
    /// The version of the client of the report
    #[arg(long, requires = "record_report")]
    version: Option<String>,
    /// The sources that the client of the report was built from: a repository, and a tag or commit
    #[arg(long, requires = "record_report")]
    source: Option<String>,
    /// A file in JSON with the member `reviews`, and the members `client`, `version`, `client_type` and `source` in place of the options
    #[arg(long, value_name = "FILE", requires = "record_report")]
    reviews: Option<PathBuf>,
    /// The directory of the records to write. Default: fixtures/verdicts
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Arguments {
    /// Returns the clients that are chosen, in the order of the table.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no client with a given name.
    pub(crate) fn chosen(&self) -> Result<Vec<Client>, String> {
        let mut all = clients::all()?;
        for name in &self.clients {
            if !all.iter().any(|client| is_named(client, name)) {
                let names: Vec<String> = all.iter().map(Client::file_name).collect();
                let names = names.join("\n  ");
                return Err(format!(
                    "unknown client {name:?}: expected a name of\n  {names}"
                ));
            }
        }
        let is_chosen = |client: &Client| {
            let is_named = self.clients.iter().any(|name| is_named(client, name));
            (is_named || self.clients.is_empty()) && (client.every_test || !self.every_test)
        };
        all.retain(is_chosen);
        Ok(all)
    }

    /// Returns the directory of the records to write.
    pub(crate) fn into(&self) -> PathBuf {
        self.into.clone().unwrap_or_else(folder)
    }

    /// Returns what the options and the file of `--reviews` contain about the client of a report.
    pub(crate) fn description(&self) -> Result<Description, String> {
        let file = self.reviews.as_deref().map(Description::read);
        let file = file.transpose()?.unwrap_or_default();
        Ok(Description {
            client: self.client.clone().or(file.client),
            version: self.version.clone().or(file.version),
            source: self.source.clone().or(file.source),
            ..file
        })
    }
}

/// Whether a client has this name, or its record has it, with or without the directory and `.json`.
fn is_named(client: &Client, name: &str) -> bool {
    let record = name.rsplit('/').next().unwrap_or(name);
    let record = record.strip_suffix(".json").unwrap_or(record);
    client.name == name || client.file_name().strip_suffix(".json") == Some(record)
}
