//! Work in the background that is finished on request: its end, and what interrupts it.

use tokio::sync::watch;

use super::*;
use crate::domain::BackgroundKind;
use crate::domain::due::{self, Work};
use crate::domain::finish_background::{Span, bring_forward};
use crate::store::{Key, StoreError};

/// Schedules the end of the restoration of an image that does not exist.
async fn schedule(all: &Repositories, seconds: u64) {
    let at = all.lookup(&id("team/app"));
    let scheduled = all.store.transact(move |records| {
        let generation = at.generation(records.view())?;
        let image = digest_of(Algorithm::Sha256, seconds.to_string().as_bytes());
        let work = Work::Activate { generation, image };
        due::schedule(records, NOW + Duration::from_secs(seconds), &work);
        Ok::<_, RepositoryError>(())
    });
    scheduled.await.unwrap();
}

/// Brings the next work after a key forward. Returns its key.
async fn next(all: &Repositories, span: &Span, after: Option<Key>) -> Option<Key> {
    let span = span.clone();
    let moved = all
        .store
        .transact(move |records| bring_forward(records, &span, after.as_ref()));
    moved.await.unwrap().map(|(_, key)| key)
}

/// Clients can begin other work as long as the run lasts.
#[tokio::test]
async fn work_that_ends_later_than_the_work_in_progress_is_not_finished() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let all = &fixture.repositories;
    for seconds in [1, 2, 3] {
        schedule(all, seconds).await;
    }
    let end = NOW + Duration::from_secs(2);
    let span = Span {
        now: NOW,
        ends: vec![(BackgroundKind::Restoration, end)],
    };
    let mut times = Vec::new();
    let mut last = None;
    while let Some(key) = next(all, &span, last).await {
        times.push(key.due_time().unwrap());
        last = Some(key);
    }
    assert_eq!(times, [NOW + Duration::from_secs(1), end]);
}

#[tokio::test]
async fn a_run_ends_when_the_mock_stops() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (stop, stopping) = watch::channel(());
    let all = fixture.repositories.with_stop(&stopping);
    schedule(&all, 1).await;
    drop(stop);
    let run = all.finish_background(&BackgroundKind::ALL, NOW).await;
    let is_stopped = matches!(run, Err(RepositoryError::Store(StoreError::Stopped)));
    assert!(is_stopped, "{run:?}");
    let lifecycle = all.run_lifecycle(None, NOW).await;
    assert_eq!(lifecycle.unwrap().len(), 0);
}

/// The clock is not set back by the reset.
#[tokio::test]
async fn an_operation_that_began_before_a_reset_is_obsolete() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let all = &fixture.repositories;
    let before = all.clone().present(NOW);
    assert!(!before.is_obsolete());
    all.reset(&[]).await.unwrap();
    assert!(before.is_obsolete());
    assert!(!all.present(NOW).is_obsolete());
}
