//! The kinds of work in the background.

use serde::{Deserialize, Serialize};

/// A kind of work in the background: work that ends some time after the request that begins it. The table `background` of the
/// configuration contains the durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackgroundKind {
    /// A replication backfill: its preparation, and the replication of each group of 100 images and tags.
    Backfill,
    /// A preview of a lifecycle policy.
    LifecyclePreview,
    /// The replication of a push, a restoration or a deletion.
    Replication,
    /// The restoration of an archived image.
    Restoration,
    /// A scan of an image.
    Scan,
    /// The signature of an image.
    Signature,
}

impl BackgroundKind {
    /// All kinds.
    pub const ALL: [BackgroundKind; 6] = [
        BackgroundKind::Backfill,
        BackgroundKind::LifecyclePreview,
        BackgroundKind::Replication,
        BackgroundKind::Restoration,
        BackgroundKind::Scan,
        BackgroundKind::Signature,
    ];
}

/// How much work in the background was finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(any(test, feature = "schemars"), derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BackgroundRun {
    /// The number of steps of replication backfills: the preparation, and each group of 100 images and tags.
    pub backfill: usize,
    /// The number of previews of lifecycle policies.
    pub lifecycle_preview: usize,
    /// The number of replications: one for each image and tag that was pushed, restored or deleted, and each destination.
    pub replication: usize,
    /// The number of restored images.
    pub restoration: usize,
    /// The number of scans.
    pub scan: usize,
    /// The number of signatures, including those that have failed.
    pub signature: usize,
}

impl BackgroundRun {
    pub(super) fn add(&mut self, kind: BackgroundKind, number: usize) {
        let total = match kind {
            BackgroundKind::Backfill => &mut self.backfill,
            BackgroundKind::LifecyclePreview => &mut self.lifecycle_preview,
            BackgroundKind::Replication => &mut self.replication,
            BackgroundKind::Restoration => &mut self.restoration,
            BackgroundKind::Scan => &mut self.scan,
            BackgroundKind::Signature => &mut self.signature,
        };
        *total += number;
    }

    pub(super) fn join(&mut self, other: Self) {
        self.backfill += other.backfill;
        self.lifecycle_preview += other.lifecycle_preview;
        self.replication += other.replication;
        self.restoration += other.restoration;
        self.scan += other.scan;
        self.signature += other.signature;
    }
}
