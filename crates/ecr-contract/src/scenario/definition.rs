//! The content of a scenario file.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_ecr::Config;
use mock_ecr::fault::{Fault, FaultAction};
use serde::{Deserialize, Deserializer};

use crate::claim::Claim;
use crate::client_type::ClientType;
use crate::error_chain::error_chain;
use crate::scenario::expect::Files;
use crate::scenario::range;
use crate::scenario::redirect::RedirectMode;
use crate::scenario::severity::Severity;
use crate::scenario::step::{Action, Setting, Step};
use crate::suite_number::{SuiteNumber, UnknownSuite};

/// A scenario, or one case of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// The ID, such as `EXP-04`.
    pub(crate) id: String,
    /// The required behaviour of a client, such as "Retries a throttled call".
    pub(crate) title: String,
    pub(crate) severity: Severity,
    /// The client types to which the scenario applies: `"all"`, or a list.
    #[serde(deserialize_with = "client_types")]
    pub(crate) client_types: Vec<ClientType>,
    /// The reasons for the scenario: links to incidents, or other sources.
    pub(crate) why: Vec<String>,
    /// Two sentences for the author of a client: what typically causes the failure, and how to correct the client. Every built-in scenario has
    /// them.
    #[serde(default)]
    pub(crate) fix: Option<[String; 2]>,
    /// The suite in which the scenario entered. `None` for an additional scenario, which every suite contains.
    #[serde(default)]
    pub(crate) suite: Option<SuiteNumber>,
    /// The capability that the scenario tests. If the client does not claim it, the results are only reported.
    #[serde(default)]
    pub(crate) claim: Option<Claim>,
    /// The reason why the scenario is skipped. `None` if the scenario can be run.
    #[serde(default)]
    pub(crate) skip: Option<String>,
    /// The redirection modes that the scenario supports. If empty, all modes are supported. If the requested mode is not in the list, the
    /// first mode in the list that can be used on this system is used.
    #[serde(default)]
    pub(crate) redirect: Vec<RedirectMode>,
    /// Whether the scenario requires a sandbox, in which the client can reach only the mock.
    #[serde(default)]
    pub(crate) needs_sandbox: bool,
    /// The time limit for all steps of the client together. The default is 50 s.
    #[serde(default = "fifty_seconds", deserialize_with = "range::length")]
    pub(crate) deadline: Duration,
    /// The time limit for a refresher, which may pause between its attempts. If `None`, `deadline`.
    #[serde(default, deserialize_with = "range::optional_length")]
    refresher_deadline: Option<Duration>,
    /// The time in which the client must have made all attempts during an outage, for a scenario in which a token must not expire
    /// meanwhile. If a client takes longer, all durations of the scenario are multiplied.
    #[serde(default, deserialize_with = "range::optional_length")]
    pub(crate) retries_within: Option<Duration>,
    /// The configuration of the mock.
    #[serde(default)]
    pub(crate) config: Config,
    /// Environment variables for all calls of the client. A string sets the variable, and `false` removes it.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, Setting>,
    /// The steps, in order.
    #[serde(rename = "step", default)]
    pub(crate) steps: Vec<Step>,
    /// One table for each case. A key `KEY` defines the value that replaces `${KEY}` in the scenario. `name` is the name of the case.
    #[serde(rename = "case", default)]
    _cases: Vec<toml::Table>,
}

impl Scenario {
    /// Returns an estimate of the duration of the case: the sum of the waits, plus the deadline for each list of faults that contains a
    /// stall.
    pub(crate) fn length(&self) -> Duration {
        let stalls = |fault: &Fault| matches!(fault.action, FaultAction::Stall(_));
        let lengths = self.steps.iter().map(|step| match &step.action {
            Some(Action::Wait(length) | Action::Watch(length)) => *length,
            Some(Action::Faults(faults)) if faults.iter().any(stalls) => self.deadline,
            _ => Duration::ZERO,
        });
        let from_the_start = match self.config.faults.iter().any(stalls) {
            true => self.deadline,
            false => Duration::ZERO,
        };
        from_the_start + lengths.sum::<Duration>()
    }

    /// Returns the faults of the configuration and of all steps.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &Fault> {
        let of_steps = self.steps.iter().filter_map(|step| match &step.action {
            Some(Action::Faults(faults)) => Some(faults),
            _ => None,
        });
        self.config.faults.iter().chain(of_steps.flatten())
    }

    /// Adapts the scenario to the type of a client and to its claims. The severity is `info` if the client does not claim the capability that
    /// the scenario tests.
    pub(crate) fn fit_client(&mut self, client_type: ClientType, claims: &[Claim]) {
        if client_type == ClientType::Refresher {
            self.deadline = self.refresher_deadline.unwrap_or(self.deadline);
        }
        if self.claim.is_some_and(|claim| !claims.contains(&claim)) {
            self.severity = Severity::Info;
        }
    }

    /// Returns whether an expectation depends on the modes of files.
    pub(crate) fn checks_modes(&self) -> bool {
        let mut expectations = self.steps.iter().flat_map(Step::expectations);
        expectations.any(|(_, expect)| expect.files == Some(Files::Private))
    }

    /// Checks what only a built-in scenario must state.
    pub(super) fn check_built_in(&self) -> Result<(), String> {
        if self.suite.is_none() {
            return Err(
                "missing field `suite`: the suite in which the scenario entered".to_owned(),
            );
        }
        let sentences = self.fix.iter().flatten();
        match sentences.filter(|one| one.ends_with('.')).count() {
            2 => Ok(()),
            _ => Err("fix: expected two sentences: a typical cause, and the correction".to_owned()),
        }
    }

    /// Performs the checks that deserialization does not perform. The error is a message that begins with the path of the invalid key.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.id.is_empty() || !self.id.chars().all(is_name) {
            let id = &self.id;
            return Err(format!(
                "id: {id:?} is invalid: expected letters, digits, `-` and `_`, such as EXP-04"
            ));
        }
        if let Some(number) = self.suite.filter(|number| !number.is_known()) {
            let error = UnknownSuite::from(number);
            return Err(format!("suite: {error}"));
        }
        if self.skip.is_some() {
            return Ok(());
        }
        self.config
            .validate()
            .map_err(|error| format!("config.{}", error_chain(&error)))?;
        let principals = self.config.principals().count();
        if principals < 2 && self.steps.iter().any(Step::has_second_principal) {
            return Err("config.principals: second_principal requires two principals".to_owned());
        }
        for client_type in &self.client_types {
            let mut steps = self.steps.iter().filter(|step| step.is_for(*client_type));
            if !steps.any(|step| step.expectations().next().is_some()) {
                return Err(format!(
                    "step: no expectation for client type {client_type}"
                ));
            }
        }
        let severities = self.steps.iter().flat_map(Step::expectations);
        let severities = severities.map(|(severity, _)| severity.unwrap_or(self.severity));
        match severities.max() {
            Some(most) if most > self.severity => Err(format!(
                "severity: {:?} is lower than the severity of a step",
                self.severity
            )),
            _ => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenClientTypes {
    All(All),
    Some(Vec<ClientType>),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum All {
    All,
}

fn client_types<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ClientType>, D::Error> {
    let expected = "expected \"all\", or a list of client types such as [\"library\"]";
    match WrittenClientTypes::deserialize(from) {
        Ok(WrittenClientTypes::All(All::All)) => Ok(ClientType::ALL.to_vec()),
        Ok(WrittenClientTypes::Some(client_types)) if !client_types.is_empty() => Ok(client_types),
        _ => Err(serde::de::Error::custom(expected)),
    }
}

fn fifty_seconds() -> Duration {
    Duration::from_secs(50)
}
