//! Why an image is not replicated.

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::registry_error::RegistrySettingError;
use crate::store::{StoreError, Transaction};
use crate::types::error_chain::chain;

/// The reason why an image was not replicated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FailureCode {
    /// The policy of the destination does not allow it.
    AccessDenied,
    /// The image was deleted in the meantime. Only a backfill reports it.
    ImageNotFound,
    LayerNotFound,
    /// The destination has reached a quota.
    LimitExceeded,
    /// The template of the destination cannot create a repository.
    RepositoryNotCreated,
    /// A record of the store is invalid.
    Internal,
}

impl FailureCode {
    /// Returns the code in outputs. Source of the first one: aws/containers-roadmap#2675 (2025). The others are `[ASSUME]`: the service model
    /// does not list the codes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FailureCode::AccessDenied => "DESTINATION_REGISTRY_ACCESS_DENIED",
            FailureCode::ImageNotFound => "IMAGE_NOT_FOUND",
            FailureCode::LayerNotFound => "LAYER_NOT_FOUND",
            FailureCode::LimitExceeded => "DESTINATION_LIMIT_EXCEEDED",
            FailureCode::RepositoryNotCreated => "DESTINATION_REPOSITORY_CREATION_FAILED",
            FailureCode::Internal => "INTERNAL_FAILURE",
        }
    }
}

/// An error of the replication of one image.
#[derive(Debug)]
pub(super) enum CopyError {
    /// The image is not replicated. Other work continues.
    Failed(Failure),
    /// The store does not work. The work is done later.
    Store(RepositoryError),
}

/// The failure of the replication of an image, or of an image that it lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) code: FailureCode,
    pub(crate) is_of_listed_image: bool,
}

impl From<FailureCode> for Failure {
    fn from(code: FailureCode) -> Self {
        Failure {
            code,
            is_of_listed_image: false,
        }
    }
}

impl CopyError {
    /// Returns the error of the index that lists the image.
    pub(super) fn of_listed_image(self) -> Self {
        match self {
            CopyError::Failed(failure) => CopyError::Failed(Failure {
                is_of_listed_image: true,
                ..failure
            }),
            CopyError::Store(error) => CopyError::Store(error),
        }
    }
}

impl From<FailureCode> for CopyError {
    fn from(code: FailureCode) -> Self {
        CopyError::Failed(code.into())
    }
}

impl From<StoreError> for CopyError {
    fn from(error: StoreError) -> Self {
        RepositoryError::from(error).into()
    }
}

impl From<RepositoryError> for CopyError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::TooManyRepositories { .. }
            | RepositoryError::TooManyImages { .. }
            | RepositoryError::TooManyTags { .. } => FailureCode::LimitExceeded.into(),
            RepositoryError::Registry(RegistrySettingError::TemplateWithoutRole(_))
            | RepositoryError::InvalidKmsKey(_) => FailureCode::RepositoryNotCreated.into(),
            RepositoryError::Store(StoreError::Record { .. }) => internal(&error),
            RepositoryError::Store(error) => CopyError::Store(error.into()),
            error => internal(&error),
        }
    }
}

fn internal(error: &RepositoryError) -> CopyError {
    tracing::error!(error = %chain(error), "an image is not replicated");
    FailureCode::Internal.into()
}

/// Carries out a part of the work of a transaction. If the part fails, but not the store, its changes are dropped and the failure is logged: it must
/// not stop other work.
pub(super) fn contain(
    records: &mut Transaction<'_>,
    part: impl FnOnce(&mut Transaction<'_>) -> Result<(), CopyError>,
) -> Result<(), RepositoryError> {
    if let Err(failure) = outcome(records.attempt(part))? {
        let code = failure.code.name();
        tracing::warn!(code, "a part of a replication is not carried out");
    }
    Ok(())
}

/// Separates the failure of one image from an error of the store.
pub(super) fn outcome<T>(
    result: Result<T, CopyError>,
) -> Result<Result<T, Failure>, RepositoryError> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(CopyError::Failed(failure)) => Ok(Err(failure)),
        Err(CopyError::Store(error)) => Err(error),
    }
}
