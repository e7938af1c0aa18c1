//! Carries out replications in transactions.

use crate::config::Quotas;
use crate::domain::error::RepositoryError;
use crate::domain::replication::change::{ChangeKind, ReplicaChange};
use crate::domain::replication::configuration::Replication;
use crate::domain::replication::failure::{Failure, FailureCode, contain, outcome};
use crate::domain::replication::rule::PrivateRegistry;
use crate::domain::replication::status;
use crate::domain::repositories::{Repositories, Visibility, published};
use crate::domain::scanning::Scans;
use crate::store::{Generation, Transaction};
use crate::types::error_chain::chain;
use crate::types::timestamp::Timestamp;
use crate::types::{Digest, RepositoryId, Tag};

/// Carries out replications. A transaction can create one repository.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Replicator {
    pub(in crate::domain) replication: Replication,
    pub(super) scans: Scans,
    pub(super) quotas: Quotas,
    /// The name of the content of a new repository.
    pub(super) new: Generation,
}

/// The repository whose images are replicated.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) id: RepositoryId,
    pub(super) generation: Generation,
}

impl Repositories {
    /// Returns what schedules replications.
    pub(in crate::domain) fn replication(&self) -> Replication {
        Replication {
            settings: self.replication_settings.clone(),
            delay: self.background.replication_delay,
            is_published: matches!(self.visibility, Visibility::Published),
        }
    }

    /// Returns what carries out replications in one transaction.
    pub(in crate::domain) async fn replicator(&self) -> Result<Replicator, RepositoryError> {
        Ok(Replicator {
            replication: self.replication(),
            scans: self.scans(),
            quotas: self.quotas,
            new: Generation::new(self.store.unique_name().await?),
        })
    }

    /// Carries out the replications that end at once, because the configured delay is zero, so that their results exist before the response to the
    /// change. If this fails, the next request carries them out.
    pub(in crate::domain) async fn replicate_at_once(&self, now: Timestamp) {
        let replication = self.replication();
        if !replication.is_published || !replication.delay.is_zero() {
            return;
        }
        if let Err(error) = self.run_due(now).await {
            tracing::warn!(error = %chain(&error), "a replication is delayed");
        }
    }
}

impl Replicator {
    /// Carries out a change of a replica. A failure is recorded or logged, and not returned.
    pub(in crate::domain) fn carry_out(
        &self,
        records: &mut Transaction<'_>,
        change: &ReplicaChange,
        at: Timestamp,
    ) -> Result<(), RepositoryError> {
        contain(records, |records| {
            let generation = change.generation.clone();
            let Some(id) = published(records.view(), &generation)? else {
                return Ok(());
            };
            let source = Source { id, generation };
            let image = (&change.image, change.tag.as_ref());
            match change.kind {
                ChangeKind::Copy => {
                    let copied = self.replicate(records, &source, image, &change.destination, at);
                    Ok(copied.map(drop)?)
                }
                _ => self.remove_replica(records, &source, change),
            }
        })
    }

    /// Replicates an image and one of its tags, and records the result. An image that does not exist any more is not replicated. `[ASSUME]`: a tag
    /// that does not name the image any more is not replicated, and a failed replication is not repeated.
    pub(super) fn replicate(
        &self,
        records: &mut Transaction<'_>,
        source: &Source,
        (image, tag): (&Digest, Option<&Tag>),
        to: &PrivateRegistry,
        at: Timestamp,
    ) -> Result<Result<(), Failure>, RepositoryError> {
        let copied = records.attempt(|records| self.copy(records, source, (image, tag), to, at));
        let result = outcome(copied)?;
        if result != Err(FailureCode::ImageNotFound.into()) {
            let code = result.map_err(|failure| failure.code);
            status::finish(records, &source.generation, image, to, code, at)?;
        }
        Ok(result)
    }
}
