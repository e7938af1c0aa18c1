//! Secrets in responses.

use serde::Serialize;

/// A secret that is set. Its value is not returned.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) enum Redacted {
    #[serde(rename = "(masked)")]
    Redacted,
}
