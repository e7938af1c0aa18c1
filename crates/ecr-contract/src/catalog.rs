//! The scenarios that are built in or in a directory, and the scenarios that patterns select.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mock_ecr::fault::Pattern;

use crate::client_type::ClientType;
use crate::scenario::{Scenario, ScenarioError, Severity, Source, builtin};
use crate::suite_number::SuiteNumber;
use crate::system::System;

/// The cases of a scenario with their names. There is at least one, and all have the ID and the title of the scenario.
pub(crate) type Cases = Vec<(Option<String>, Scenario)>;

/// A scenario that [`Catalog::list`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedScenario {
    /// The ID.
    pub id: String,
    /// The suite in which the scenario entered. `None` for an additional scenario that does not state it.
    pub suite: Option<SuiteNumber>,
    /// The title, which states the required behaviour.
    pub title: String,
    /// The severity of the scenario. Its expectations have this severity or a lower one.
    pub severity: Severity,
    /// The reasons for the scenario: links to incidents, or other sources.
    pub why: Vec<String>,
    /// What typically causes the failure, and how to correct the client. `None` if an additional scenario does not state it.
    pub fix: Option<[String; 2]>,
    /// The types of clients to which the scenario applies.
    pub client_types: Vec<ClientType>,
    /// The reason why the scenario is not run, if it is skipped for each of these types.
    pub skipped: Option<String>,
}

/// The scenarios that a suite and patterns select.
#[derive(Clone, Copy, Debug, Default)]
pub struct Catalog<'a> {
    /// The suite. It contains the built-in scenarios of its number and of lower numbers.
    pub suite: SuiteNumber,
    /// Patterns for scenario IDs, or for cases in the form `ID/CASE`. `*` matches any text. If the list is empty, all
    /// scenarios are selected.
    pub only: &'a [String],
    /// A directory with additional scenario files (`*.toml`). If `None`, only the built-in scenarios are used.
    pub folder: Option<&'a Path>,
}

impl Catalog<'_> {
    /// Returns the selected scenarios of all client types, including the scenarios that are skipped.
    ///
    /// # Errors
    ///
    /// Returns an error if a scenario is invalid.
    pub fn list(&self) -> Result<Vec<ListedScenario>, ScenarioError> {
        let listed = |cases: Cases| {
            let (_, scenario) = cases.into_iter().next()?;
            Some(ListedScenario {
                skipped: skip_reason_of_all_types(&scenario),
                id: scenario.id,
                suite: scenario.suite,
                title: scenario.title,
                severity: scenario.severity,
                why: scenario.why,
                fix: scenario.fix,
                client_types: scenario.client_types,
            })
        };
        let scenarios = self.scenarios()?.into_iter();
        Ok(scenarios.filter_map(|(_, cases)| listed(cases)).collect())
    }

    /// Returns the selected scenarios with their selected cases.
    pub(crate) fn scenarios(&self) -> Result<Vec<(Source, Cases)>, ScenarioError> {
        let (mut ids, mut scenarios) = (BTreeSet::new(), Vec::new());
        for source in self.sources()? {
            let mut cases = source.cases()?;
            let Some(id) = cases.first().map(|(_, scenario)| scenario.id.clone()) else {
                continue;
            };
            if !ids.insert(id.clone()) {
                let message = format!("id: duplicate scenario {id}");
                return Err(ScenarioError::new(source.file, message));
            }
            cases.retain(|(case, scenario)| {
                self.is_requested(&id, case.as_deref()) && scenario.suite <= Some(self.suite)
            });
            if !cases.is_empty() {
                scenarios.push((source, cases));
            }
        }
        Ok(scenarios)
    }

    fn sources(&self) -> Result<Vec<Source>, ScenarioError> {
        let mut sources: Vec<Source> = builtin::all().collect();
        if let Some(folder) = self.folder {
            sources.extend(in_folder(folder)?);
        }
        Ok(sources)
    }

    /// Returns whether a pattern matches the ID of a scenario, or the case in the form `ID/CASE`.
    fn is_requested(&self, id: &str, case: Option<&str>) -> bool {
        let whole = case.map(|case| format!("{id}/{case}"));
        let is_selected = |pattern: &String| {
            let pattern = Pattern::from(pattern.as_str());
            pattern.fits(id) || whole.as_deref().is_some_and(|whole| pattern.fits(whole))
        };
        self.only.is_empty() || self.only.iter().any(is_selected)
    }
}

/// Returns the reason why the scenario is skipped for a client of this type.
pub(crate) fn skip_reason(scenario: &Scenario, client_type: ClientType) -> Option<String> {
    let reason = scenario.skip.clone();
    reason.or_else(|| System::CURRENT.unsupported(scenario, client_type))
}

/// Returns the first reason if the scenario is skipped for each of its client types.
fn skip_reason_of_all_types(scenario: &Scenario) -> Option<String> {
    let types = scenario.client_types.iter();
    let reasons: Option<Vec<String>> = types.map(|one| skip_reason(scenario, *one)).collect();
    reasons?.into_iter().next()
}

/// Reads the scenarios of a directory, in the order of their file names.
fn in_folder(folder: &Path) -> Result<Vec<Source>, ScenarioError> {
    let path = folder.display().to_string();
    let entries = std::fs::read_dir(folder)
        .map_err(|cause| ScenarioError::new(&*path, format!("cannot be read: {cause}")))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    paths.sort();
    if paths.is_empty() {
        let message = "contains no scenario: expected files with the extension .toml";
        return Err(ScenarioError::new(path, message));
    }
    paths.iter().map(|path| Source::read(path)).collect()
}
