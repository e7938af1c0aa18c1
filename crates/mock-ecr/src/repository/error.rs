//! Errors of what is done to a repository in code.

use std::error::Error;

use crate::config::ArgumentError;
use crate::domain;
use crate::types::RepositoryName;

/// Why something could not be done to a repository.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// An argument is invalid, such as a name or a tag.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// The repository does not exist.
    #[error("the repository {0} does not exist")]
    RepositoryNotFound(RepositoryName),
    /// A repository of this name exists.
    #[error("the repository {0} exists already")]
    RepositoryAlreadyExists(RepositoryName),
    /// The repository does not have the image.
    #[error("the repository {repository} has no image {reference}")]
    ImageNotFound {
        /// The repository.
        repository: RepositoryName,
        /// The tag or the digest of the image.
        reference: String,
    },
    /// The tag names another image, and tags of the repository are immutable.
    #[error("the tag {tag} of the repository {repository} is immutable")]
    ImageTagAlreadyExists {
        /// The repository.
        repository: RepositoryName,
        /// The tag.
        tag: String,
    },
    /// The mock failed, as when its store does.
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
            error => RepositoryError::Internal(Box::new(error)),
        }
    }
}
