//! The entries of a baseline.

use std::fmt;

use crate::client_type::ClientType;
use crate::report::stale::StaleReason;
use crate::report::{CaseReport, Report, ScenarioReport, Strictness, Verdict, sanitize};

/// A known failure of one case, or of all cases of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) client_type: ClientType,
    pub(super) id: String,
    case: Option<String>,
    comment: String,
}

impl Entry {
    /// Parses a line. Returns `None` if the line is empty or contains only a comment.
    pub(super) fn parse(line: &str, scenarios: &[&str]) -> Result<Option<Self>, String> {
        let (entry, comment) = line.split_at(start_of_comment(line));
        let (entry, comment) = (entry.trim(), comment.trim_start_matches('#').trim());
        if entry.is_empty() {
            return Ok(None);
        }
        let wrong_form = || "expected TYPE ID or TYPE ID/CASE, such as `library EXP-04`".to_owned();
        let (client_type, name) = entry
            .split_once(char::is_whitespace)
            .ok_or_else(wrong_form)?;
        let client_type: ClientType = client_type.parse().map_err(|error| format!("{error}"))?;
        let (id, case) = match name.trim().split_once('/') {
            Some((_, "")) => return Err(wrong_form()),
            Some((id, case)) => (id, Some(case.to_owned())),
            None => (name.trim(), None),
        };
        if !scenarios.contains(&id) {
            return Err(unknown(id, scenarios));
        }
        let (id, comment) = (id.to_owned(), comment.to_owned());
        Ok(Some(Entry {
            client_type,
            id,
            case,
            comment,
        }))
    }

    /// Returns the entries for a failed scenario: one entry for the whole scenario, or one entry for each failed case.
    pub(super) fn of_scenario(
        client_type: ClientType,
        scenario: &ScenarioReport,
        strictness: Strictness,
    ) -> Vec<Self> {
        let entry = |case: Option<&str>| Entry {
            client_type,
            id: scenario.id.clone(),
            case: case.map(str::to_owned),
            comment: sanitize::line(&scenario.title),
        };
        let cases = scenario.cases.iter();
        let failing: Vec<_> = cases
            .filter(|case| case.verdict.fails(strictness))
            .collect();
        let names: Vec<_> = failing
            .iter()
            .filter_map(|case| case.name.as_deref())
            .collect();
        let each_can_be_named =
            names.len() == failing.len() && names.iter().all(|name| is_word(name));
        match failing.len() < scenario.cases.len() && each_can_be_named {
            true => names.into_iter().map(|name| entry(Some(name))).collect(),
            false => vec![entry(None)],
        }
    }

    pub(super) fn applies_to(&self, case: &CaseReport) -> bool {
        self.case.is_none() || self.case == case.name
    }

    pub(super) fn has_same_key(&self, other: &Entry) -> bool {
        self.key() == other.key()
    }

    /// Returns whether this entry includes all failures of the other entry.
    pub(super) fn covers(&self, other: &Entry) -> bool {
        let is_same_scenario = self.client_type == other.client_type && self.id == other.id;
        is_same_scenario && (self.case.is_none() || self.case == other.case)
    }

    /// Returns the reason why this entry no longer applies, or `None` if it still applies. The entry must be for the client type of the
    /// report.
    pub(super) fn staleness(&self, report: &Report, strictness: Strictness) -> Option<StaleReason> {
        let mut scenarios = report.scenarios.iter();
        let scenario = scenarios.find(|scenario| scenario.id == self.id)?;
        let about: Vec<_> = scenario
            .cases
            .iter()
            .filter(|case| self.applies_to(case))
            .collect();
        if about.is_empty() {
            return Some(StaleReason::NoSuchCase);
        }
        let is_unresolved = |case: &&CaseReport| {
            case.verdict.fails(strictness) || case.verdict == Verdict::SetUpError
        };
        match about.iter().any(is_unresolved) {
            true => None,
            false
                if about
                    .iter()
                    .all(|case| case.verdict == Verdict::NotApplicable) =>
            {
                Some(StaleReason::NotApplicable)
            }
            false => Some(StaleReason::FailsNoLonger),
        }
    }

    pub(super) fn key(&self) -> (&str, &str, Option<&str>) {
        (self.client_type.name(), &self.id, self.case.as_deref())
    }

    /// Returns the entry as a line of the file, with the comment.
    pub(super) fn line(&self) -> String {
        match self.comment.as_str() {
            "" => self.to_string(),
            comment => format!("{self}  # {comment}"),
        }
    }
}

/// Writes `TYPE ID[/CASE]`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.client_type, self.id)?;
        match &self.case {
            Some(case) => write!(f, "/{case}"),
            None => Ok(()),
        }
    }
}

/// Returns whether the name of a case is unchanged when it is written to a line and parsed again.
fn is_word(name: &str) -> bool {
    name.trim() == name && start_of_comment(name) == name.len() && sanitize::line(name) == name
}

/// Returns the offset of the first `#` at the start of a word, or the length of the line. A `#` within a word can belong to the name of a
/// case.
fn start_of_comment(line: &str) -> usize {
    let mut hashes = line.match_indices('#').map(|(at, _)| at);
    let begins = |at: &usize| {
        line[..*at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace)
    };
    hashes.find(begins).unwrap_or(line.len())
}

/// Returns the message for an unknown ID. It suggests a similar ID, since typical mistakes are a missing zero and lower case.
fn unknown(id: &str, scenarios: &[&str]) -> String {
    let plain = |id: &str| id.to_ascii_uppercase().replace(['0', '-', '_'], "");
    let similar = scenarios.iter().find(|one| plain(one) == plain(id));
    let quoted: String = id.chars().take(100).collect();
    match similar {
        Some(similar) => format!("unknown scenario {quoted:?}: did you mean {similar}?"),
        None => format!("unknown scenario {quoted:?}: expected an id such as EXP-04"),
    }
}
