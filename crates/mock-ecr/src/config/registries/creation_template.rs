//! The repository creation template of a registry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::encryption::Encryption;
use crate::config::registry::ImageTagMutability;
use crate::types::TagFilter;

/// An initial repository creation template of a registry, as `CreateRepositoryCreationTemplate` creates it. It applies to the
/// repositories that are created later, and not to the initial repositories.
///
/// ```
/// use mock_ecr::config::{CreationCause, CreationTemplate};
///
/// let template = CreationTemplate::new("team", [CreationCause::CreateOnPush])
///     .description("for the team")
///     .lifecycle_policy(r#"{"rules": []}"#);
/// assert_eq!(template.prefix, "team");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CreationTemplate {
    /// The prefix of the repositories, or `ROOT`.
    pub prefix: String,
    /// The causes of the creation of a repository to which the template applies, at least one.
    pub applied_for: Vec<CreationCause>,
    /// A description.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether a tag can be moved to another image. The default is [`ImageTagMutability::Mutable`].
    #[serde(default)]
    pub image_tag_mutability: ImageTagMutability,
    /// The tags to which `image_tag_mutability` does not apply, at most five filters.
    #[serde(default)]
    pub image_tag_mutability_exclusion_filters: Vec<TagFilter>,
    /// The encryption of the repositories. The default is
    /// [`EncryptionType::Aes256`](crate::config::EncryptionType::Aes256).
    #[serde(default)]
    pub encryption: Encryption,
    /// The resource tags of the repositories: keys and values, at most 50.
    #[serde(default)]
    pub resource_tags: BTreeMap<String, String>,
    /// The policy of the repositories, in JSON.
    #[serde(default)]
    pub repository_policy: Option<String>,
    /// The lifecycle policy of the repositories, in JSON.
    #[serde(default)]
    pub lifecycle_policy: Option<String>,
    /// The ARN of a role of the account. Resource tags and keys of AWS KMS require it: a template without it creates no
    /// repository.
    #[serde(default)]
    pub custom_role_arn: Option<String>,
}

impl CreationTemplate {
    /// Creates a template with the default settings.
    pub fn new(
        prefix: impl Into<String>,
        applied_for: impl IntoIterator<Item = CreationCause>,
    ) -> Self {
        CreationTemplate {
            prefix: prefix.into(),
            applied_for: applied_for.into_iter().collect(),
            description: None,
            image_tag_mutability: ImageTagMutability::Mutable,
            image_tag_mutability_exclusion_filters: Vec::new(),
            encryption: Encryption::default(),
            resource_tags: BTreeMap::new(),
            repository_policy: None,
            lifecycle_policy: None,
            custom_role_arn: None,
        }
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets whether tags can be moved, and the tags to which this does not apply.
    #[must_use]
    pub fn image_tag_mutability(
        mut self,
        mutability: ImageTagMutability,
        exclusion_filters: impl IntoIterator<Item = TagFilter>,
    ) -> Self {
        self.image_tag_mutability = mutability;
        self.image_tag_mutability_exclusion_filters = exclusion_filters.into_iter().collect();
        self
    }

    /// Sets the encryption of the repositories.
    #[must_use]
    pub fn encryption(mut self, encryption: Encryption) -> Self {
        self.encryption = encryption;
        self
    }

    /// Adds a resource tag, or replaces its value.
    #[must_use]
    pub fn resource_tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource_tags.insert(key.into(), value.into());
        self
    }

    /// Sets the policy of the repositories, in JSON.
    #[must_use]
    pub fn repository_policy(mut self, json: impl Into<String>) -> Self {
        self.repository_policy = Some(json.into());
        self
    }

    /// Sets the lifecycle policy of the repositories, in JSON.
    #[must_use]
    pub fn lifecycle_policy(mut self, json: impl Into<String>) -> Self {
        self.lifecycle_policy = Some(json.into());
        self
    }

    /// Sets the ARN of a role of the account.
    #[must_use]
    pub fn custom_role_arn(mut self, arn: impl Into<String>) -> Self {
        self.custom_role_arn = Some(arn.into());
        self
    }
}

/// The cause for which ECR creates a repository on behalf of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum CreationCause {
    /// A push to a repository that does not exist.
    CreateOnPush,
    /// The import of an image from an upstream registry.
    PullThroughCache,
    /// The replication of an image.
    Replication,
}

impl CreationCause {
    const ALL: [CreationCause; 3] = [
        CreationCause::CreateOnPush,
        CreationCause::PullThroughCache,
        CreationCause::Replication,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }

    /// Returns the name in the API. Source: the enum `RCTAppliedFor` of the service model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            CreationCause::CreateOnPush => "CREATE_ON_PUSH",
            CreationCause::PullThroughCache => "PULL_THROUGH_CACHE",
            CreationCause::Replication => "REPLICATION",
        }
    }
}
