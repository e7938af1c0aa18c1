//! The work at the end of the restoration of an image.

use crate::domain::due::{self, Work};
use crate::domain::image_status::ImageStatus;
use crate::store::{Generation, StoreError, Transaction};
use crate::types::Digest;
use crate::types::timestamp::Timestamp;

pub(super) fn schedule(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
    until: Timestamp,
) {
    due::schedule(records, until, &work(generation, image));
}

/// Removes the work of an image that is being restored.
pub(super) fn cancel(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
) -> Result<(), StoreError> {
    let key = generation.inactive_image(image);
    let status = records.view().read_valid(&key)?;
    if let Some(ImageStatus::Activating { until_millis }) = status {
        let until = Timestamp::from_millis(until_millis);
        due::cancel(records, until, &work(generation, image));
    }
    Ok(())
}

fn work(generation: &Generation, image: &Digest) -> Work {
    Work::Activate {
        generation: generation.clone(),
        image: image.clone(),
    }
}
