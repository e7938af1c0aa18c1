//! Errors of the methods of a repository.

use std::error::Error;

use crate::config::ArgumentError;
use crate::domain;
use crate::types::error_chain::debug_as_chain;
use crate::types::similar::{DidYouMean, most_similar};
use crate::types::{Digest, RegistryId, RepositoryId, RepositoryName};

/// An error returned by a method of [`Repository`](crate::repository::Repository) or by
/// [`MockEcr::create_repository`](crate::MockEcr::create_repository).
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// An argument, such as a name or a tag, is invalid.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// The repository does not exist.
    #[error(
        "the repository {repository} does not exist in {registry}: create it with push or create_repository, or let clients create it with \
        create_on_push{}", DidYouMean(&as_strs(similar))
    )]
    RepositoryNotFound {
        /// The repository.
        repository: RepositoryName,
        /// The account and the Region of the registry.
        registry: String,
        /// Similar repositories of this registry, and the repository of this name in another registry.
        similar: Vec<String>,
    },
    /// A repository of this name already exists.
    #[error("the repository {0} already exists")]
    RepositoryAlreadyExists(RepositoryName),
    /// The repository does not contain the image.
    #[error("the repository {repository} has no image {reference}")]
    ImageNotFound {
        /// The repository.
        repository: RepositoryName,
        /// The tag or the digest of the image.
        reference: String,
    },
    /// The reference is that of an index, which has neither layers nor a configuration.
    #[error(
        "{reference} of the repository {repository} is an index: expected an image, such as the first one of the index, {image}"
    )]
    IsIndex {
        /// The name of the repository.
        repository: String,
        /// The tag or the digest of the index.
        reference: String,
        /// The first image of the index.
        image: Digest,
    },
    /// The repository does not contain the layer.
    #[error("the repository {repository} has no layer {digest}")]
    LayerNotFound {
        /// The repository.
        repository: RepositoryName,
        /// The digest of the layer.
        digest: Digest,
    },
    /// The tag belongs to another image, and the tags of the repository are immutable.
    #[error("the tag {tag} of the repository {repository} is immutable")]
    ImageTagAlreadyExists {
        /// The repository.
        repository: RepositoryName,
        /// The tag.
        tag: String,
    },
    /// The repository has no lifecycle policy.
    #[error("the repository {0} has no lifecycle policy: set one with set_lifecycle_policy")]
    LifecyclePolicyNotFound(RepositoryName),
    /// The registry rejects the image, for example because it has no layers, an empty layer, or a manifest of more than 4,194,304 characters.
    #[error("the registry rejects the image")]
    InvalidImage(#[source] Box<dyn Error + Send + Sync>),
    /// The image is an index or an artifact, which has no scans.
    #[error("the image has no scans")]
    NotScannable(#[source] Box<dyn Error + Send + Sync>),
    /// A [quota](crate::config::Quotas) does not permit another repository, image or tag.
    #[error("a quota is reached")]
    QuotaReached(#[source] Box<dyn Error + Send + Sync>),
    /// An internal error of the mock, for example an error of its store.
    #[error("internal error of the mock")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

debug_as_chain!(RepositoryError);

impl RepositoryError {
    /// Adds the repositories that the caller could have meant.
    pub(super) fn with_similar(
        mut self,
        missing: &RepositoryId,
        existing: &[RepositoryId],
    ) -> Self {
        if let RepositoryError::RepositoryNotFound { similar, .. } = &mut self {
            let in_registry = existing.iter().filter(|id| id.registry == missing.registry);
            let names = in_registry.map(|id| id.name.as_str());
            similar.extend(
                most_similar(missing.name.as_str(), names)
                    .into_iter()
                    .map(str::to_owned),
            );
            let elsewhere = existing.iter().find(|id| id.name == missing.name);
            similar
                .extend(elsewhere.map(|id| format!("{} in {}", id.name, describe(&id.registry))));
        }
        self
    }
}

fn describe(registry: &RegistryId) -> String {
    match registry {
        RegistryId::Private { account, region } => format!("account {account}, Region {region}"),
        RegistryId::Public { account, .. } => format!("the public registry of account {account}"),
    }
}

fn as_strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

impl From<domain::RepositoryError> for RepositoryError {
    fn from(error: domain::RepositoryError) -> Self {
        use domain::RepositoryError as Domain;
        match error {
            Domain::RepositoryNotFound(id) => RepositoryError::RepositoryNotFound {
                registry: describe(&id.registry),
                repository: id.name,
                similar: Vec::new(),
            },
            Domain::RepositoryAlreadyExists(id) => {
                RepositoryError::RepositoryAlreadyExists(id.name)
            }
            Domain::ImageNotFound {
                repository,
                reference,
            } => RepositoryError::ImageNotFound {
                repository: repository.name,
                reference: reference.to_string(),
            },
            Domain::LifecyclePolicyNotFound(id) => {
                RepositoryError::LifecyclePolicyNotFound(id.name)
            }
            Domain::TagAlreadyExists { repository, tag } => {
                RepositoryError::ImageTagAlreadyExists {
                    repository: repository.name,
                    tag: tag.to_string(),
                }
            }
            Domain::LayersNotFound {
                repository,
                mut layers,
            } if layers.len() == 1 => RepositoryError::LayerNotFound {
                repository: repository.name,
                digest: layers.remove(0),
            },
            error @ (Domain::InvalidManifest(_) | Domain::EmptyUpload { .. }) => {
                RepositoryError::InvalidImage(Box::new(error))
            }
            error @ (Domain::TooManyImages { .. }
            | Domain::TooManyTags { .. }
            | Domain::TooManyRepositories { .. }) => RepositoryError::QuotaReached(Box::new(error)),
            Domain::Scan(error) => RepositoryError::NotScannable(Box::new(error)),
            error => RepositoryError::Internal(Box::new(error)),
        }
    }
}

/// The reason why an account cannot be used: it does not exist in the configuration.
#[derive(Debug, thiserror::Error)]
#[error("the mock has no such account: expected {}, or an account that MockEcrBuilder::account adds", .0.join(" or "))]
pub(crate) struct UnknownAccount(pub(super) Vec<String>);
