//! The definition of a fault: its matcher, its action, and the validation of both.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::action::FaultAction;
use crate::fault::error::FaultError;
use crate::fault::matcher::RequestMatcher;
use crate::types::renamed::with_suggestion;
use crate::types::toml_document::TomlDocument;

/// A fault. Its matcher selects requests, and its action changes their responses.
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
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// The requests that the fault matches. If the key is absent in TOML or JSON, the fault matches every request to an
    /// API or to the registry, if the action can apply to the request. For example, the action `token` can apply only
    /// to calls of `GetAuthorizationToken`.
    #[serde(default, rename = "match")]
    pub matcher: RequestMatcher,
    /// The action that is applied to the requests that trigger the fault.
    pub action: FaultAction,
}

/// Formats the JSON form, on one line.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Fault {
    /// Creates a fault with a matcher that has no conditions. The fault matches every request that its action can apply
    /// to; see [`Fault::matcher`].
    pub fn new(action: FaultAction) -> Self {
        Fault {
            matcher: RequestMatcher::default(),
            action,
        }
    }

    /// Sets the matcher. The fault then matches only the requests that `matcher` selects.
    #[must_use]
    pub fn matching(mut self, matcher: RequestMatcher) -> Self {
        self.matcher = matcher;
        self
    }

    /// Parses a fault from TOML. The form is that of an entry of `[[faults]]` in a configuration.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not valid TOML, or contains an unknown key or an invalid value. This function
    /// does not check whether the values contradict each other; [`FaultHandle::add`](crate::fault::FaultHandle::add)
    /// does.
    pub fn from_toml(text: &str) -> Result<Self, FaultError> {
        let syntax = |error: toml::de::Error| FaultError::new(error.message().to_owned());
        let document = TomlDocument::parse(text).map_err(syntax)?;
        let values = document.values().map_err(syntax)?;
        let fault: Result<_, serde_path_to_error::Error<_>> =
            serde_path_to_error::deserialize(values);
        fault.map_err(|error| FaultError::new(with_suggestion(error.inner().to_string())))
    }

    /// Returns an error if the fault is invalid or contradictory.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        self.matcher.check()?;
        self.check_action()
    }

    /// Returns an error if the action is invalid or does not apply to the matched requests.
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
            (
                "action = { throttle = { rate = -1, burst = 1 } }",
                "invalid rate -1",
            ),
            ("action = { bandwidth = 0 }", "bandwidth"),
            (
                "action = { error = { code = \"ServerException\", status = 200 } }",
                "from 400 to 599",
            ),
            (
                "match = { operation = \"ListImages\" }\naction = { certificate = \"expired\" }",
                "a TLS handshake",
            ),
            (
                "match = { until = \"2030-01-01T00:00:00Z\" }\naction = { certificate = \"expired\" }",
                "a TLS handshake",
            ),
            (
                "action = { token = { login = { username = \"a:b\", password = \"c\" } } }",
                "without a colon",
            ),
            (
                "action = { latency = { from = \"2s\", to = \"1s\" } }",
                "ascending",
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
