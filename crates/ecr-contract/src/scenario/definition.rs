//! A scenario as its file describes it.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_ecr::Config;
use mock_ecr::fault::{Fault, FaultAction};
use serde::{Deserialize, Deserializer};

use crate::client_type::ClientType;
use crate::error_chain::error_chain;
use crate::scenario::range;
use crate::scenario::redirect::RedirectMode;
use crate::scenario::severity::Severity;
use crate::scenario::step::{Action, Setting, Step};

/// A scenario, or one case of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// Its name, such as `EXP-04`.
    pub(crate) id: String,
    /// What a client does that survives it, in one sentence.
    pub(crate) title: String,
    pub(crate) severity: Severity,
    /// Whom it concerns; `"all"`, or a list.
    #[serde(deserialize_with = "client_types")]
    pub(crate) client_types: Vec<ClientType>,
    /// The incidents behind it.
    pub(crate) why: Vec<String>,
    /// What is missing for it to be run.
    #[serde(default)]
    pub(crate) skip: Option<String>,
    /// The only ways of leading a client that it makes sense for, of which the first is taken if another was asked for; without any, all.
    #[serde(default)]
    pub(crate) redirect: Vec<RedirectMode>,
    /// Whether it makes sense only where nothing but the mock can be reached.
    #[serde(default)]
    pub(crate) needs_sandbox: bool,
    /// How long the client may take for all that it is asked.
    #[serde(default = "fifty_seconds", deserialize_with = "range::length")]
    pub(crate) deadline: Duration,
    /// What the mock is made from.
    #[serde(default)]
    pub(crate) config: Config,
    /// Variables of all calls: set to a text, or removed by `false`.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, Setting>,
    /// What happens, one after the other.
    #[serde(rename = "step", default)]
    pub(crate) steps: Vec<Step>,
    /// Texts that stand for `${name}` elsewhere, one table a case; its own name is `name`.
    #[serde(rename = "case", default)]
    _cases: Vec<toml::Table>,
}

impl Scenario {
    /// How long it lasts at least: what passes in it, or all of its time where ECR stalls.
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

    /// What cannot be, though every value of it can.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.id.is_empty() || !self.id.chars().all(is_name) {
            let id = &self.id;
            return Err(format!(
                "id: {id:?} is not letters, digits and hyphens, such as EXP-04"
            ));
        }
        if self.skip.is_some() {
            return Ok(());
        }
        self.config
            .validate()
            .map_err(|error| format!("config.{}", error_chain(&error)))?;
        for client_type in &self.client_types {
            let mut steps = self.steps.iter().filter(|step| step.is_for(*client_type));
            if !steps.any(|step| step.expectations().next().is_some()) {
                return Err(format!("step: nothing is expected of a {client_type}"));
            }
        }
        let severities = self.steps.iter().flat_map(Step::expectations);
        let severities = severities.map(|(severity, _)| severity.unwrap_or(self.severity));
        match severities.max() {
            Some(most) if most > self.severity => Err(format!(
                "severity: it is {:?}, and a step expects more",
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
