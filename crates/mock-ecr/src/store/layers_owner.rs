//! Marks the location of the layers of a store, and checks that the opened location is this one.
//!
//! The first process that writes to a store commits the identifier of the store, then creates the marker with a random number that identifies
//! the location, and then commits this number. A process that ends in between leaves an identifier without a marker, or a marker of that
//! identifier; the next process continues there. Processes that use the same records at the same time read the same identifier, so that each
//! accepts the marker of another one at the same location. Of processes with different locations, only the number of one is committed.

use object_store::PutMode;

use crate::store::error::StoreError;
use crate::store::marker::{LayersError, MARKER, Marker};
use crate::store::names::Epochs;
use crate::store::objects::Objects;
use crate::store::persistent_objects::PersistentObjects;
use crate::store::records::Store;

impl Store {
    /// Marks the location of the layers, or checks its marker. Each process does this before its first write.
    pub(super) async fn mark_layers(&self, epochs: Epochs) -> Result<(), StoreError> {
        let Objects::Persistent(objects) = self.objects() else {
            return Ok(());
        };
        let found = match (objects.read_short(MARKER).await?, epochs.layers) {
            (Some(found), _) => found,
            (None, Some(location)) => {
                let expected = Marker::new(epochs.store, location);
                return Err(missing(objects, expected).into());
            }
            (None, None) => create(objects, epochs.store).await?,
        };
        let marker = marker_of_store(objects, &found, epochs.store)?;
        let recorded = match epochs.layers {
            Some(recorded) => recorded,
            None => {
                let location = marker.location;
                let record = self.transact(move |records| Epochs::record_layers(records, location));
                record.await?
            }
        };
        check_location(objects, marker, recorded)
    }

    /// Checks that the layers of the store are at the location that was opened.
    pub(super) async fn check_layers(&self) -> Result<(), StoreError> {
        let Objects::Persistent(objects) = self.objects() else {
            return Ok(());
        };
        // Another process can write to the same records in the meantime. It commits the identifier before the marker, and the location after it.
        let before = self.read(Epochs::read).await?;
        let found = objects.read_short(MARKER).await?;
        let after = self.read(Epochs::read).await?;
        match (found, before.and_then(Epochs::marker), after) {
            (None, Some(expected), _) => Err(missing(objects, expected).into()),
            (None, None, _) => Ok(()),
            (Some(_), _, None) => Err(LayersError::WithoutRecords(objects.location()).into()),
            (Some(found), _, Some(epochs)) => {
                let marker = marker_of_store(objects, &found, epochs.store)?;
                check_location(objects, marker, epochs.layers.unwrap_or(marker.location))
            }
        }
    }
}

/// Creates the marker, unless another process creates it. Returns the content of the object.
async fn create(objects: &PersistentObjects, store: u64) -> Result<String, StoreError> {
    let location = getrandom::u64().map_err(std::io::Error::other)?;
    let content = format!("{}\n", Marker::new(store, location));
    let created = objects.write_short(MARKER, content.clone(), PutMode::Create);
    if created.await.is_err() && objects.read_short(MARKER).await?.is_none() {
        // Some file systems have no hard links and some services no conditional writes, which an exclusive creation requires.
        let replaced = objects.write_short(MARKER, content.clone(), PutMode::Overwrite);
        replaced.await?;
    }
    // Another process may have replaced it.
    Ok(objects.read_short(MARKER).await?.unwrap_or(content))
}

/// Parses the content of the object. Returns an error if it names another store.
fn marker_of_store(
    objects: &PersistentObjects,
    content: &str,
    store: u64,
) -> Result<Marker, LayersError> {
    let marker = content.parse().ok();
    marker
        .filter(|marker: &Marker| marker.store == store)
        .ok_or_else(|| LayersError::OfAnotherStore(objects.location()))
}

fn check_location(
    objects: &PersistentObjects,
    marker: Marker,
    recorded: u64,
) -> Result<(), StoreError> {
    if marker.location == recorded {
        return Ok(());
    }
    Err(LayersError::Elsewhere {
        location: objects.location(),
        expected: Marker::new(marker.store, recorded),
    }
    .into())
}

fn missing(objects: &PersistentObjects, expected: Marker) -> LayersError {
    LayersError::Missing {
        location: objects.location(),
        expected,
    }
}

impl Epochs {
    /// Returns the marker of the location of the layers, if a process has recorded it.
    fn marker(self) -> Option<Marker> {
        self.layers
            .map(|location| Marker::new(self.store, location))
    }
}
