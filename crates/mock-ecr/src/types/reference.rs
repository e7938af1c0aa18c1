//! References to manifests: tags and digests.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::types::digest::Digest;
use crate::types::name::{NameError, as_text};

/// A tag of an image. Source of the form: OCI Distribution 1.1, "Pulling manifests". Source of the length: `ImageTag` in the service model
/// (botocore 1.44.5). The form of longer tags than OCI permits is `[ASSUME]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Tag(Arc<str>);

impl Tag {
    /// The maximum number of characters. Source: `ImageTag` in the service model.
    pub(crate) const MAX_LENGTH: usize = 300;

    /// Returns the tag as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether OCI Distribution 1.1 permits the tag.
    pub(crate) fn is_oci(&self) -> bool {
        self.0.len() <= 128
    }
}

impl FromStr for Tag {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
        let mut bytes = text.bytes();
        let is_tag = text.len() <= Self::MAX_LENGTH
            && bytes.next().is_some_and(is_word)
            && bytes.all(|c| is_word(c) || c == b'.' || c == b'-');
        if is_tag {
            Ok(Tag(text.into()))
        } else {
            let expected = "1 to 300 letters, digits, underscores, dots and hyphens, beginning with a letter, digit or underscore";
            Err(NameError::new("tag", text, expected))
        }
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> String {
        tag.0.as_ref().to_owned()
    }
}

as_text!(Tag);

/// The tag or the digest of a manifest. A text with a colon is a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Tag(Tag),
    Digest(Digest),
}

impl FromStr for Reference {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.contains(':') {
            text.parse().map(Reference::Digest)
        } else {
            text.parse().map(Reference::Tag)
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Tag(tag) => tag.fmt(f),
            Reference::Digest(digest) => digest.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_at_most_300_allowed_characters() {
        for right in ["latest", "_", "1.0-rc_2", &"a".repeat(300)] {
            assert_eq!(right.parse::<Tag>().unwrap().as_str(), right);
        }
        for wrong in ["", ".", "-a", "a/b", "a b", "é", "a\n", &"a".repeat(301)] {
            assert!(wrong.parse::<Tag>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_reference_with_a_colon_is_a_digest() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert!(matches!(digest.parse(), Ok(Reference::Digest(_))));
        assert!(matches!("latest".parse(), Ok(Reference::Tag(_))));
        assert!("sha256:0a".parse::<Reference>().is_err());
    }
}
