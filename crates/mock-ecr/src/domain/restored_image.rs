//! Makes an archived image active.

use crate::domain::image_record::{ListedImage, Metadata, write_metadata};
use crate::domain::restoration;
use crate::store::{Generation, StoreError, Transaction};
use crate::types::timestamp::Timestamp;

/// Makes an image active that is archived or being restored, and removes its earlier scan.
pub(super) fn restore(
    records: &mut Transaction<'_>,
    generation: &Generation,
    ListedImage { digest, metadata }: ListedImage,
    now: Timestamp,
) -> Result<Metadata, StoreError> {
    restoration::cancel(records, generation, &digest)?;
    let metadata = metadata.activated_at(now);
    write_metadata(records, generation, &digest, &metadata);
    records.remove(&generation.scan(&digest));
    records.remove(&generation.enhanced_end(&digest));
    Ok(metadata)
}
