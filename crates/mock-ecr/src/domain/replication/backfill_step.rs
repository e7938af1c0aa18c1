//! The steps of replication backfills and the images that they replicate, as records contain them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::replication::failure::Failure;
use crate::domain::replication::rule::PrivateRegistry;
use crate::types::{Digest, RepositoryName, Tag};

/// A step of a backfill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::domain) struct BackfillStep {
    pub(super) registry: PrivateRegistry,
    pub(super) id: String,
    pub(super) stage: Stage,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Determines the images to replicate.
    Prepare,
    /// Replicates the images of one record.
    Replicate { chunk: usize },
    /// Removes the records of a backfill that has ended.
    Forget,
}

impl BackfillStep {
    pub(super) fn new(registry: &PrivateRegistry, id: &str, stage: Stage) -> Self {
        BackfillStep {
            registry: registry.clone(),
            id: id.to_owned(),
            stage,
        }
    }

    /// Returns whether the step removes the records of a backfill that has ended long ago.
    pub(in crate::domain) fn is_removal(&self) -> bool {
        matches!(self.stage, Stage::Forget)
    }
}

/// The name of the work.
impl fmt::Display for BackfillStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BackfillStep {
            registry,
            id,
            stage,
        } = self;
        match stage {
            Stage::Prepare => write!(f, "backfill {registry} {id} prepare"),
            Stage::Replicate { chunk } => write!(f, "backfill {registry} {id} {chunk:06}"),
            Stage::Forget => write!(f, "backfill {registry} {id} forget"),
        }
    }
}

/// The number of images that a record contains, and that are replicated in the configured delay. `[ASSUME]`
pub(super) const CHUNK: usize = 100;

/// How long a backfill that has ended is returned. Source: the description of `ListReplicationBackfills`.
pub(super) const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// A replication of a backfill: an image with one of its tags, or without a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackfillImage {
    pub(crate) repository: RepositoryName,
    pub(crate) image: Digest,
    pub(crate) tag: Option<Tag>,
    pub(crate) is_index: bool,
    /// `None` if the replication has not ended.
    pub(crate) outcome: Option<Result<(), Failure>>,
}

/// The service model permits upper-case digits.
pub(super) fn record_name(id: &str) -> String {
    id.to_ascii_lowercase()
}
