//! Parses scenario files. Errors contain the file, the line and the key.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::scenario::definition::Scenario;
use crate::scenario::renamed;

/// The text of a scenario file, and the path of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Source {
    /// The path that error messages contain.
    pub(crate) file: String,
    pub(crate) text: String,
    /// Whether the scenario is a built-in one.
    pub(crate) built_in: bool,
}

impl Source {
    pub(crate) fn read(path: &Path) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Source {
                file,
                text,
                built_in: false,
            }),
            Err(cause) => Err(ScenarioError {
                file,
                line: None,
                message: format!("cannot be read: {cause}"),
            }),
        }
    }

    /// Parses the scenario once for each case. If the scenario defines no cases, returns one case without a name.
    pub(crate) fn cases(&self) -> Result<Vec<(Option<String>, Scenario)>, ScenarioError> {
        let outline: Outline = self.parse(&self.text)?;
        if outline.case.is_empty() {
            return Ok(vec![(None, self.scenario(&self.text)?)]);
        }
        let mut cases = Vec::new();
        for case in &outline.case {
            let Some(toml::Value::String(name)) = case.get("name") else {
                return Err(self.error(None, "case: missing field `name`"));
            };
            let text = filled_in(&self.text, case);
            let scenario = self.scenario(&text).map_err(|mut error| {
                error.message = format!("in case {name}: {}", error.message);
                error
            })?;
            cases.push((Some(name.clone()), scenario));
        }
        Ok(cases)
    }

    fn scenario(&self, text: &str) -> Result<Scenario, ScenarioError> {
        let scenario: Scenario = self.parse(text)?;
        if let Some((_, rest)) = uncommented(text).split_once("${") {
            let name = rest.split('}').next().unwrap_or_default();
            let message = format!("${{{name}}}: no case defines this name");
            return Err(self.error(None, &message));
        }
        let checked = scenario.check().and_then(|()| match self.built_in {
            true => scenario.check_built_in(),
            false => Ok(()),
        });
        checked.map_err(|message| self.error(None, &message))?;
        Ok(scenario)
    }

    fn parse<'t, T: Deserialize<'t>>(&self, text: &'t str) -> Result<T, ScenarioError> {
        let wrong = |error: &toml::de::Error, key: String| {
            let line = error.span().map(|span| line_of(text, span.start));
            let message = renamed::with_current_name(error.message()).replace('\n', "; ");
            match key.as_str() {
                "" | "." => self.error(line, &message),
                key => self.error(line, &format!("{key}: {message}")),
            }
        };
        let document =
            toml::Deserializer::parse(text).map_err(|error| wrong(&error, String::new()))?;
        serde_path_to_error::deserialize(document)
            .map_err(|error| wrong(error.inner(), error.path().to_string()))
    }

    fn error(&self, line: Option<usize>, message: &str) -> ScenarioError {
        ScenarioError {
            file: self.file.clone(),
            line,
            message: message.to_owned(),
        }
    }
}

/// The error returned when a scenario file is invalid or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    file: String,
    line: Option<usize>,
    message: String,
}

impl ScenarioError {
    pub(crate) fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        ScenarioError {
            file: file.into(),
            line: None,
            message: message.into(),
        }
    }
}

/// Writes `FILE:LINE: MESSAGE`, or `FILE: MESSAGE` if the line is unknown.
impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl std::error::Error for ScenarioError {}

/// The cases of a scenario file. The other keys are ignored, since they may contain `${name}`, which is not replaced yet.
#[derive(Deserialize)]
struct Outline {
    #[serde(default)]
    case: Vec<toml::Table>,
}

/// Replaces each `${name}` by the value of a case. A string that consists only of `${name}` is replaced by the value itself, which can have
/// another type. The number of lines does not change.
fn filled_in(text: &str, case: &toml::Table) -> String {
    let mut filled = text.to_owned();
    for (name, value) in case {
        let written = value.to_string().replace('\n', " ");
        filled = filled.replace(&format!("\"${{{name}}}\""), &written);
        let bare = match value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        filled = filled.replace(&format!("${{{name}}}"), &bare);
    }
    filled
}

fn uncommented(text: &str) -> String {
    let lines = text.lines();
    lines
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect()
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_type::ClientType;

    const HEAD: &str =
        "id = 'T-1'\ntitle = 't'\nseverity = 'must'\nclient_types = 'all'\nwhy = ['w']\n";

    fn source(rest: &str) -> Source {
        Source {
            file: "t.toml".to_owned(),
            text: format!("{HEAD}{rest}"),
            built_in: false,
        }
    }

    #[track_caller]
    fn rejects(rest: &str, said: &str) {
        let error = source(rest).cases().expect_err("the scenario is invalid");
        assert_eq!(error.to_string(), said);
    }

    #[test]
    fn an_error_is_reported_with_file_and_line() {
        let misspelt = source(
            "[[step]]
fetch = {}
expect.reslt = 'login'
",
        );
        let error = misspelt
            .cases()
            .expect_err("the scenario is invalid")
            .to_string();
        let start =
            "t.toml:8: step[0].expect.reslt: unknown field `reslt`, expected one of `result`, ";
        assert!(error.starts_with(start), "{error}");
        let misspelt = "expect.requests = [{ operation = 'ListImage', count = 0 }]";
        rejects(
            &format!("[[step]]\nfetch = {{}}\n{misspelt}\n"),
            "t.toml:8: step[0].expect.requests[0].operation: no operation is named \"ListImage\"; did you mean \"ListImages\"?",
        );
        rejects(
            "[[step]]\nfetch = {}\nwait = '1s'\n",
            "t.toml:6: step[0]: expected one action, found several",
        );
        rejects(
            "[[step]]\nfetch = {}\n",
            "t.toml: step: no expectation for client type token-printer",
        );
    }

    #[test]
    fn a_case_defines_the_values_of_names() {
        let text = "[[case]]\nname = 'long'\nlength = 9\n[[case]]\nname = 'short'\nlength = 1\n\
                    [config]\ntoken_length = \"${length}\"\nseed = 'of ${name}'\n\
                    [[step]]\nfetch = {}\nexpect.result = 'login'\n";
        let cases = source(text).cases().unwrap();
        let configs = cases.iter().map(|(name, scenario)| {
            let config = &scenario.config;
            (name.as_deref().unwrap(), config.token_length, &*config.seed)
        });
        let configs: Vec<_> = configs.collect();
        assert_eq!(configs, [("long", 9, "of long"), ("short", 1, "of short")]);
    }

    #[test]
    fn the_duration_of_a_scenario_is_the_sum_of_its_waits() {
        let length = |rest: &str| {
            let text = format!("{rest}\n[[step]]\nfetch = {{}}\nexpect.result = 'login'\n");
            source(&text).cases().unwrap()[0].1.length().as_secs()
        };
        assert_eq!(length(""), 0);
        assert_eq!(length("[[step]]\nwait = '5s'\n[[step]]\nwatch = '2s'"), 7);
        let stall = "{ action = { stall = 'before_headers' } }";
        assert_eq!(
            length(&format!("deadline = '40s'\nconfig.faults = [{stall}]")),
            40
        );
        assert_eq!(length(&format!("[[step]]\nfaults = [{stall}]")), 50);
    }

    #[test]
    fn a_refresher_can_have_a_deadline_of_its_own() {
        let rest = "deadline = '37s'\nrefresher_deadline = '80s'\n";
        let text = format!("{rest}[[step]]\nfetch = {{}}\nexpect.result = 'login'\n");
        let deadline = |client_type| {
            let (_, mut scenario) = source(&text).cases().unwrap().remove(0);
            scenario.fit_client(client_type, &[]);
            scenario.deadline.as_secs()
        };
        assert_eq!(deadline(ClientType::ImageTool), 37);
        assert_eq!(deadline(ClientType::Refresher), 80);
    }

    #[test]
    fn a_built_in_scenario_states_its_suite_and_how_to_correct_a_client() {
        let step = "[[step]]\nfetch = {}\nexpect.result = 'login'\n";
        let mut built_in = source(step);
        built_in.built_in = true;
        let error = built_in.cases().unwrap_err().to_string();
        let expected = "t.toml: missing field `suite`: the suite in which the scenario entered";
        assert_eq!(error, expected);
        let mut suited = source(&format!("suite = 1\n{step}"));
        suited.built_in = true;
        let error = suited.cases().unwrap_err().to_string();
        let expected = "t.toml: fix: expected two sentences: a typical cause, and the correction";
        assert_eq!(error, expected);
        assert!(source(step).cases().is_ok());
        rejects(
            &format!("fix = ['One.']\n{step}"),
            "t.toml:6: fix: invalid length 1, expected an array of length 2",
        );
        rejects(
            &format!("suite = 3\n{step}"),
            "t.toml: suite: unknown suite \"3\": expected a number from 1 to 2",
        );
    }

    #[test]
    fn a_name_that_no_case_defines_is_an_error() {
        rejects(
            "[[step]]\nfetch = { registry = '${host}' }\nexpect.result = 'login'\n",
            "t.toml: ${host}: no case defines this name",
        );
    }
}
