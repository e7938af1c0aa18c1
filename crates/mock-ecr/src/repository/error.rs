//! Errors of the methods of a repository.

use std::error::Error;

use crate::config::ArgumentError;
use crate::domain;
use crate::types::RepositoryName;

/// An error returned by a method of [`Repository`](crate::repository::Repository) or by
/// [`MockEcr::create_repository`](crate::MockEcr::create_repository).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// An argument, such as a name or a tag, is invalid.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// The repository does not exist.
    #[error("the repository {0} does not exist")]
    RepositoryNotFound(RepositoryName),
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
    /// The tag belongs to another image, and the tags of the repository are immutable.
    #[error("the tag {tag} of the repository {repository} is immutable")]
    ImageTagAlreadyExists {
        /// The repository.
        repository: RepositoryName,
        /// The tag.
        tag: String,
    },
    /// The registry rejects the manifest of the image, for example because the manifest is larger than 4 MiB.
    #[error("the registry rejects the manifest of the image")]
    InvalidImage(#[source] Box<dyn Error + Send + Sync>),
    /// An internal error of the mock, for example an error of its store.
    #[error("the mock failed")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl From<domain::RepositoryError> for RepositoryError {
    fn from(error: domain::RepositoryError) -> Self {
        use domain::RepositoryError as Domain;
        match error {
            Domain::RepositoryNotFound(id) => RepositoryError::RepositoryNotFound(id.name),
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
            Domain::TagAlreadyExists { repository, tag } => {
                RepositoryError::ImageTagAlreadyExists {
                    repository: repository.name,
                    tag: tag.to_string(),
                }
            }
            error @ Domain::InvalidManifest(_) => RepositoryError::InvalidImage(Box::new(error)),
            error => RepositoryError::Internal(Box::new(error)),
        }
    }
}
