//! Records the verdicts of a run of a real client.

use std::fs;
use std::path::PathBuf;

use ecr_contract::report::{Report, Strictness, Verdict};

use crate::real::verdicts::{Entry, Record, Review, folder};

impl Record {
    /// Returns the verdicts of a report, without reviews.
    pub(crate) fn of(client: &str, version: String, report: &Report) -> Self {
        let scenarios = report.scenarios.iter();
        let verdicts = scenarios.map(|one| (one.id.clone(), Entry::new(one.verdict)));
        Record {
            client: client.to_owned(),
            version,
            client_type: report.client_type,
            suite: report.suite,
            verdicts: verdicts.collect(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        let client = self.client.to_lowercase();
        let words = client.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let name = format!("{}-{}.json", self.client_type, words.join("-"));
        folder().join(name)
    }

    /// Writes the verdicts. The review of a verdict that has not changed is kept.
    pub(crate) fn write(mut self) {
        let path = self.path();
        if path.exists() {
            let old = Record::read(&path);
            for (id, entry) in &mut self.verdicts {
                let old = old.verdicts.get(id);
                if let Some(old) = old.filter(|old| old.verdict == entry.verdict) {
                    *entry = old.clone();
                }
            }
        }
        fs::create_dir_all(folder()).unwrap();
        let text = serde_json::to_string_pretty(&self).unwrap();
        fs::write(path, text + "\n").unwrap();
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
