//! Creates and writes the records of runs.

use std::fs;
use std::path::Path;

use ecr_contract::report::{Report, Strictness, Verdict};

use crate::verdicts::{Entry, Record, Review};

impl Record {
    /// Returns the verdicts of a report, without reviews.
    pub(crate) fn of(client: &str, version: String, report: &Report) -> Self {
        let scenarios = report.scenarios.iter();
        let verdicts = scenarios.map(|one| (one.id.clone(), Entry::new(one.verdict)));
        Record {
            client: client.to_owned(),
            version,
            client_type: report.client_type,
            source: None,
            suite: report.suite,
            verdicts: verdicts.collect(),
        }
    }

    /// Writes the record into a directory, and returns the scenarios without a review. A verdict that has no review of its own keeps that of
    /// the old record, if the verdict has not changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the old record cannot be read, or if the file cannot be written.
    pub(crate) fn write(mut self, folder: &Path) -> Result<Vec<String>, String> {
        let path = folder.join(self.file_name());
        if path.exists() {
            self.keep_reviews(&Record::read(&path)?);
        }
        let text = serde_json::to_string_pretty(&self).map_err(|error| error.to_string())?;
        let written = fs::write(&path, text + "\n");
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        let unreviewed = |entry: &Entry| entry.review == Some(Review::Unreviewed);
        let open = self.verdicts.into_iter();
        let open = open.filter(|(_, entry)| unreviewed(entry));
        Ok(open.map(|(id, _)| id).collect())
    }

    fn keep_reviews(&mut self, old: &Record) {
        for (id, entry) in &mut self.verdicts {
            let old = old.verdicts.get(id);
            let old = old.filter(|old| old.verdict == entry.verdict);
            if let Some(old) = old.filter(|_| entry.review == Some(Review::Unreviewed)) {
                *entry = old.clone();
            }
        }
    }
}

impl Entry {
    fn new(verdict: Verdict) -> Self {
        let review = verdict
            .fails(Strictness::Should)
            .then_some(Review::Unreviewed);
        Entry {
            verdict,
            why: None,
            review,
        }
    }
}
