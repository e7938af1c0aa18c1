//! Removes the content of deleted repositories, and the work that was scheduled for it.

use crate::domain::{layer_record, lifecycle_record, restoration, signing_state, upload_record};
use crate::store::{Folder, Generation, Key, StoreError, Transaction};

/// Removes records of the first deleted repository. The record that names its generation is removed last.
///
/// A record that cannot be parsed is removed too: otherwise it would be the first one again, and nothing would be removed any more.
pub(super) fn remove_garbage(records: &mut Transaction<'_>) -> Result<(), StoreError> {
    let garbage = records.view().keys(&Folder::all_garbage(), None, 1)?;
    let Some(key) = garbage.first() else {
        return Ok(());
    };
    let generation = Generation::new(key.name().to_owned());
    let content = generation.content();
    let content = records.view().keys(&content, None, PAGE)?;
    for key in &content {
        if records.is_long() {
            return Ok(());
        }
        remove(records, &generation, key)?;
    }
    if content.len() < PAGE {
        records.remove(key);
    }
    Ok(())
}

fn remove(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
) -> Result<(), StoreError> {
    match key.parts().nth(2) {
        Some("layer") => {
            if let Ok(digest) = key.name().parse() {
                layer_record::remove(records, generation, &digest)?;
            }
        }
        Some("lifecycle-policy") => lifecycle_record::remove(records, generation)?,
        Some("inactive") => {
            if let Ok(digest) = key.name().parse() {
                restoration::cancel(records, generation, &digest)?;
            }
        }
        Some("signing") => signing_state::cancel(records, generation, key)?,
        Some("upload") => upload_record::remove_expiry(records, generation, key)?,
        Some("upload-part") => upload_record::release_part(records, key)?,
        _ => {}
    }
    records.remove(key);
    Ok(())
}

/// The number of keys that are read at once.
const PAGE: usize = 500;
