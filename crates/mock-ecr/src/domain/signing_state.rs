//! The state of the signature of an image by a signing profile.

use serde::{Deserialize, Serialize};

use crate::domain::due::{self, Work};
use crate::store::{Generation, Key, StoreError, Transaction};
use crate::types::Digest;
use crate::types::timestamp::Timestamp;

/// The state of the signature of an image by a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SigningState {
    /// The signature ends at this time, in milliseconds since 1970.
    InProgress {
        is_permitted: bool,
        until_millis: i64,
    },
    Complete,
    /// The caller of the push was not allowed to sign.
    Denied,
    /// The blobs of the signature could not be stored.
    NotStored,
}

impl SigningState {
    /// Returns whether a push begins a signature that has this state. `[ASSUME]`: a profile signs an image once.
    pub(super) fn begins_again(self, is_permitted: bool) -> bool {
        match self {
            SigningState::InProgress {
                is_permitted: was_permitted,
                ..
            } => is_permitted && !was_permitted,
            SigningState::Complete => false,
            SigningState::Denied | SigningState::NotStored => true,
        }
    }
}

/// The ARN of a signing profile, and the state of its signature.
pub(crate) type SigningStatus = (String, SigningState);

/// Removes the states of the signatures of an image, and their work.
pub(super) fn remove_all(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
) -> Result<(), StoreError> {
    let folder = generation.signings(image);
    for key in records.view().keys(&folder, None, usize::MAX)? {
        cancel(records, generation, &key)?;
        records.remove(&key);
    }
    Ok(())
}

/// Removes the work of a signature that has not ended. `key` is that of its state.
pub(super) fn cancel(
    records: &mut Transaction<'_>,
    generation: &Generation,
    key: &Key,
) -> Result<(), StoreError> {
    let state = records.view().read_valid(key)?;
    let image = key.parts().nth_back(1).and_then(|part| part.parse().ok());
    if let (Some(SigningState::InProgress { until_millis, .. }), Some(image)) = (state, image) {
        let work = Work::Sign {
            generation: generation.clone(),
            image,
            profile: key.name().to_owned(),
        };
        due::cancel(records, Timestamp::from_millis(until_millis), &work);
    }
    Ok(())
}

/// Moves the end of the signature of an image from one time to another. Returns `false` if the signature does not end at the first time.
pub(super) fn move_end(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
    profile: &str,
    (from, to): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let key = generation.signings(image).key(profile);
    match records.view().read(&key)? {
        Some(SigningState::InProgress {
            is_permitted,
            until_millis,
        }) if until_millis == from.as_millis() => {
            let until_millis = to.as_millis();
            let state = SigningState::InProgress {
                is_permitted,
                until_millis,
            };
            records.write(&key, &state);
            Ok(true)
        }
        _ => Ok(false),
    }
}
