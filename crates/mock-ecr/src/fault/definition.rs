//! A fault as a value: the requests that it matches, its action, and the check of both.

use serde::{Deserialize, Serialize};

use crate::fault::error::FaultError;
use crate::fault::what::What;
use crate::fault::when::When;

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
///     when = { operation = "GetAuthorizationToken", times = 2 }
///     what = { error = "ThrottlingException" }
///     "#,
/// )?;
/// let id = ecr.faults().add(fault)?;
/// assert_eq!(ecr.faults().fired(id), Some(0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// Which requests meet it; without anything said, every request of both planes.
    #[serde(default)]
    pub when: When,
    /// What happens to them.
    pub what: What,
}

impl Fault {
    /// A fault that strikes every request for which it means anything.
    pub fn new(what: What) -> Self {
        Fault {
            when: When::default(),
            what,
        }
    }

    /// Restricts the fault to the requests that `when` describes.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Reads one from TOML, as it stands below `[[faults]]` in a configuration.
    ///
    /// # Errors
    ///
    /// When it is not TOML, or has what no fault has.
    pub fn from_toml(text: &str) -> Result<Self, FaultError> {
        toml::from_str(text).map_err(|error| FaultError::new(error.message()))
    }

    /// Refuses what cannot mean anything.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        self.when.check()?;
        self.check_action()
    }

    /// Refuses an action that cannot mean anything, or not for the requests that are matched.
    pub(crate) fn check_action(&self) -> Result<(), FaultError> {
        self.what.check().map_err(FaultError::new)?;
        if matches!(self.what, What::Certificate(_)) {
            self.when.check_greeting().map_err(FaultError::new)?;
        }
        if self.what.is_of_the_token() && !self.when.can_be_of_the_token() {
            return Err(FaultError::new(format!(
                "{} happens to GetAuthorizationToken of ecr alone",
                self.what.name()
            )));
        }
        let Some(needed) = self.what.plane() else {
            return Ok(());
        };
        let said = self.when.implied_plane();
        match said {
            Some(plane) if plane != needed => Err(FaultError::new(format!(
                "{} happens on the {needed} alone, and the fault is for the {plane}",
                self.what.name()
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_mean_anything_is_refused() {
        for (toml, said) in [
            (
                "when = { every = 0 }\nwhat = { reset = \"before_headers\" }",
                "every",
            ),
            (
                "when = { probability = 1.5 }\nwhat = { reset = \"before_headers\" }",
                "probability",
            ),
            (
                "when = { times = 0 }\nwhat = { reset = \"before_headers\" }",
                "times",
            ),
            (
                "when = { plane = \"registry\" }\nwhat = { expires_at = \"past\" }",
                "API alone",
            ),
            (
                "when = { operation = \"ListImages\" }\nwhat = { expired = \"challenge\" }",
                "registry alone",
            ),
            (
                "when = { service = \"ecr\", route = \"blob\" }\nwhat = { reset = \"before_headers\" }",
                "registry",
            ),
            (
                "when = { operation = \"ListImages\", route = \"blob\" }\nwhat = { reset = \"before_headers\" }",
                "operation",
            ),
            ("what = { throttle = { rate = -1, burst = 1 } }", "rate"),
            ("what = { bandwidth = 0 }", "bandwidth"),
            (
                "what = { error = { code = \"ServerException\", status = 200 } }",
                "from 400 to 599",
            ),
            (
                "when = { operation = \"ListImages\" }\nwhat = { certificate = \"expired\" }",
                "of a greeting",
            ),
            (
                "when = { until = \"2030-01-01T00:00:00Z\" }\nwhat = { certificate = \"expired\" }",
                "of a greeting",
            ),
            (
                "what = { token = { login = { username = \"a:b\", password = \"c\" } } }",
                "has no colon",
            ),
            (
                "what = { latency = { from = \"2s\", to = \"1s\" } }",
                "longer",
            ),
        ] {
            let fault = Fault::from_toml(toml).unwrap();
            let error = fault.check().unwrap_err().to_string();
            assert!(error.contains(said), "{toml}: {error}");
        }
    }

    #[test]
    fn a_token_fault_of_another_operation_is_rejected() {
        for when in ["service = 'sts'", "operation = 'ListImages'"] {
            let toml = format!("when = {{ {when} }}\nwhat = {{ token = 'empty' }}");
            let error = Fault::from_toml(&toml).unwrap().check().unwrap_err();
            assert!(error.to_string().contains("of ecr alone"), "{error}");
        }
    }

    #[test]
    fn what_no_fault_has_is_refused() {
        for wrong in [
            "what = { error = \"NoSuchThing\" }",
            "what = \"explode\"",
            "when = { operatoin = \"x\" }\nwhat = { reset = \"before_headers\" }",
            "when = { operation = \"NoSuchOperation\" }\nwhat = { reset = \"before_headers\" }",
        ] {
            let refused = Fault::from_toml(wrong).and_then(|fault| fault.check());
            assert!(refused.is_err(), "{wrong}");
        }
    }
}
