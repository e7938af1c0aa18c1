//! `imageId`: identifies an image by its digest, its tag, or both.

use serde::{Deserialize, Serialize};

use crate::domain::{Selection, SelectionError, TaggedImage};
use crate::types::{Digest, Reference, Tag};

/// `imageId` in inputs and outputs. In an input, it may be invalid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImageId {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image_digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image_tag: Option<String>,
}

impl ImageId {
    pub(crate) fn new(digest: &Digest, tag: Option<&Tag>) -> Self {
        ImageId {
            image_digest: Some(digest.to_string()),
            image_tag: tag.map(ToString::to_string),
        }
    }

    /// Returns the digest, or the tag if there is no digest.
    ///
    /// Source of codes and messages: the enum `ImageFailureCode` of the service model, and getmoto/moto, which took them from ECR.
    /// `[ASSUME]`
    pub(crate) fn reference(&self) -> Result<Reference, Failure> {
        let digest = self.image_digest.as_deref().map(str::parse);
        let tag = self.image_tag.as_deref().map(str::parse);
        match (digest, tag) {
            (None, None) => Err(Failure::MissingDigestAndTag),
            (Some(Err(_)), _) if !self.matches_digest_pattern() => Err(Failure::InvalidImageDigest),
            (_, Some(Err(_))) => Err(Failure::InvalidImageTag),
            (Some(Err(_)), _) => Err(Failure::ImageNotFound),
            (Some(Ok(digest)), _) => Ok(Reference::Digest(digest)),
            (None, Some(Ok(tag))) => Ok(Reference::Tag(tag)),
        }
    }

    fn matches_digest_pattern(&self) -> bool {
        self.image_digest
            .as_deref()
            .is_some_and(matches_digest_pattern)
    }

    /// Returns the image that [`reference`](Self::reference) identifies. If there is also a tag, it must name the image.
    pub(crate) fn require(&self, image: Option<TaggedImage>) -> Result<TaggedImage, Failure> {
        let image = image.ok_or(Failure::ImageNotFound)?;
        match &self.image_tag {
            Some(tag) if !image.tags.iter().any(|one| one.as_str() == tag) => {
                Err(Failure::ImageTagDoesNotMatchDigest)
            }
            _ => Ok(image),
        }
    }

    /// Returns what selects the image: the digest, the tag, or both.
    pub(crate) fn selection(&self) -> Result<Selection, Failure> {
        let tag = self.image_tag.as_deref().and_then(|tag| tag.parse().ok());
        Ok(match (self.reference()?, tag) {
            (Reference::Digest(digest), Some(tag)) => Selection::Both(digest, tag),
            (Reference::Digest(digest), None) => Selection::Digest(digest),
            (Reference::Tag(tag), _) => Selection::Tag(tag),
        })
    }
}

/// Returns whether a text matches `[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+`, the pattern in ECR's message. `[ASSUME]`: a digest that matches it but
/// has an unsupported algorithm is valid and does not exist.
pub(crate) fn matches_digest_pattern(text: &str) -> bool {
    let is_algorithm = |c: u8| c.is_ascii_alphanumeric() || b"-_+.".contains(&c);
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty()
            && !hex.is_empty()
            && algorithm.bytes().all(is_algorithm)
            && hex.bytes().all(|c| c.is_ascii_hexdigit())
    })
}

/// The reason why an operation fails for one of several images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    MissingDigestAndTag,
    InvalidImageDigest,
    InvalidImageTag,
    ImageNotFound,
    ImageTagDoesNotMatchDigest,
    ImageReferencedByManifestList(Vec<Digest>),
    /// The image is archived or being restored. The text is `[ASSUME]`.
    ImageInaccessible,
    UpstreamAccessDenied,
    UpstreamTooManyRequests,
    UpstreamUnavailable,
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Self {
        match error {
            SelectionError::ImageNotFound => Failure::ImageNotFound,
            SelectionError::Inaccessible => Failure::ImageInaccessible,
            SelectionError::TagDoesNotMatch => Failure::ImageTagDoesNotMatchDigest,
            SelectionError::ListedByIndexes(indexes) => {
                Failure::ImageReferencedByManifestList(indexes)
            }
        }
    }
}

/// A [`Failure`] in an output.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImageFailure {
    failure_code: &'static str,
    failure_reason: String,
    image_id: ImageId,
}

impl Failure {
    pub(crate) fn into_output(self, image_id: ImageId) -> ImageFailure {
        ImageFailure {
            failure_code: self.code(),
            failure_reason: self.reason(),
            image_id,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Failure::MissingDigestAndTag => "MissingDigestAndTag",
            Failure::InvalidImageDigest => "InvalidImageDigest",
            Failure::InvalidImageTag => "InvalidImageTag",
            Failure::ImageNotFound => "ImageNotFound",
            Failure::ImageTagDoesNotMatchDigest => "ImageTagDoesNotMatchDigest",
            Failure::ImageReferencedByManifestList(_) => "ImageReferencedByManifestList",
            Failure::ImageInaccessible => "ImageInaccessible",
            Failure::UpstreamAccessDenied => "UpstreamAccessDenied",
            Failure::UpstreamTooManyRequests => "UpstreamTooManyRequests",
            Failure::UpstreamUnavailable => "UpstreamUnavailable",
        }
    }

    fn reason(&self) -> String {
        match self {
            Failure::MissingDigestAndTag => {
                "Invalid request parameters: both tag and digest cannot be null".to_owned()
            }
            Failure::InvalidImageDigest => {
                "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'".to_owned()
            }
            Failure::InvalidImageTag => {
                "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9-_.]+'".to_owned()
            }
            Failure::ImageNotFound => "Requested image not found".to_owned(),
            Failure::ImageTagDoesNotMatchDigest => {
                "Requested image tag does not match the digest".to_owned()
            }
            Failure::ImageInaccessible => "Requested image is archived or being restored".to_owned(),
            // The texts about upstream registries are `[ASSUME]`.
            Failure::UpstreamAccessDenied => {
                "The upstream registry denied access to the requested image".to_owned()
            }
            Failure::UpstreamTooManyRequests => {
                "The upstream registry rejected the request because of too many requests".to_owned()
            }
            Failure::UpstreamUnavailable => "The upstream registry is unavailable".to_owned(),
            Failure::ImageReferencedByManifestList(lists) => {
                let lists: Vec<&str> = lists.iter().map(Digest::as_str).collect();
                format!("Requested image referenced by manifest list: [{}]", lists.join(", "))
            }
        }
    }
}
