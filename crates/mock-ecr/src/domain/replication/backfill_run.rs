//! Carries out replication backfills: determines the images of the registry, and replicates them in groups.

use crate::domain::due::{self, Work};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::listed;
use crate::domain::listing::{TaggedImage, tagged};
use crate::domain::manifest_rules::Kind;
use crate::domain::replication::backfill::{
    Backfill, BackfillFailure, BackfillProgress, BackfillStatus, chunk_of,
};
use crate::domain::replication::backfill_step::{
    BackfillImage, BackfillStep, CHUNK, Stage, record_name,
};
use crate::domain::replication::failure::{CopyError, Failure, FailureCode, contain, outcome};
use crate::domain::replication::replicator::{Replicator, Source};
use crate::domain::repositories::all_of;
use crate::domain::repository::RepositoryRecord;
use crate::store::{Folder, Generation, Key, Snapshot, Transaction};
use crate::types::timestamp::Timestamp;
use crate::types::{RepositoryName, Tag};

impl Replicator {
    /// Carries out a step of a backfill, and schedules the next one. A backfill that was stopped in the meantime ends.
    pub(in crate::domain) fn continue_backfill(
        &self,
        records: &mut Transaction<'_>,
        step: &BackfillStep,
        at: Timestamp,
    ) -> Result<(), RepositoryError> {
        contain(records, |records| {
            let registry = step.registry.id();
            let Some(backfill) = Backfill::read(records.view(), &registry, &step.id)? else {
                return Ok(());
            };
            let done = match step.stage {
                Stage::Prepare if backfill.status != BackfillStatus::Preparing => Ok(()),
                Stage::Prepare => self.prepare(records, step, backfill, at),
                Stage::Replicate { chunk } => {
                    self.replicate_chunk(records, step, backfill, chunk, at)
                }
                Stage::Forget => forget(records, step),
            };
            Ok(done?)
        })
    }

    fn prepare(
        &self,
        records: &mut Transaction<'_>,
        step: &BackfillStep,
        mut backfill: Backfill,
        at: Timestamp,
    ) -> Result<(), RepositoryError> {
        let prepared = records.attempt(|records| self.write_images(records, step, &backfill));
        let total = match outcome(prepared)? {
            Ok(Some(total)) => total,
            found => {
                let is_removed = found.is_ok();
                backfill.failure = Some(match is_removed {
                    true => BackfillFailure::DestinationRemoved,
                    false => BackfillFailure::Internal,
                });
                backfill.end(records, &step.registry, BackfillStatus::Failed, at);
                return Ok(());
            }
        };
        backfill.progress = Some(BackfillProgress {
            total,
            ..BackfillProgress::default()
        });
        if total == 0 {
            backfill.end(records, &step.registry, BackfillStatus::Complete, at);
            return Ok(());
        }
        backfill.status = BackfillStatus::InProgress;
        backfill.write(records, &step.registry.id());
        schedule_chunk(records, step, 0, at + self.replication.delay);
        Ok(())
    }

    /// Writes the images to replicate, and returns their number. Returns `None` if no rule contains the destination.
    fn write_images(
        &self,
        records: &mut Transaction<'_>,
        step: &BackfillStep,
        backfill: &Backfill,
    ) -> Result<Option<usize>, CopyError> {
        let registry = step.registry.id();
        let mut rules = self.replication.rules(records.view(), &registry)?;
        rules.retain(|rule| rule.destinations.contains(&backfill.destination));
        if rules.is_empty() {
            return Ok(None);
        }
        let mut images = Vec::new();
        for (repository, generation) in all_of(records.view(), &registry)? {
            let name = &repository.id.name;
            if rules.iter().any(|rule| rule.matches(name)) {
                images.extend(images_of(records.view(), name, &generation)?);
            }
        }
        for (chunk, images) in images.chunks(CHUNK).enumerate() {
            let id = record_name(&step.id);
            records.write(&Key::backfill_images(&registry, &id, chunk), &images);
        }
        Ok(Some(images.len()))
    }

    /// Replicates the images of one record, and schedules the rest of them at the same time if the transaction is long, or if it has created a
    /// repository.
    fn replicate_chunk(
        &self,
        records: &mut Transaction<'_>,
        step: &BackfillStep,
        mut backfill: Backfill,
        chunk: usize,
        at: Timestamp,
    ) -> Result<(), RepositoryError> {
        let registry = step.registry.id();
        let mut images = chunk_of(records.view(), &registry, &step.id, chunk)?;
        let mut progress = backfill.progress.take().unwrap_or_default();
        for image in images.iter_mut().filter(|image| image.outcome.is_none()) {
            if records.is_long() || records.view().contains(&self.new.repository())? {
                break;
            }
            let result = self.replicate_image(records, step, &backfill, image, at)?;
            progress.add(result);
            image.outcome = Some(result);
        }
        let id = record_name(&step.id);
        records.write(&Key::backfill_images(&registry, &id, chunk), &images);
        let is_last = (chunk + 1) * CHUNK >= progress.total;
        backfill.progress = Some(progress);
        let is_interrupted = images.iter().any(|image| image.outcome.is_none());
        let ended = match backfill.status {
            _ if is_interrupted => None,
            BackfillStatus::Stopping => Some(BackfillStatus::Stopped),
            _ => is_last.then_some(BackfillStatus::Complete),
        };
        if let Some(status) = ended {
            backfill.end(records, &step.registry, status, at);
            return Ok(());
        }
        backfill.write(records, &registry);
        match is_interrupted {
            true => schedule_chunk(records, step, chunk, at),
            false => schedule_chunk(records, step, chunk + 1, at + self.replication.delay),
        }
        Ok(())
    }

    fn replicate_image(
        &self,
        records: &mut Transaction<'_>,
        step: &BackfillStep,
        backfill: &Backfill,
        image: &BackfillImage,
        at: Timestamp,
    ) -> Result<Result<(), Failure>, RepositoryError> {
        let id = step.registry.repository(&image.repository);
        let record: Option<RepositoryRecord> = records.view().read(&Key::repository(&id))?;
        let Some(record) = record else {
            return Ok(Err(FailureCode::ImageNotFound.into()));
        };
        let source = Source {
            id,
            generation: record.generation(),
        };
        let to = &backfill.destination;
        self.replicate(records, &source, (&image.image, image.tag.as_ref()), to, at)
    }
}

fn schedule_chunk(records: &mut Transaction<'_>, step: &BackfillStep, chunk: usize, at: Timestamp) {
    let next = BackfillStep::new(&step.registry, &step.id, Stage::Replicate { chunk });
    due::schedule(records, at, &Work::Backfill(next));
}

impl BackfillProgress {
    fn add(&mut self, result: Result<(), Failure>) {
        match result {
            Ok(()) => self.completed += 1,
            Err(failure) => {
                self.failed += 1;
                self.failure_codes.insert(failure.code);
            }
        }
    }
}

/// Returns the replications of the images of a repository. `[ASSUME]`: archived images are not replicated, because they cannot be pulled; an
/// untagged image that an index lists is replicated with the index.
fn images_of(
    view: &dyn Snapshot,
    repository: &RepositoryName,
    generation: &Generation,
) -> Result<Vec<BackfillImage>, RepositoryError> {
    let mut images = Vec::new();
    for (key, bytes) in view.page(&generation.images(), None, usize::MAX)? {
        let image = tagged(view, generation, listed(&key, &bytes)?)?;
        let is_part =
            || Ok::<_, RepositoryError>(!view.is_empty(&generation.indexes(&image.digest))?);
        if !image.metadata.status.is_active() || (image.tags.is_empty() && is_part()?) {
            continue;
        }
        images.extend(replications(repository, &image));
    }
    Ok(images)
}

/// Returns a replication for each tag of an image, or one if it has none.
fn replications(repository: &RepositoryName, image: &TaggedImage) -> Vec<BackfillImage> {
    let one = |tag: Option<Tag>| BackfillImage {
        repository: repository.clone(),
        image: image.digest.clone(),
        tag,
        is_index: Kind::of(&image.metadata.media_type) == Kind::Index,
        outcome: None,
    };
    match image.tags.is_empty() {
        true => vec![one(None)],
        false => image.tags.iter().cloned().map(Some).map(one).collect(),
    }
}

fn forget(records: &mut Transaction<'_>, step: &BackfillStep) -> Result<(), RepositoryError> {
    let (registry, id) = (step.registry.id(), record_name(&step.id));
    let images = Folder::backfill_images(&registry, &id);
    for key in records.view().keys(&images, None, usize::MAX)? {
        records.remove(&key);
    }
    records.remove(&Key::backfill(&registry, &id));
    Ok(())
}
