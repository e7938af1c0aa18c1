//! An explanation of a request.

use serde::Serialize;

use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::{ExplanationKind, ExplanationLevel};

/// Why a request was rejected, or what a fault did to its response.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Explanation {
    /// The kind of the explanation, such as `token_expired`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub kind: ExplanationKind,
    /// How important the explanation is.
    pub level: ExplanationLevel,
    /// One or more sentences. Secrets are redacted.
    pub text: String,
    /// What a client or a test can do.
    pub advice: Option<String>,
    /// Values about the rejection or the fault. Which of them are set depends on the kind.
    pub facts: Facts,
}

impl Explanation {
    pub(super) fn new(kind: ExplanationKind, text: impl Into<String>) -> Self {
        Explanation {
            kind,
            level: kind.level(),
            text: text.into(),
            advice: None,
            facts: Facts::default(),
        }
    }

    pub(super) fn advice(self, advice: impl Into<String>) -> Self {
        Explanation {
            advice: Some(advice.into()),
            ..self
        }
    }

    pub(super) fn facts(self, facts: Facts) -> Self {
        Explanation { facts, ..self }
    }
}
