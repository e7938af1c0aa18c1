//! What happens to conditions that the mock does not evaluate.

use serde::{Deserialize, Serialize};

/// What happens if a policy contains a condition that the mock does not evaluate: another operator, another key, or a policy variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownConditions {
    /// The policy is rejected. `SetRepositoryPolicy` responds with status 501 and the error `NotImplemented`, which names the condition.
    #[default]
    Reject,
    /// The policy is accepted, and the mock logs a warning. The condition counts as not met, so its statement never applies.
    Ignore,
}
