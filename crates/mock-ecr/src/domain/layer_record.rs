//! The records of layers: which repository has which layer, and in which objects its bytes are.

use serde::{Deserialize, Serialize};

use crate::domain::created::Created;
use crate::store::{Folder, Generation, Key, Snapshot, StoreError, StoredObject, Transaction};
use crate::types::Digest;

/// The record of a layer: its objects, whose concatenation has the digest of the layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LayerRecord {
    pub(super) size: u64,
    pub(super) objects: Vec<StoredObject>,
}

/// Returns the layer of a repository, if the repository has it.
pub(super) fn layer_of(
    view: &dyn Snapshot,
    generation: &Generation,
    digest: &Digest,
) -> Result<Option<LayerRecord>, StoreError> {
    match view.contains(&generation.layer(digest))? {
        true => view.read(&Key::layer(digest)),
        false => Ok(None),
    }
}

/// Adds a stored layer to a repository.
pub(super) fn add(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
    size: u64,
) {
    records.write(&generation.layer(digest), &size);
    records.put(&Key::layer_user(digest, generation), Vec::new());
}

/// Adds a new layer to a repository. If its bytes are already stored, the new objects are not used, unless `lost` is the stored record, one of
/// whose objects is missing. Returns whether the repository had the layer.
pub(super) fn insert(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
    layer: &LayerRecord,
    lost: Option<&LayerRecord>,
) -> Result<Created, StoreError> {
    let had_layer = records.view().contains(&generation.layer(digest))?;
    let stored: Option<LayerRecord> = records.view().read(&Key::layer(digest))?;
    add(records, generation, digest, layer.size);
    match &stored {
        Some(stored) if Some(stored) != lost => mark_unused(records, &layer.objects),
        _ => {
            let replaced = stored.map_or(Vec::new(), |stored| stored.objects);
            mark_unused(records, &replaced);
            records.write(&Key::layer(digest), layer);
            return Ok(Created::New);
        }
    }
    Ok(match had_layer {
        true => Created::Existing,
        false => Created::New,
    })
}

/// Removes a layer from a repository, and the layer itself if no other repository has it.
pub(super) fn remove(
    records: &mut Transaction<'_>,
    generation: &Generation,
    digest: &Digest,
) -> Result<(), StoreError> {
    records.remove(&generation.layer(digest));
    records.remove(&Key::layer_user(digest, generation));
    if records.view().is_empty(&Folder::layer_users(digest))? {
        let layer: Option<LayerRecord> = records.view().read_valid(&Key::layer(digest))?;
        mark_unused(records, &layer.map_or(Vec::new(), |layer| layer.objects));
        records.remove(&Key::layer(digest));
    }
    Ok(())
}

/// Lets the sweeper remove objects.
pub(super) fn mark_unused(records: &mut Transaction<'_>, objects: &[StoredObject]) {
    for object in objects {
        records.put(&Key::unused(&object.name), Vec::new());
    }
}
