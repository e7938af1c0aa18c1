//! Expires or archives the images that a rule of a lifecycle policy has taken.

use crate::domain::archive::archive_image;
use crate::domain::due::{self, RuleStep, Subject, Work};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, image_of, name_digest, remove_image};
use crate::domain::lifecycle_images;
use crate::domain::lifecycle_record::record_of;
use crate::domain::replication::{ReplicatedDeletions, Replication};
use crate::lifecycle::{Action, Rule};
use crate::store::{Generation, Snapshot, Transaction};
use crate::types::Digest;
use crate::types::timestamp::Timestamp;

/// Applies a rule to some images of a step, and schedules the rest of the step at the same time.
///
/// An image that the rule would not take any more is not changed: a request can have changed it since the evaluation. If the policy was deleted or
/// replaced since then, only the referrers of images that have expired before follow them.
pub(super) fn apply(
    records: &mut Transaction<'_>,
    mut step: RuleStep,
    at: Timestamp,
    replication: &Replication,
) -> Result<(), RepositoryError> {
    let (generation, rule) = (step.generation.clone(), Rule::from(step.rule.clone()));
    let deletions = replication.deletions(records.view(), &generation, at)?;
    let policy = record_of(records.view(), &generation)?;
    if !policy.is_some_and(|policy| policy.has_evaluation(step.evaluation)) {
        step.images.clear();
    }
    for _ in 0..IMAGES_OF_TRANSACTION {
        if records.is_long() {
            break;
        }
        let Some(next) = next(&mut step, records.view())? else {
            return Ok(());
        };
        let Some(image) = image_of(records.view(), &generation, &next.digest)? else {
            continue;
        };
        if is_taken(records.view(), &generation, &rule, &image, next.added, at)? {
            // ECR expires or archives the images that name an image as their subject within 24 hours after it (the user guide,
            // `LifecyclePolicies.html`). [ASSUME]: at the same time.
            let digest = next.digest;
            step.subjects.push(Subject { digest, last: None });
            change(records, &generation, image, rule.action, at, &deletions)?;
        }
    }
    due::schedule(records, at, &Work::ApplyRule(step));
    Ok(())
}

/// The number of images that a transaction reads. It can read many that it does not change.
const IMAGES_OF_TRANSACTION: usize = 250;

/// The next image of a step.
struct Next {
    digest: Digest,
    /// When the image was pushed or last restored, if the rule has taken it. A referrer follows its subject whenever it was pushed.
    added: Option<Timestamp>,
}

/// Removes the next image from a step. The referrers of an image precede the next image that the rule has taken.
fn next(step: &mut RuleStep, view: &dyn Snapshot) -> Result<Option<Next>, RepositoryError> {
    while let Some(Subject { digest, last }) = step.subjects.pop() {
        let folder = step.generation.referrers(&digest);
        let referrers = view.keys(&folder, last.as_ref().map(Digest::as_str), 2)?;
        let Some(referrer) = referrers.first().map(name_digest).transpose()? else {
            continue;
        };
        // A subject without further referrers is not kept, so the record of a step stays small if each referrer is a subject, too.
        if referrers.len() > 1 {
            let last = Some(referrer.clone());
            step.subjects.push(Subject { digest, last });
        }
        return Ok(Some(Next {
            digest: referrer,
            added: None,
        }));
    }
    let next = step.images.pop_front();
    Ok(next.map(|image| Next {
        digest: image.digest,
        added: Some(Timestamp::from_millis(image.added_at_millis)),
    }))
}

/// Returns whether a rule still takes an image, or whether a referrer can follow its subject.
fn is_taken(
    view: &dyn Snapshot,
    generation: &Generation,
    rule: &Rule,
    image: &ListedImage,
    added: Option<Timestamp>,
    at: Timestamp,
) -> Result<bool, RepositoryError> {
    let Some(added) = added else {
        // [ASSUME]: an image that an index lists does not follow its subject, also later.
        let listed_by = lifecycle_images::listed_by(view, generation, &image.digest)?;
        let has_status = rule.action == Action::Expire || image.metadata.status.is_active();
        return Ok(has_status && listed_by.permits(rule.action));
    };
    let image = lifecycle_images::one(view, generation, image)?;
    Ok(image.is_some_and(|image| image.added() == added && rule.still_takes(&image, at)))
}

fn change(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: ListedImage,
    action: Action,
    at: Timestamp,
    deletions: &ReplicatedDeletions,
) -> Result<(), RepositoryError> {
    match action {
        Action::Expire => {
            remove_image(records, generation, &image.digest)?;
            // [ASSUME]: an expiration is a deletion.
            deletions.image_deleted(records, &image);
        }
        Action::Transition => {
            archive_image(records, generation, &image.digest, image.metadata, at);
        }
    }
    Ok(())
}
