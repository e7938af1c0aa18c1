//! Expires or archives the images that a rule of a lifecycle policy has taken.

use crate::domain::archive::archive_image;
use crate::domain::due::{self, RuleStep, Work};
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{ListedImage, digests_in, image_of, remove_image};
use crate::domain::lifecycle_images;
use crate::domain::replication::{ReplicatedDeletions, Replication};
use crate::lifecycle::{Action, EvaluatedImage, Rule, StorageClass};
use crate::store::{Generation, Transaction};
use crate::types::timestamp::Timestamp;

/// Applies a rule to some images of a step, and schedules the rest of the step at the same time.
///
/// An image that the rule would not take any more is not changed: a request can have changed it since the evaluation.
pub(super) fn apply(
    records: &mut Transaction<'_>,
    mut step: RuleStep,
    at: Timestamp,
    replication: &Replication,
) -> Result<(), RepositoryError> {
    let (generation, rule) = (step.generation.clone(), Rule::from(step.rule.clone()));
    let deletions = replication.deletions(records.view(), &generation, at)?;
    while !records.is_long() {
        let referrer = step.referrers.pop();
        let is_referrer = referrer.is_some();
        let Some(digest) = referrer.or_else(|| step.images.pop_front()) else {
            return Ok(());
        };
        let Some(image) = image_of(records.view(), &generation, &digest)? else {
            continue;
        };
        let evaluated = lifecycle_images::one(records.view(), &generation, &image)?;
        let is_taken = |image: EvaluatedImage| match is_referrer {
            true => can_follow(&rule, &image),
            false => rule.still_takes(&image, at),
        };
        if evaluated.is_some_and(is_taken) {
            // ECR expires or archives the images that name an image as their subject within 24 hours after it (the user guide,
            // `LifecyclePolicies.html`). [ASSUME]: at the same time.
            let referrers = digests_in(records.view(), &generation.referrers(&digest))?;
            step.referrers.extend(referrers);
            change(records, &generation, image, rule.action, at, &deletions)?;
        }
    }
    due::schedule(records, at, &Work::ApplyRule(step));
    Ok(())
}

/// Returns whether an image can be expired or archived after its subject.
fn can_follow(rule: &Rule, image: &EvaluatedImage) -> bool {
    let has_class = match rule.action {
        Action::Expire => true,
        Action::Transition => image.class == StorageClass::Standard,
    };
    has_class && image.listed_by.permits(rule.action)
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
