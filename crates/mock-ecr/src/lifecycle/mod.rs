//! Lifecycle policies: their language, and a pure function that evaluates them.
//!
//! Source: the user guide of Amazon ECR, `LifecyclePolicies.html` and `lifecycle_policy_parameters.html`.

mod document;
mod evaluate;
mod invalid;
mod policy;
mod rules;
mod schema;
#[cfg(test)]
mod tests;

pub(crate) use document::RuleDocument;
pub(crate) use evaluate::{Decision, EvaluatedImage, ListedBy, evaluate, next_change};
pub(crate) use invalid::InvalidLifecyclePolicy;
pub(crate) use policy::{Action, LifecyclePolicy, Rule, StorageClass};
