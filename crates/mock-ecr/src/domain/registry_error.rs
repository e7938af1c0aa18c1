//! The errors of the settings of a registry.

use crate::aws::pull_through_rule::InvalidRule;
use crate::domain::mutability::MutabilityError;
use crate::iam::policy::invalid_policy::InvalidPolicy;
use crate::types::AccountId;

/// An error of an operation on the settings of a registry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegistrySettingError {
    #[error("the registry of the account {0} has no policy")]
    PolicyNotFound(AccountId),
    #[error("the policy of a registry is invalid: {0}")]
    InvalidPolicy(InvalidPolicy),
    #[error("the pulls of the principal are not recorded already")]
    ExclusionAlreadyExists,
    #[error("the pulls of the principal are recorded")]
    ExclusionNotFound,
    #[error("the registry has the maximum number of principals whose pulls are not recorded")]
    TooManyExclusions,
    #[error("the registry has a pull-through cache rule with the prefix {0}")]
    PullThroughRuleAlreadyExists(String),
    #[error("the registry has no pull-through cache rule with the prefix {0}")]
    PullThroughRuleNotFound(String),
    #[error("the registry has the maximum number of pull-through cache rules")]
    TooManyPullThroughRules,
    #[error("the settings of a pull-through cache rule are invalid: {0}")]
    InvalidPullThroughRule(#[from] InvalidRule),
    #[error("the registry has no signing configuration")]
    SigningConfigurationNotFound,
    #[error("the registry has a repository creation template with the prefix {0}")]
    TemplateAlreadyExists(String),
    #[error("the registry has no repository creation template with the prefix {0}")]
    TemplateNotFound(String),
    #[error("the registry has the maximum number of repository creation templates")]
    TooManyTemplates,
    #[error(transparent)]
    Mutability(#[from] MutabilityError),
    #[error("the replication configuration does not contain the destination of the backfill")]
    BackfillDestinationNotConfigured,
    #[error("a replication backfill to the Region is in progress")]
    BackfillInProgress,
    #[error("the registry has the maximum number of replication backfills in progress")]
    TooManyBackfills,
    #[error("the replication backfill does not exist")]
    BackfillNotFound,
    #[error("the replication backfill has ended")]
    BackfillHasEnded,
    /// Resource tags and KMS keys require a role.
    #[error(
        "the repository creation template with the prefix {0} creates no repository: resource tags and KMS keys require customRoleArn"
    )]
    TemplateWithoutRole(String),
}
