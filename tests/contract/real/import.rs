//! Records the report of a client that no registry installs, such as one that was built from its sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ecr_contract::ClientType;
use ecr_contract::report::{Report, Verdict};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::verdicts::{Record, Review};

/// What a report does not contain: the client, the sources that it was built from, and the sentences of a reviewer. A file in JSON has all
/// members or some. Those of the command line replace them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    pub(crate) client: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) client_type: Option<ClientType>,
    pub(crate) source: Option<String>,
    /// The keys are the IDs of the scenarios.
    #[serde(default)]
    pub(crate) reviews: BTreeMap<String, Reviewed>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reviewed {
    why: String,
    review: Review,
    /// The verdict that the reviewer read.
    verdict: Option<Verdict>,
}

impl Description {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        read(path)
    }

    /// Returns the record of a report in JSON, and a message for each review that does not belong to a failure of the report.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is not a report, or if the client, its version or its source is missing.
    pub(crate) fn record(self, report: &Path) -> Result<(Record, Vec<String>), String> {
        let report: Report = read(report)?;
        let found = report.client_type;
        if let Some(expected) = self.client_type.filter(|expected| *expected != found) {
            return Err(format!(
                "the report is of the client type {found}, and the reviews are of {expected}"
            ));
        }
        let client = required(self.client, "--client")?;
        let mut record = Record::of(&client, required(self.version, "--version")?, &report);
        record.source = Some(required(self.source, "--source")?);
        let reviews = self.reviews.into_iter();
        let unused = reviews.filter_map(|(id, one)| record.review(&id, one).err());
        let unused = unused.collect();
        Ok((record, unused))
    }
}

impl Record {
    fn review(&mut self, id: &str, reviewed: Reviewed) -> Result<(), String> {
        let entry = self.verdicts.get_mut(id);
        let entry = entry.ok_or_else(|| format!("{id}: the report has no such scenario"))?;
        if entry.review.is_none() {
            return Err(format!("{id}: a review of a scenario that does not fail"));
        }
        if let Some(verdict) = reviewed.verdict.filter(|read| *read != entry.verdict) {
            let found = entry.verdict;
            return Err(format!(
                "{id}: a review of {verdict:?}, but the verdict is {found:?}"
            ));
        }
        entry.why = Some(reviewed.why);
        entry.review = Some(reviewed.review);
        Ok(())
    }
}

fn required(value: Option<String>, option: &str) -> Result<String, String> {
    value.ok_or_else(|| {
        format!("{option} is missing: expected the option, or a member of the file of --reviews")
    })
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| named(&error))?;
    serde_json::from_str(&text).map_err(|error| named(&error))
}
