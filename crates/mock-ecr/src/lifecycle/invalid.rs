//! The errors of lifecycle policies, with the texts of ECR.
//!
//! The texts of [`Violation`] are those of the Java library json-schema-validator, which ECR prints. Sources that they are printed:
//! simple-container-com/api#34 (2025), cloudposse/terraform-aws-ecr#132 (2024) and #158 (2026), and getmoto/moto, `ecr/policy_validation.py`.

use std::fmt;

/// The reason why a lifecycle policy is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InvalidLifecyclePolicy {
    /// The text is not a JSON object.
    NotAnObject,
    /// All violations of the schema.
    Schema(Vec<Violation>),
    /// The rules contradict the rules of the language, or each other.
    Rules(InvalidRules),
}

impl std::error::Error for InvalidLifecyclePolicy {}

/// Formats the text that ECR writes after `Lifecycle policy validation failure: `.
impl fmt::Display for InvalidLifecyclePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidLifecyclePolicy::NotAnObject => {
                f.write_str("Could not map policyString into LifecyclePolicy.")
            }
            InvalidLifecyclePolicy::Schema(violations) => violations
                .iter()
                .try_for_each(|violation| writeln!(f, "{violation}")),
            InvalidLifecyclePolicy::Rules(error) => fmt::Display::fmt(error, f),
        }
    }
}

/// A violation of the JSON schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error(
        "instance type ({found}) does not match any allowed primitive type (allowed: [\"{allowed}\"])"
    )]
    Type {
        found: &'static str,
        allowed: &'static str,
    },
    #[error("object has missing required properties ({})", list(.0))]
    Missing(Vec<String>),
    #[error("object instance has properties which are not allowed by the schema: {}", list(.0))]
    NotAllowed(Vec<String>),
    #[error("instance value ({value}) not found in enum (possible values: {})", list(.possible))]
    Enum {
        /// In JSON.
        value: String,
        possible: Vec<String>,
    },
    #[error("numeric instance is lower than the required minimum (minimum: 1, found: {0})")]
    Minimum(String),
    /// `[ASSUME]`: ECR rejects numbers that the integers of the service model, which have 32 bits, cannot contain.
    #[error(
        "numeric instance is greater than the required maximum (maximum: {MAX_NUMBER}, found: {0})"
    )]
    Maximum(String),
    #[error("instance failed to match exactly one schema (matched 0 out of 2)")]
    NoSchema,
}

/// The maximum of the numbers of a policy.
pub(super) const MAX_NUMBER: i64 = 2_147_483_647;

/// Formats names as the library does: a list in JSON.
fn list(names: &[String]) -> String {
    serde_json::to_string(names).expect("names can be serialized")
}

/// A contradiction. The texts are recorded for `Untagged`, `AnyIsNotLast` and `NoTagList` (copies of users, 2025 and 2026). The others are
/// `[ASSUME]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidRules {
    #[error("A lifecycle policy can have at most 50 rules")]
    TooMany,
    #[error("Each rule must have a unique rulePriority")]
    SamePriority,
    #[error("Only one rule can select Untagged images per storage class")]
    Untagged,
    #[error("Rule for tagStatus=ANY must have the lowest priority per storage class")]
    AnyIsNotLast,
    #[error("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.")]
    NoTagList,
    #[error("Must not specify both tagPrefixList and tagPatternList.")]
    BothTagLists,
    #[error("Must not specify tagPrefixList or tagPatternList unless tagStatus=TAGGED.")]
    TagListOfOthers,
    #[error("A tag pattern can contain at most 4 wildcards (*)")]
    TooManyWildcards,
    #[error("Only one rule can select the same tagPrefixList or tagPatternList per storage class")]
    SameTagList,
    #[error(
        "countType=sinceImageTransitioned requires storageClass=archive, and the other values of countType require storageClass=standard"
    )]
    StorageClass,
    #[error("countType=sinceImagePulled requires the action transition")]
    PulledIsNotTransition,
    #[error("countType=sinceImageTransitioned requires the action expire")]
    TransitionedIsNotExpire,
    #[error("countNumber must be at least 90 when countType=sinceImageTransitioned")]
    TransitionedTooSoon,
}
