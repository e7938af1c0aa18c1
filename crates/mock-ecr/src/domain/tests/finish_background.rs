//! Work in the background that is finished on request: its end, and what interrupts it.

use tokio::sync::watch;

use super::*;
use crate::domain::BackgroundKind;
use crate::domain::due::{self, Work};
use crate::domain::finish_background::{Span, bring_forward};
use crate::domain::run::Run;
use crate::lifecycle::LifecyclePolicy;
use crate::store::{Key, StoreError};

const POLICY: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;

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

/// The default duration of a restoration is one second. Earlier configurations can have had a longer one.
#[tokio::test]
async fn a_run_finishes_the_work_in_progress_and_that_of_its_duration() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let all = &fixture.repositories;
    let kinds = [BackgroundKind::Restoration, BackgroundKind::Signature];
    let after = |seconds| NOW + Duration::from_secs(seconds);
    let default = all.span(&kinds, NOW).await.unwrap();
    assert_eq!(default.ends, kinds.map(|kind| (kind, after(1))));
    schedule(all, 3600).await;
    let longer = all.span(&kinds, NOW).await.unwrap();
    let expected = [(kinds[0], after(3600)), (kinds[1], after(1))];
    assert_eq!(longer.ends, expected);
}

#[tokio::test]
async fn a_run_ends_when_the_mock_stops() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (stop, stopping) = watch::channel(());
    let all = fixture.repositories.with_stop(&stopping);
    let policy = LifecyclePolicy::parse(POLICY).unwrap();
    let app = id("team/app");
    let put = all.put_lifecycle_policy(&app, &policy, NOW);
    put.await.unwrap();
    schedule(&all, 1).await;
    assert_eq!(all.run_lifecycle(None, NOW).await.unwrap().len(), 1);
    drop(stop);
    let is_stopped =
        |error: RepositoryError| matches!(error, RepositoryError::Store(StoreError::Stopped));
    let run = all.finish_background(&BackgroundKind::ALL, NOW).await;
    assert!(is_stopped(run.unwrap_err()));
    assert!(is_stopped(all.run_lifecycle(None, NOW).await.unwrap_err()));
}

/// The reset does not set the clock back. Another server of the store carries it out.
#[tokio::test]
async fn a_run_that_began_before_a_reset_is_obsolete() {
    for fixture in Fixture::both().await {
        let all = &fixture.repositories;
        let other = Repositories::new(all.store.clone(), "seed", || NOW);
        let before = all.begin_run(NOW).await.unwrap();
        assert!(!is_obsolete(all, &before).await);
        other.reset(&[]).await.unwrap();
        assert!(is_obsolete(all, &before).await);
        let after = all.begin_run(NOW).await.unwrap();
        assert!(!is_obsolete(all, &after).await);
    }
}

async fn is_obsolete(all: &Repositories, run: &Run) -> bool {
    let run = run.clone();
    let read = all.store.read(move |view| run.is_obsolete(view));
    read.await.unwrap()
}
