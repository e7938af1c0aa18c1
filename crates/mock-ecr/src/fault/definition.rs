//! A fault as a value: the requests that it matches, its action, and the check of both.

use serde::{Deserialize, Serialize};

use crate::fault::action::FaultAction;
use crate::fault::error::FaultError;
use crate::fault::matcher::RequestMatcher;
use crate::types::renamed::with_new_name;

/// Something that goes wrong: when, and what.
///
/// ```
/// # use mock_ecr::MockEcr;
/// # use mock_ecr::fault::Fault;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ecr = MockEcr::start().await?;
/// let fault = Fault::from_toml(
///     r#"
///     match = { operation = "GetAuthorizationToken", times = 2 }
///     action = { error = "ThrottlingException" }
///     "#,
/// )?;
/// let id = ecr.faults().add(fault)?;
/// assert_eq!(ecr.faults().triggered(id), Some(0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// Which requests meet it; without anything said, every request of both planes.
    #[serde(default, rename = "match")]
    pub matcher: RequestMatcher,
    /// What happens to them.
    pub action: FaultAction,
}

impl Fault {
    /// A fault that strikes every request for which it means anything.
    pub fn new(action: FaultAction) -> Self {
        Fault {
            matcher: RequestMatcher::default(),
            action,
        }
    }

    /// Restricts the fault to the requests that `when` describes.
    #[must_use]
    pub fn matching(mut self, matcher: RequestMatcher) -> Self {
        self.matcher = matcher;
        self
    }

    /// Reads one from TOML, as it stands below `[[faults]]` in a configuration.
    ///
    /// # Errors
    ///
    /// When it is not TOML, or has what no fault has.
    pub fn from_toml(text: &str) -> Result<Self, FaultError> {
        toml::from_str(text)
            .map_err(|error| FaultError::new(with_new_name(error.message().to_owned())))
    }

    /// Refuses what cannot mean anything.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        self.matcher.check()?;
        self.check_action()
    }

    /// Refuses an action that cannot mean anything, or not for the requests that are matched.
    pub(crate) fn check_action(&self) -> Result<(), FaultError> {
        self.action.check().map_err(FaultError::new)?;
        if matches!(self.action, FaultAction::Certificate(_)) {
            self.matcher.check_handshake().map_err(FaultError::new)?;
        }
        if self.action.changes_token_output() && !self.matcher.can_match_token_call() {
            return Err(FaultError::new(format!(
                "the action {} applies to GetAuthorizationToken of ecr only",
                self.action.name()
            )));
        }
        let Some(needed) = self.action.target() else {
            return Ok(());
        };
        let target = self.matcher.target();
        match target {
            Some(target) if target != needed => Err(FaultError::new(format!(
                "the action {} applies to requests to the {needed} only, but the fault matches requests to the {target}",
                self.action.name()
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_or_contradictory_fault_is_rejected() {
        for (toml, expected) in [
            (
                "match = { every = 0 }\naction = { reset = \"before_headers\" }",
                "every",
            ),
            (
                "match = { probability = 1.5 }\naction = { reset = \"before_headers\" }",
                "probability",
            ),
            (
                "match = { times = 0 }\naction = { reset = \"before_headers\" }",
                "times",
            ),
            (
                "match = { service = \"registry\" }\naction = { expires_at = \"past\" }",
                "of ecr only",
            ),
            (
                "match = { operation = \"ListImages\" }\naction = { expired = \"challenge\" }",
                "to the registry only",
            ),
            (
                "match = { service = \"ecr\", route = \"blob\" }\naction = { reset = \"before_headers\" }",
                "registry",
            ),
            (
                "match = { operation = \"ListImages\", route = \"blob\" }\naction = { reset = \"before_headers\" }",
                "operation",
            ),
            ("action = { throttle = { rate = -1, burst = 1 } }", "rate"),
            ("action = { bandwidth = 0 }", "bandwidth"),
            (
                "action = { error = { code = \"ServerException\", status = 200 } }",
                "from 400 to 599",
            ),
            (
                "match = { operation = \"ListImages\" }\naction = { certificate = \"expired\" }",
                "of a greeting",
            ),
            (
                "match = { until = \"2030-01-01T00:00:00Z\" }\naction = { certificate = \"expired\" }",
                "of a greeting",
            ),
            (
                "action = { token = { login = { username = \"a:b\", password = \"c\" } } }",
                "has no colon",
            ),
            (
                "action = { latency = { from = \"2s\", to = \"1s\" } }",
                "longer",
            ),
        ] {
            let fault = Fault::from_toml(toml).unwrap();
            let error = fault.check().unwrap_err().to_string();
            assert!(error.contains(expected), "{toml}: {error}");
        }
    }

    #[test]
    fn a_token_fault_of_another_operation_is_rejected() {
        for matcher in ["service = 'sts'", "operation = 'ListImages'"] {
            let toml = format!("match = {{ {matcher} }}\naction = {{ token = 'empty' }}");
            let error = Fault::from_toml(&toml).unwrap().check().unwrap_err();
            assert!(error.to_string().contains("of ecr only"), "{error}");
        }
    }

    #[test]
    fn an_unknown_key_or_value_of_a_fault_is_rejected() {
        for wrong in [
            "action = { error = \"NoSuchThing\" }",
            "action = \"explode\"",
            "match = { operatoin = \"x\" }\naction = { reset = \"before_headers\" }",
            "match = { operation = \"NoSuchOperation\" }\naction = { reset = \"before_headers\" }",
        ] {
            let rejected = Fault::from_toml(wrong).and_then(|fault| fault.check());
            assert!(rejected.is_err(), "{wrong}");
        }
    }
}
