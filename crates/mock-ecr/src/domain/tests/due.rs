//! Due work: its order, and that it is done once, also by other processes.

use futures_util::FutureExt as _;
use tokio::sync::watch;

use super::consistency::check_swept;
use super::*;
use crate::clock::{Clock, ClockStart};
use crate::domain::due::{self, Work};
use crate::domain::{Selection, SigningRule};
use crate::lifecycle::{LifecyclePolicy, StorageClass};
use crate::store::tests::Disk;
use crate::store::{Folder, Key, StoreError};

/// Schedules work that appends a letter to a record of `team/app`.
pub(super) async fn note(all: &Repositories, seconds: u64, letter: char) {
    let at = all.lookup(&id("team/app"));
    let scheduled = all.store.transact(move |records| {
        let generation = at.generation(records.view())?;
        let work = Work::Note { generation, letter };
        due::schedule(records, NOW + Duration::from_secs(seconds), &work);
        Ok::<_, RepositoryError>(())
    });
    scheduled.await.unwrap();
}

/// Returns the letters in the order in which they were appended.
pub(super) async fn notes(all: &Repositories) -> String {
    let at = all.lookup(&id("team/app"));
    let notes = all.store.read(move |view| {
        let notes: Option<String> = view.read(&at.generation(view)?.policy())?;
        Ok::<_, RepositoryError>(notes.unwrap_or_default())
    });
    notes.await.unwrap()
}

async fn run(all: &Repositories, seconds: u64) -> String {
    all.run_due(NOW + Duration::from_secs(seconds))
        .await
        .unwrap();
    notes(all).await
}

#[tokio::test]
async fn work_is_done_in_the_order_of_time_when_it_is_due() {
    for fixture in Fixture::both().await {
        let all = &fixture.repositories;
        for (seconds, letter) in [(10, 'c'), (2, 'b'), (1, 'a'), (2, 'B')] {
            note(all, seconds, letter).await;
        }
        assert_eq!(run(all, 0).await, "");
        assert_eq!(run(all, 1).await, "a");
        assert_eq!(run(all, 9).await, "aBb");
        assert_eq!(run(all, 1000).await, "aBbc");
        assert_eq!(run(all, 1000).await, "aBbc");
    }
}

#[tokio::test]
async fn work_is_done_by_another_process() {
    let disk = Disk::default();
    let first = Repositories::new(disk.open(), "seed", || NOW);
    let settings = Settings::created_at(NOW);
    let app = id("team/app");
    let created = first.create(&app, settings, Vec::new());
    created.await.unwrap();
    note(&first, 1, 'a').await;
    drop(first);
    let second = Repositories::new(disk.open(), "seed", || NOW);
    assert_eq!(run(&second, 1).await, "a");
    let third = Repositories::new(disk.open(), "seed", || NOW);
    assert_eq!(run(&third, 2).await, "a");
}

#[tokio::test]
async fn the_work_of_a_deleted_repository_is_dropped() {
    let disk = Disk::default();
    let all = Repositories::new(disk.open(), "seed", || NOW);
    for swept in [false, true] {
        let (app, settings) = (id("team/app"), Settings::created_at(NOW));
        all.create(&app, settings, Vec::new()).await.unwrap();
        note(&all, 1, 'a').await;
        all.delete(&app).await.unwrap();
        if swept {
            all.sweeper.sweep().await.unwrap();
        }
        all.run_due(NOW + Duration::from_secs(1)).await.unwrap();
        all.sweeper.sweep().await.unwrap();
        assert_eq!(scheduled(&all).await, 0);
        // No record of the repository is left.
        check_swept(&disk).await;
    }
}

/// Returns the number of works that have not been done.
pub(super) async fn scheduled(all: &Repositories) -> usize {
    let folder = Folder::all_due();
    let keys = all
        .store
        .read(move |view| view.keys(&folder, None, usize::MAX));
    keys.await.unwrap().len()
}

#[tokio::test]
async fn a_reset_removes_work_but_not_that_of_the_initial_state() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (all, app) = (&fixture.repositories, &fixture.repository.id);
    note(all, 1, 'a').await;
    let settings = Settings::created_at(NOW);
    let initial = all
        .create_unpublished(app, settings, Vec::new())
        .await
        .unwrap();
    note(initial.content(), 1, 'b').await;
    all.reset(&[initial]).await.unwrap();
    assert_eq!(scheduled(all).await, 1);
    assert_eq!(run(all, 1).await, "b");
}

/// A request during a reset has another time than the initial state.
#[tokio::test]
async fn the_work_of_an_unpublished_repository_is_done_after_its_publication() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let all = &fixture.repositories;
    let settings = Settings::created_at(NOW);
    let other = id("other");
    let initial = all
        .create_unpublished(&other, settings, Vec::new())
        .await
        .unwrap();
    let at = initial.content().lookup(&other);
    let scheduled = all.store.transact(move |records| {
        let generation = at.generation(records.view())?;
        let work = Work::Note {
            generation,
            letter: 'a',
        };
        due::schedule(records, NOW, &work);
        Ok::<_, RepositoryError>(())
    });
    scheduled.await.unwrap();
    let policy = async || all.policy(&other).await.unwrap_or_default();
    note(all, 1, 'b').await;
    assert_eq!(run(all, 1).await, "b");
    initial.publish().await.unwrap();
    assert_eq!(policy().await, "");
    all.run_due(NOW).await.unwrap();
    assert_eq!(policy().await, "\"a\"");
}

/// The operation begins before a reset sets the clock back.
#[tokio::test]
async fn work_is_not_done_before_the_time_of_a_clock_that_was_set_back() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let clock = Clock::new(ClockStart::Frozen(NOW));
    let all = fixture.repositories.with_clock(&clock);
    note(&all, 1, 'a').await;
    assert_eq!(run(&all, 400 * 24 * 3600).await, "");
    assert_eq!(scheduled(&all).await, 1);
    clock.advance(Duration::from_secs(1));
    assert_eq!(run(&all, 400 * 24 * 3600).await, "a");
}

#[tokio::test]
async fn much_due_work_does_not_delay_a_stop() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (stop, stopping) = watch::channel(());
    let all = fixture.repositories.with_stop(&stopping);
    for second in 1..=150 {
        note(&all, second, 'a').await;
    }
    drop(stop);
    let now = NOW + Duration::from_secs(3600);
    let error = all.run_due(now).await.unwrap_err();
    assert!(matches!(error, RepositoryError::Store(StoreError::Stopped)));
    assert_eq!(scheduled(&all).await, 50);
}

/// A client in the process of the mock does not poll a request any more, but keeps it.
#[tokio::test]
async fn a_request_that_is_not_polled_does_not_stop_others() {
    let fixture = Fixture::on(|path| StoreLocation::Directory(path.to_owned())).await;
    let all = &fixture.repositories;
    let now = NOW + Duration::from_secs(1);
    // Stops the request after each of its steps.
    for polls in 1..9 {
        note(all, 1, 'a').await;
        let mut stopped = Box::pin(all.run_due(now));
        for _ in 0..polls {
            if stopped.as_mut().now_or_never().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let other = tokio::time::timeout(Duration::from_secs(10), all.run_due(now));
        other.await.expect("the request ends").unwrap();
        drop(stopped);
    }
    assert_eq!(notes(all).await, "a".repeat(8));
}

/// Writes work that no version of this program has written: one of an unknown kind, and one without a time.
async fn put_unknown(all: &Repositories) {
    let put = all.store.transact(|records| {
        records.put(&Key::due(NOW, "generation unknown"), "{}");
        records.put(&Folder::all_due().key("unknown"), "{}");
        Ok::<_, RepositoryError>(())
    });
    put.await.unwrap();
}

#[tokio::test]
async fn work_that_cannot_be_read_is_removed_and_does_not_stop_other_work() {
    for fixture in Fixture::both().await {
        let all = &fixture.repositories;
        note(all, 1, 'a').await;
        put_unknown(all).await;
        assert_eq!(run(all, 1).await, "a");
        assert_eq!(scheduled(all).await, 0);
    }
}

#[tokio::test]
async fn a_reset_removes_work_that_cannot_be_read() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let all = &fixture.repositories;
    put_unknown(all).await;
    all.reset(&[]).await.unwrap();
    assert_eq!(scheduled(all).await, 0);
}

/// Another server creates a repository of its initial state during a reset.
#[tokio::test]
async fn a_reset_does_not_remove_the_work_of_a_repository_that_is_being_created() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (all, app) = (&fixture.repositories, &fixture.repository.id);
    let settings = Settings::created_at(NOW);
    let other = all
        .create_unpublished(app, settings, Vec::new())
        .await
        .unwrap();
    note(other.content(), 1, 'b').await;
    all.reset(&[]).await.unwrap();
    other.publish().await.unwrap();
    assert_eq!(run(all, 1).await, "b");
}

/// With a frozen clock, work would otherwise stay for ever.
#[tokio::test]
async fn the_work_of_a_deleted_repository_or_image_is_removed_before_it_is_due() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (all, app) = (&fixture.repositories, &fixture.repository.id);
    let rule = SigningRule {
        profile: "profile".to_owned(),
        filters: None,
    };
    let put = all.put_signing_rules(&app.registry, vec![rule]);
    put.await.unwrap();
    for is_repository in [false, true] {
        let policy = LifecyclePolicy::parse(KEEP_ONE).unwrap();
        all.put_lifecycle_policy(app, &policy, NOW).await.unwrap();
        fixture.push("{}", "a").await.unwrap();
        let image = || Selection::Tag("a".parse().unwrap());
        for class in [StorageClass::Archive, StorageClass::Standard] {
            let updated = all.update_storage_class(app, image(), class, NOW).await;
            updated.unwrap().unwrap();
        }
        // An evaluation, a signature and a restoration.
        assert_eq!(scheduled(all).await, 3);
        match is_repository {
            true => drop(all.delete_with_images(app).await.unwrap()),
            false => drop(all.delete_selected(app, vec![image()], NOW).await.unwrap()),
        }
        all.sweeper.sweep().await.unwrap();
        assert_eq!(scheduled(all).await, usize::from(!is_repository));
    }
}

const KEEP_ONE: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;
