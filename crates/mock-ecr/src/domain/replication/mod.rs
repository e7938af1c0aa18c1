//! Replication: copies pushed images to other registries, in other Regions or accounts of the same mock.
//!
//! Sources: the user guide of Amazon ECR, `replication.html`, and the service model. What is recorded is in the comments.
//!
//! A push schedules a [`ReplicaChange`] for each destination, and a [`Replicator`] carries it out. It compares the source with the destination at
//! that time, so the order of several changes that are due at the same time does not matter.

mod backfill;
mod backfill_run;
mod backfill_step;
mod change;
mod configuration;
mod copy;
mod failure;
mod remove;
mod replicator;
mod rule;
mod schedule;
mod settings;
mod status;

pub(crate) use backfill::{Backfill, BackfillProgress, BackfillStatus, BackfillSummary};
pub(crate) use backfill_step::BackfillImage;
pub(super) use backfill_step::BackfillStep;
pub(super) use change::ReplicaChange;
pub(super) use configuration::Replication;
pub(super) use replicator::Replicator;
pub(crate) use rule::{PrivateRegistry, ReplicationRule};
pub(super) use schedule::ReplicatedDeletions;
pub(crate) use settings::ReplicationSettings;
pub(super) use status::move_end;
pub(crate) use status::{ReplicationState, ReplicationStatus};
