//! The marker of a location of layers: an object that names the store to which the location belongs.
//!
//! The first process that writes to a store commits the identifier of the store, then creates the marker, and then commits that the marker
//! exists. A process that ends in between leaves an identifier without a marker, or a marker of that identifier; the next process continues
//! there. Processes that use the same records at the same time read the same identifier, so that each accepts the marker of another one.

use object_store::PutMode;

use crate::store::error::StoreError;
use crate::store::location::LayersLocation;
use crate::store::names::Epochs;
use crate::store::objects::Objects;
use crate::store::persistent_objects::PersistentObjects;
use crate::store::records::Store;

/// The name of the object. Names of layers begin with the identifier of a store.
pub(super) const MARKER: &str = "mock-ecr-store";

impl Store {
    /// Marks the location of the layers, if it is not marked yet.
    pub(super) async fn mark_layers(&self, epochs: Epochs) -> Result<(), StoreError> {
        let Objects::Persistent(objects) = self.objects() else {
            return Ok(());
        };
        if epochs.is_marked {
            return Ok(());
        }
        mark(objects, marker_of(epochs)).await?;
        self.transact(Epochs::set_marked).await
    }

    /// Checks that the layers of the store are at the location that was opened.
    pub(super) async fn check_layers(&self, location: &LayersLocation) -> Result<(), LayersError> {
        let Objects::Persistent(objects) = self.objects() else {
            return Ok(());
        };
        // Another process can write to the same records in the meantime. It commits the identifier before the marker, and `is_marked` after it.
        let before = self.read(Epochs::read).await?;
        let marker = objects.read_short(MARKER).await?;
        let after = self.read(Epochs::read).await?;
        let location = || location.to_string();
        match marker {
            None if before.is_some_and(|epochs| epochs.is_marked) => {
                Err(LayersError::Elsewhere(location()))
            }
            Some(marker) if after.map(marker_of).is_none_or(|own| own != marker) => {
                Err(LayersError::OfAnotherStore(location()))
            }
            _ => Ok(()),
        }
    }
}

async fn mark(objects: &PersistentObjects, marker: String) -> Result<(), StoreError> {
    let created = objects.write_short(MARKER, marker.clone(), PutMode::Create);
    if created.await.is_ok() {
        return Ok(());
    }
    match objects.read_short(MARKER).await? {
        Some(found) if found == marker => Ok(()),
        Some(_) => Err(StoreError::LayersOfAnotherStore),
        // Some file systems have no hard links and some services no conditional writes, which an exclusive creation requires.
        None => {
            let replaced = objects.write_short(MARKER, marker, PutMode::Overwrite);
            replaced.await
        }
    }
}

fn marker_of(epochs: Epochs) -> String {
    format!("{:016x}\n", epochs.store)
}

/// The layers of a store are not at the location that was opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum LayersError {
    #[error(
        "the layers at {0} belong to another store; use a location of layers that no other store uses"
    )]
    OfAnotherStore(String),
    #[error(
        "the layers of this store are at another location than {0}; was --layers set at an earlier start, or set to another location?"
    )]
    Elsewhere(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}
