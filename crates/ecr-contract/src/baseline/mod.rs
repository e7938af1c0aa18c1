//! A baseline is a file that lists known failures. A run fails only because of failures that the baseline does not list.
//!
//! ```text
//! # TYPE ID[/CASE]  # comment
//! docker-credential EXP-04  # https://github.com/awslabs/amazon-ecr-credential-helper/issues/679
//! docker-credential TOK-04/16-kib
//! ```

mod entry;
mod error;

use std::fmt::Write;
use std::path::Path;

use crate::baseline::entry::Entry;
use crate::client_type::ClientType;
use crate::report::file::{WriteError, replace};
use crate::report::{CaseReport, Report, ScenarioReport, Stale, Strictness, sanitize};

pub use error::BaselineError;

/// A list of known failures. It can contain entries for all client types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: Vec<Entry>,
}

impl Baseline {
    /// Reads a baseline from a file. `scenarios` contains the IDs of all scenarios, for all client types.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or if [`Baseline::parse`] returns an error.
    pub fn read(file: &Path, scenarios: &[&str]) -> Result<Self, BaselineError> {
        let unreadable = |cause| BaselineError::Unreadable {
            file: file.to_owned(),
            cause,
        };
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        Baseline::parse(&text, file, scenarios)
    }

    /// Parses the text of a baseline. `file` is the path that error messages contain. `scenarios` contains the IDs of all scenarios.
    ///
    /// # Errors
    ///
    /// Returns an error if a line is not in the format `TYPE ID` or `TYPE ID/CASE`, contains an unknown client type or scenario, or repeats
    /// an entry.
    pub fn parse(text: &str, file: &Path, scenarios: &[&str]) -> Result<Self, BaselineError> {
        let mut entries: Vec<Entry> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let wrong = |message| BaselineError::Line {
                file: file.to_owned(),
                line: at + 1,
                message,
            };
            let Some(entry) = Entry::parse(line, scenarios).map_err(wrong)? else {
                continue;
            };
            if entries.iter().any(|one| one.has_same_key(&entry)) {
                let entry = sanitize::line(&entry.to_string());
                return Err(wrong(format!("duplicate entry {entry}")));
            }
            entries.push(entry);
        }
        Ok(Baseline { entries })
    }

    /// Sets the field `known` of each scenario in the report, and returns the entries that no longer apply.
    ///
    /// `known` is true if the scenario failed and all its failed cases are in the baseline. Entries for other client types, for scenarios
    /// that were not run, and for cases with a set-up error are not returned.
    pub fn apply(&self, report: &mut Report, strictness: Strictness) -> Vec<Stale> {
        let client_type = report.client_type;
        for scenario in &mut report.scenarios {
            let failing: Vec<_> = failing(scenario, strictness).collect();
            let mut cases = failing.iter();
            let known = cases.all(|case| self.lists(client_type, &scenario.id, case));
            scenario.known = known && !failing.is_empty() && scenario.verdict.fails(strictness);
        }
        let entries = self.entries.iter();
        let of_the_type = entries.filter(|entry| entry.client_type == client_type);
        of_the_type
            .filter_map(|entry| {
                let reason = entry.staleness(report, strictness)?;
                Some(Stale::new(entry.to_string(), reason))
            })
            .collect()
    }

    fn lists(&self, client_type: ClientType, id: &str, case: &CaseReport) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|entry| {
            entry.client_type == client_type && entry.id == id && entry.applies_to(case)
        })
    }

    /// Returns the text of a baseline that contains the failures of all failed scenarios of the report.
    ///
    /// The text also contains the entries of this baseline that still apply, with their comments, and the entries for other client types,
    /// for scenarios that were not run, and for cases with a set-up error.
    pub fn write(&self, report: &Report, strictness: Strictness) -> String {
        let (_, mut entries) = self.partition(report, strictness);
        for scenario in report.failed(strictness) {
            for entry in Entry::of_scenario(report.client_type, scenario, strictness) {
                let is_there = |one: &Entry| one.covers(&entry);
                if !entries.iter().any(is_there) {
                    entries.push(entry);
                }
            }
        }
        entries.sort_by(|one, other| one.key().cmp(&other.key()));
        let mut text = String::from(HEAD);
        for entry in entries {
            writeln!(text, "{}", entry.line()).expect("writing to a string does not fail");
        }
        text
    }

    /// Writes the text of [`Baseline::write`] to a file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write_to(
        &self,
        file: &Path,
        report: &Report,
        strictness: Strictness,
    ) -> Result<(), WriteError> {
        replace(file, &self.write(report, strictness))
    }

    /// Returns two lists: the entries that no longer apply, and all other entries.
    fn partition(&self, report: &Report, strictness: Strictness) -> (Vec<Entry>, Vec<Entry>) {
        let is_stale = |entry: &Entry| {
            entry.client_type == report.client_type && entry.staleness(report, strictness).is_some()
        };
        self.entries.iter().cloned().partition(is_stale)
    }
}

const HEAD: &str = "\
# Known failures of `mock-ecr contract`, one a line: TYPE ID[/CASE]  # comment
";

/// Returns the cases of a scenario that fail.
fn failing(scenario: &ScenarioReport, strictness: Strictness) -> impl Iterator<Item = &CaseReport> {
    let cases = scenario.cases.iter();
    cases.filter(move |case| case.verdict.fails(strictness))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Outcome, sample};

    const IDS: [&str; 4] = ["EXP-04", "EXP-05", "TOK-01", "TOK-02"];

    fn parse(text: &str) -> Result<Baseline, BaselineError> {
        Baseline::parse(text, Path::new("known.txt"), &IDS)
    }

    fn applied(text: &str, strictness: Strictness) -> (Report, Vec<String>) {
        let mut report = sample::report();
        let stale = parse(text).unwrap().apply(&mut report, strictness);
        (report, stale.iter().map(Stale::to_string).collect())
    }

    fn new_failures(report: &Report, strictness: Strictness) -> Vec<&str> {
        let new_failures = report.new_failures(strictness);
        new_failures.map(|scenario| scenario.id.as_str()).collect()
    }

    #[test]
    fn a_line_has_a_client_type_a_scenario_and_optionally_a_case() {
        let text = "\n# all of it\r\n docker-credential\tEXP-04 # why\r\nlibrary TOK-02/case#2\n";
        let baseline = parse(text).unwrap();
        let lines: Vec<_> = baseline.entries.iter().map(Entry::line).collect();
        let expected = ["docker-credential EXP-04  # why", "library TOK-02/case#2"];
        assert_eq!(lines, expected);
    }

    #[test]
    fn an_invalid_line_is_reported_by_its_number() {
        let cases = [
            (
                "EXP-04",
                "known.txt:2: expected TYPE ID or TYPE ID/CASE, such as `library EXP-04`",
            ),
            (
                "helper EXP-04",
                "known.txt:2: unknown client type \"helper\": expected token-printer,",
            ),
            (
                "library EXP-4",
                "known.txt:2: unknown scenario \"EXP-4\": did you mean EXP-04?",
            ),
            (
                "library nothing",
                "known.txt:2: unknown scenario \"nothing\": expected an id such as EXP-04",
            ),
            ("library EXP-04/", "known.txt:2: expected TYPE ID"),
            (
                "library TOK-01",
                "known.txt:2: duplicate entry library TOK-01",
            ),
        ];
        for (line, expected) in cases {
            let error = parse(&format!("library TOK-01\n{line}\n")).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
        }
        let missing = Baseline::read(Path::new("/none/known.txt"), &IDS).unwrap_err();
        let start = "cannot read the baseline /none/known.txt: No such file";
        assert!(missing.to_string().starts_with(start), "{missing}");
    }

    #[test]
    fn a_scenario_is_known_when_all_its_failing_cases_are() {
        let one = "docker-credential EXP-04\ndocker-credential TOK-02/in-the-middle\n";
        let (report, stale) = applied(one, Strictness::Must);
        // A mark from an earlier baseline is removed if this baseline does not contain the failure.
        assert_eq!(
            new_failures(&report, Strictness::Must),
            ["TOK-02", "EXP-06"]
        );
        assert_eq!(stale, [""; 0]);
        let both = format!("{one}docker-credential TOK-02/at its <end>");
        let (report, _) = applied(&both, Strictness::Must);
        assert_eq!(new_failures(&report, Strictness::Must), ["EXP-06"]);
        let (report, _) = applied("library EXP-04\nlibrary TOK-02", Strictness::Must);
        assert_eq!(
            new_failures(&report, Strictness::Must),
            ["EXP-04", "TOK-02", "EXP-06"]
        );
    }

    #[test]
    fn an_entry_that_no_longer_fails_is_stale_and_does_not_fail_the_run() {
        let text = "docker-credential TOK-01\ndocker-credential TOK-02/thrice\ndocker-credential TOK-02/twice";
        let (report, stale) = applied(text, Strictness::Must);
        let expected = [
            "docker-credential TOK-01 no longer fails; remove it from the baseline",
            "docker-credential TOK-02/thrice names an unknown case; remove it from the baseline",
            "docker-credential TOK-02/twice no longer fails; remove it from the baseline",
        ];
        assert_eq!(stale, expected);
        assert_eq!(
            new_failures(&report, Strictness::Must),
            ["EXP-04", "TOK-02", "EXP-06"]
        );
    }

    #[test]
    fn a_warning_can_be_a_known_failure_in_a_strict_run() {
        let text = "docker-credential EXP-05";
        let (report, stale) = applied(text, Strictness::Should);
        assert!(!new_failures(&report, Strictness::Should).contains(&"EXP-05"));
        assert_eq!(stale, [""; 0]);
        let (_, stale) = applied(text, Strictness::Must);
        assert_eq!(stale.len(), 1);
    }

    #[test]
    fn a_written_baseline_contains_all_failures_and_keeps_entries_that_still_apply() {
        let old = "library EXP-04  # other type\ndocker-credential EXP-04  # mine\ndocker-credential TOK-01  # fixed\n";
        let mut report = sample::report();
        report.scenarios.retain(|scenario| scenario.id != "EXP-06");
        let text = parse(old).unwrap().write(&report, Strictness::Must);
        let expected = [
            HEAD.trim_end(),
            "docker-credential EXP-04  # mine",
            "docker-credential TOK-02/at its <end>",
            "docker-credential TOK-02/in-the-middle",
            "library EXP-04  # other type",
        ];
        let without_title = |line| str::split(line, "  # <script>").next().unwrap_or_default();
        let lines: Vec<_> = text.lines().map(without_title).collect();
        assert_eq!(lines, expected);
        let stale = parse(&text).unwrap().apply(&mut report, Strictness::Must);
        assert_eq!(stale, []);
        assert_eq!(new_failures(&report, Strictness::Must), [""; 0]);
        assert_eq!(report.outcome(Strictness::Must), Outcome::SetUpError);
        assert_eq!(parse(&text).unwrap().write(&report, Strictness::Must), text);
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("known.txt");
        let read = parse(&text).unwrap();
        read.write_to(&file, &report, Strictness::Must).unwrap();
        assert_eq!(Baseline::read(&file, &IDS).unwrap(), read);
    }

    #[test]
    fn a_case_that_a_line_cannot_name_is_listed_by_its_scenario() {
        let mut report = sample::report();
        report.scenarios.retain(|scenario| scenario.id == "TOK-02");
        for name in ["two\nlines", "a # comment", " space", "\u{202e}"] {
            report.scenarios[0].cases[0].name = Some(name.to_owned());
            let text = Baseline::default().write(&report, Strictness::Must);
            let start = format!("{HEAD}docker-credential TOK-02  # ");
            assert!(
                text.starts_with(&start) && text.lines().count() == 2,
                "{text}"
            );
            parse(&text).unwrap().apply(&mut report, Strictness::Must);
            assert_eq!(new_failures(&report, Strictness::Must), [""; 0]);
        }
    }
}
