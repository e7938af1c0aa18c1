//! The rejections to which errors of pushes belong, and their messages.

use crate::domain::error::{InvalidManifest, RepositoryError};
use crate::domain::rejection::{Rejection, Rule};
use crate::types::{Digest, RepositoryId};

impl RepositoryError {
    /// Returns the rejection to which the error belongs, and its message.
    pub(crate) fn rejection(&self) -> Option<(&'static Rejection, String)> {
        let rejection = self.rule()?.rejection();
        Some((rejection, self.message(rejection.message)))
    }

    fn rule(&self) -> Option<Rule> {
        match self {
            RepositoryError::EmptyUpload { .. } => Some(Rule::EmptyLayer),
            RepositoryError::SmallPart => Some(Rule::SmallPart),
            RepositoryError::LayerDigestMismatch { .. } => Some(Rule::LayerDigest),
            RepositoryError::PartOutOfOrder { .. } => Some(Rule::PartOrder),
            RepositoryError::MissingLayers { .. } => Some(Rule::MissingLayers),
            RepositoryError::ReferencedImagesNotFound { .. } => Some(Rule::MissingImages),
            RepositoryError::DigestMismatch { .. } => Some(Rule::ImageDigest),
            RepositoryError::InvalidManifest(InvalidManifest::Rejected(rule)) => Some(*rule),
            RepositoryError::InvalidManifest(InvalidManifest::UnknownMember(_)) => {
                Some(Rule::UnknownMember)
            }
            RepositoryError::TooManyImages { .. } => Some(Rule::ImageQuota),
            RepositoryError::TooManyTags { .. } => Some(Rule::TagQuota),
            RepositoryError::TooManyRepositories { .. } => Some(Rule::RepositoryQuota),
            _ => None,
        }
    }

    /// Returns a message of the table with the values of the error.
    fn message(&self, text: &str) -> String {
        match self {
            RepositoryError::EmptyUpload { repository, upload } => {
                of_repository(text, repository).replace("{upload}", upload.as_str())
            }
            RepositoryError::MissingLayers {
                repository,
                layers: digests,
            }
            | RepositoryError::ReferencedImagesNotFound {
                repository,
                images: digests,
            } => of_repository(text, repository).replace("{digests}", &joined(digests)),
            RepositoryError::DigestMismatch {
                repository,
                expected,
                ..
            } => of_repository(text, repository).replace("{digest}", expected.as_str()),
            RepositoryError::TooManyTags {
                repository,
                tag,
                limit,
            } => of_quota(text, repository, *limit).replace("{tag}", tag.as_str()),
            RepositoryError::TooManyImages { repository, limit }
            | RepositoryError::TooManyRepositories { repository, limit } => {
                of_quota(text, repository, *limit)
            }
            RepositoryError::PartOutOfOrder {
                start, expected, ..
            } => {
                let text = text.replace("{start}", &start.to_string());
                text.replace("{expected}", &expected.to_string())
            }
            _ => text.to_owned(),
        }
    }
}

fn of_repository(text: &str, id: &RepositoryId) -> String {
    let text = text.replace("{repository}", id.name.as_str());
    text.replace("{account}", &id.account().to_string())
}

fn of_quota(text: &str, id: &RepositoryId, limit: u32) -> String {
    of_repository(text, id).replace("{limit}", &limit.to_string())
}

fn joined(digests: &[Digest]) -> String {
    let digests: Vec<&str> = digests.iter().map(Digest::as_str).collect();
    digests.join(", ")
}
