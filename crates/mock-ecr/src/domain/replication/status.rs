//! The states of the replications of an image.

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::replication::change::{ChangeKind, ReplicaChange};
use crate::domain::replication::failure::FailureCode;
use crate::domain::replication::rule::PrivateRegistry;
use crate::domain::repositories::Repositories;
use crate::store::{Generation, Key, Record, StoreError, Transaction, parse};
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId};

/// The state of the replication of an image to a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplicationState {
    InProgress {
        /// When the last scheduled replication ends.
        until_millis: i64,
    },
    Complete,
    Failed {
        code: FailureCode,
    },
}

/// The state of the replication of an image to a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplicationStatus {
    pub(crate) destination: PrivateRegistry,
    pub(crate) state: ReplicationState,
}

impl Repositories {
    /// Returns the states of the replications of an image, ordered by account and Region. An image that no push has replicated has none.
    pub(crate) async fn replication_statuses(
        &self,
        id: &RepositoryId,
        digest: &Digest,
    ) -> Result<Vec<ReplicationStatus>, RepositoryError> {
        let (at, digest) = (self.lookup(id), digest.clone());
        self.store
            .read(move |view| {
                let folder = at.generation(view)?.replications(&digest);
                let records = view.page(&folder, None, usize::MAX)?;
                let status = |(key, bytes): &Record| Ok(parse(key, bytes)?);
                records.iter().map(status).collect()
            })
            .await
    }
}

pub(super) fn write(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
    destination: &PrivateRegistry,
    state: ReplicationState,
) {
    let status = ReplicationStatus {
        destination: destination.clone(),
        state,
    };
    records.write(&key(generation, image, destination), &status);
}

/// Records the end of a replication, unless another one is scheduled for a later time.
pub(super) fn finish(
    records: &mut Transaction<'_>,
    generation: &Generation,
    image: &Digest,
    destination: &PrivateRegistry,
    outcome: Result<(), FailureCode>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let stored: Option<ReplicationStatus> =
        records.view().read(&key(generation, image, destination))?;
    if let Some(ReplicationState::InProgress { until_millis }) = stored.map(|one| one.state)
        && until_millis > at.as_millis()
    {
        return Ok(());
    }
    let state = match outcome {
        Ok(()) => ReplicationState::Complete,
        Err(code) => ReplicationState::Failed { code },
    };
    write(records, generation, image, destination, state);
    Ok(())
}

/// Moves the end of the replication of an image from one time to another, if it is the last one that is scheduled. A deletion has no state.
pub(in crate::domain) fn move_end(
    records: &mut Transaction<'_>,
    change: &ReplicaChange,
    (from, to): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    if change.kind != ChangeKind::Copy {
        return Ok(());
    }
    let (generation, image) = (&change.generation, &change.image);
    let key = key(generation, image, &change.destination);
    let stored: Option<ReplicationStatus> = records.view().read(&key)?;
    let until_millis = from.as_millis();
    if stored.is_some_and(|one| one.state == ReplicationState::InProgress { until_millis }) {
        let until_millis = to.as_millis();
        let state = ReplicationState::InProgress { until_millis };
        write(records, generation, image, &change.destination, state);
    }
    Ok(())
}

fn key(generation: &Generation, image: &Digest, destination: &PrivateRegistry) -> Key {
    let folder = generation.replications(image);
    folder.key(&destination.to_string())
}
