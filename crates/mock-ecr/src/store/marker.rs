//! The marker of a location of layers: an object that names the store to which the location belongs.

use std::fmt;
use std::str::FromStr;

/// The name of the object. Names of layers begin with the identifier of a store.
pub(super) const MARKER: &str = "mock-ecr-store";

/// The content of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(super) store: u64,
    /// A random number that identifies the location.
    pub(super) location: u64,
}

impl Marker {
    pub(super) fn new(store: u64, location: u64) -> Self {
        Marker { store, location }
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{:016x}", self.store, self.location)
    }
}

impl FromStr for Marker {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (store, location) = text.trim().split_once('-').unwrap_or((text, ""));
        Ok(Marker {
            store: u64::from_str_radix(store, 16)?,
            location: u64::from_str_radix(location, 16)?,
        })
    }
}

/// The layers of a store are not at the location that was opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayersError {
    #[error(
        "the location of layers {0} belongs to another store; expected the location of this store, or an empty one"
    )]
    OfAnotherStore(String),
    /// The records of the store were deleted, or another store is opened.
    #[error(
        "the location of layers {0} belongs to a store, but this store is empty; expected the store that wrote these layers, or an empty location"
    )]
    WithoutRecords(String),
    #[error(
        "the location of layers {location} is not that of this store; expected the value of --layers of an earlier start. If the layers of this \
        store are at this location now, write the line {expected} to {MARKER}"
    )]
    Elsewhere { location: String, expected: Marker },
    #[error(
        "the location of layers {location} has no file or object {MARKER}, but this store was written to; expected the value of --layers of \
        an earlier start, or all files of that location. If they are lost, create {MARKER} with the line {expected}, and push the images to \
        other repositories"
    )]
    Missing { location: String, expected: Marker },
}
