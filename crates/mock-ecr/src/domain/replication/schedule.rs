//! Schedules the replication of pushes, restorations and deletions.

use std::collections::BTreeSet;

use crate::domain::due::{self, Work};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, tags_in};
use crate::domain::manifest_rules::Kind;
use crate::domain::replication::change::{ChangeKind, ReplicaChange};
use crate::domain::replication::configuration::Replication;
use crate::domain::replication::rule::PrivateRegistry;
use crate::domain::replication::status::{self, ReplicationState};
use crate::domain::repositories::published;
use crate::store::{Generation, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, Tag};

impl Replication {
    /// Schedules the replication of an image that was pushed, or whose tag was moved.
    pub(in crate::domain) fn pushed(
        &self,
        records: &mut Transaction<'_>,
        id: &RepositoryId,
        generation: &Generation,
        image: &Digest,
        tag: Option<&Tag>,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        for destination in self.destinations(records.view(), id, Changes::Pushes)? {
            let due = now + self.delay;
            let until_millis = due.as_millis();
            let state = ReplicationState::InProgress { until_millis };
            status::write(records, generation, image, &destination, state);
            let change = ReplicaChange {
                generation: generation.clone(),
                destination,
                image: image.clone(),
                tag: tag.cloned(),
                kind: ChangeKind::Copy,
            };
            due::schedule(records, due, &Work::Replicate(change));
        }
        Ok(())
    }

    /// Schedules the replication of an image that was restored, and of its tags.
    pub(in crate::domain) fn restored(
        &self,
        records: &mut Transaction<'_>,
        generation: &Generation,
        image: &Digest,
        now: Timestamp,
    ) -> Result<(), RepositoryError> {
        let Some(id) = published(records.view(), generation)? else {
            return Ok(());
        };
        let tags = tags_in(records.view(), generation, image, None, usize::MAX)?;
        if tags.is_empty() {
            self.pushed(records, &id, generation, image, None, now)?;
        }
        for tag in &tags {
            self.pushed(records, &id, generation, image, Some(tag), now)?;
        }
        Ok(())
    }

    /// Returns what schedules the deletions of the copies of images and tags of a repository.
    pub(in crate::domain) fn deletions(
        &self,
        view: &dyn Snapshot,
        generation: &Generation,
        now: Timestamp,
    ) -> Result<ReplicatedDeletions, RepositoryError> {
        let destinations = match published(view, generation)? {
            Some(id) => self.destinations(view, &id, Changes::Deletions)?,
            None => BTreeSet::new(),
        };
        Ok(ReplicatedDeletions {
            generation: generation.clone(),
            destinations,
            due: now + self.delay,
        })
    }

    /// Returns the registries to which the changes of a repository are replicated, each once.
    fn destinations(
        &self,
        view: &dyn Snapshot,
        id: &RepositoryId,
        changes: Changes,
    ) -> Result<BTreeSet<PrivateRegistry>, RepositoryError> {
        if !self.is_published {
            return Ok(BTreeSet::new());
        }
        let rules = self.rules(view, &id.registry)?.into_iter();
        let rules = rules.filter(|rule| {
            let replicates = changes == Changes::Pushes || rule.replicates_deletions();
            replicates && rule.matches(&id.name)
        });
        Ok(rules.flat_map(|rule| rule.destinations).collect())
    }
}

/// Schedules the deletions of the copies of images and tags of one repository, in one transaction.
pub(in crate::domain) struct ReplicatedDeletions {
    generation: Generation,
    destinations: BTreeSet<PrivateRegistry>,
    due: Timestamp,
}

impl ReplicatedDeletions {
    /// Schedules the deletion of the copies of an image that was deleted.
    pub(in crate::domain) fn image_deleted(
        &self,
        records: &mut Transaction<'_>,
        image: &ListedImage,
    ) {
        let kind = match Kind::of(&image.metadata.media_type) {
            Kind::Index => ChangeKind::RemoveIndex,
            _ => ChangeKind::RemoveImage,
        };
        self.schedule(records, &image.digest, None, kind);
    }

    /// Schedules the deletion of a tag of the copies of an image, of which the tag was deleted.
    pub(in crate::domain) fn tag_deleted(
        &self,
        records: &mut Transaction<'_>,
        image: &Digest,
        tag: &Tag,
    ) {
        self.schedule(records, image, Some(tag), ChangeKind::RemoveTag);
    }

    fn schedule(
        &self,
        records: &mut Transaction<'_>,
        image: &Digest,
        tag: Option<&Tag>,
        kind: ChangeKind,
    ) {
        for destination in &self.destinations {
            let change = ReplicaChange {
                generation: self.generation.clone(),
                destination: destination.clone(),
                image: image.clone(),
                tag: tag.cloned(),
                kind,
            };
            due::schedule(records, self.due, &Work::Replicate(change));
        }
    }
}

/// The changes for which rules are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changes {
    Pushes,
    Deletions,
}
