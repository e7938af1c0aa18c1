//! Changes that are replicated, as the records of due work contain them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::replication::rule::PrivateRegistry;
use crate::store::Generation;
use crate::types::{Digest, Tag};

/// A change of an image or a tag that is carried out in another registry, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::domain) struct ReplicaChange {
    /// The repository of the source.
    pub(in crate::domain) generation: Generation,
    pub(super) destination: PrivateRegistry,
    pub(super) image: Digest,
    pub(super) tag: Option<Tag>,
    pub(super) kind: ChangeKind,
}

/// What is carried out in the other registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChangeKind {
    Copy,
    RemoveTag,
    RemoveIndex,
    RemoveImage,
}

impl ChangeKind {
    /// Returns the part of the name of the work that determines the order of changes at one time: an index is removed before its images.
    fn name(self) -> &'static str {
        match self {
            ChangeKind::Copy => "1-copy",
            ChangeKind::RemoveTag => "2-remove-tag",
            ChangeKind::RemoveIndex => "3-remove-index",
            ChangeKind::RemoveImage => "4-remove-image",
        }
    }
}

/// The name of the work.
impl fmt::Display for ReplicaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, tag) = (self.kind.name(), self.tag.as_ref());
        let tag = tag.map_or("", Tag::as_str);
        let ReplicaChange {
            destination, image, ..
        } = self;
        write!(f, "replicate {kind} {destination} {image} {tag}")
    }
}
