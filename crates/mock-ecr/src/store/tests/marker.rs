//! The first writes to a store: the record that identifies it, and the marker of the location of its layers.

use std::collections::BTreeSet;
use std::sync::Arc;

use shuttle::scheduler::RandomScheduler;

use super::{Disk, Failure, Steps};
use crate::store::Key;
use crate::store::error::StoreError;
use crate::store::marker::{LayersError, MARKER, Marker};
use crate::store::names::Epochs;
use crate::store::objects::Objects;
use crate::store::records::Store;

/// Returns a disk with the objects of another one and without records.
fn with_objects_of(disk: &Disk) -> Disk {
    Disk {
        objects: Arc::clone(&disk.objects),
        ..Disk::default()
    }
}

/// Returns a disk with the records of another one and without objects.
fn with_records_of(disk: &Disk) -> Disk {
    Disk {
        engine: Arc::clone(&disk.engine),
        ..Disk::default()
    }
}

async fn check(store: &Store) -> Result<(), StoreError> {
    store.check_layers().await
}

/// Checks that the layers belong to the records, and that a write succeeds.
async fn check_usable(disk: &Disk) {
    let store = disk.open();
    check(&store).await.unwrap();
    let name = store.unique_name().await.unwrap();
    let epochs = store.read(Epochs::read).await.unwrap().unwrap();
    let Objects::Persistent(objects) = store.objects() else {
        unreachable!("the objects outlive the store")
    };
    let marker = objects.read_short(MARKER).await.unwrap().unwrap();
    let marker: Marker = marker.parse().unwrap();
    assert_eq!(epochs.layers, Some(marker.location));
    let id = format!("{:016x}-", marker.store);
    assert!(name.starts_with(&id), "{name}");
    check(&disk.open()).await.unwrap();
}

#[tokio::test]
async fn a_crash_at_any_step_of_the_first_write_leaves_a_usable_store() {
    for failure in [Failure::Before, Failure::After] {
        for step in 0.. {
            let disk = Disk::default();
            let steps = Steps::limited(step, failure);
            let written = disk.failing(&steps).unique_name().await;
            assert_eq!(written.is_err(), steps.has_failed(), "step {step}");
            check_usable(&disk).await;
            let other = with_objects_of(&disk).open();
            assert!(check(&other).await.is_err(), "step {step}");
            if written.is_ok() {
                // The record of the identifier, the marker, and the record that the marker exists.
                assert_eq!(step, 3);
                break;
            }
        }
    }
}

/// A process that ended between the marker and the record that the marker exists has left both without the latter.
#[tokio::test]
async fn the_location_of_another_store_is_rejected() {
    let (disk, steps) = (Disk::default(), Steps::limited(2, Failure::Before));
    disk.failing(&steps).unique_name().await.unwrap_err();
    let other = with_objects_of(&disk);
    for _ in 0..2 {
        check(&other.open()).await.unwrap_err();
        // If the marker is created after the check, the first write is rejected.
        let error = other.open().unique_name().await.unwrap_err();
        assert!(is_of_another_store(&error), "{error}");
        let error = check(&other.open()).await.unwrap_err();
        assert!(is_of_another_store(&error), "{error}");
    }
    check_usable(&disk).await;
}

#[tokio::test]
async fn a_location_without_the_layers_of_the_store_is_rejected() {
    let disk = Disk::default();
    check_usable(&disk).await;
    let error = check(&with_records_of(&disk).open()).await.unwrap_err();
    assert!(is_missing(&error), "{error}");
}

fn is_of_another_store(error: &StoreError) -> bool {
    matches!(error, StoreError::Layers(LayersError::OfAnotherStore(_)))
}

fn is_missing(error: &StoreError) -> bool {
    matches!(error, StoreError::Layers(LayersError::Missing { .. }))
}

/// Two processes start on an empty database with different locations. Both find no marker at the start.
#[tokio::test]
async fn the_first_write_of_each_process_checks_the_location() {
    let disk = Disk::default();
    let elsewhere = with_records_of(&disk);
    let [one, other] = [disk.open(), elsewhere.open()];
    check(&one).await.unwrap();
    check(&other).await.unwrap();
    one.unique_name().await.unwrap();
    for _ in 0..2 {
        let error = other.unique_name().await.unwrap_err();
        assert!(is_missing(&error), "{error}");
    }
    check_usable(&disk).await;
}

/// A copy of a store has its identifier and the numbers of its processes.
#[tokio::test]
async fn a_copy_of_a_store_does_not_return_the_names_of_the_original() {
    let (original, copy) = (Disk::default(), Disk::default());
    let store = original.open();
    store.unique_name().await.unwrap();
    let epochs = store.read(Epochs::read).await.unwrap().unwrap();
    let restored = copy.open();
    let restore = restored.transact(move |records| {
        records.write(&Key::epochs(), &epochs);
        Ok::<_, StoreError>(())
    });
    restore.await.unwrap();
    let copy = Disk {
        engine: copy.engine,
        ..original.clone()
    };
    let names =
        [original.open(), copy.open()].map(|store| async move { store.unique_name().await });
    let [original, copy] = names;
    let (original, copy) = (original.await.unwrap(), copy.await.unwrap());
    // The identifier of the store, and the number of the process.
    assert_eq!(original[..19], copy[..19]);
    assert_ne!(original, copy);
}

/// Runs a test in random schedules.
fn check_schedules(test: impl Fn() + Send + Sync + 'static) {
    let mut config = shuttle::Config::new();
    // The default of 32 KiB is too small for unoptimized futures.
    config.stack_size = 1 << 20;
    let scheduler = RandomScheduler::new_from_seed(15, 500);
    shuttle::Runner::new(scheduler, config).run(test);
}

/// Processes that start on the same records and the same location at the same time accept each other's marker.
#[test]
fn several_processes_can_start_at_the_same_time() {
    let start = |disk: &Disk| {
        let store = disk.scheduled();
        shuttle::future::spawn(async move {
            check(&store).await.unwrap();
            store.unique_name().await.unwrap()
        })
    };
    let run = move || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let started = [start(&disk), start(&disk), start(&disk)];
            let mut names = BTreeSet::new();
            for started in started {
                names.insert(started.await.unwrap());
            }
            assert_eq!(names.len(), 3);
            disk.settle().await;
            check_usable(&disk).await;
        });
    };
    check_schedules(run);
}

/// Of two processes that start on the same records with different locations at the same time, one is rejected, at the start or at its first write.
#[test]
fn two_locations_do_not_share_a_store() {
    check_that_one_is_accepted(|one| Disk {
        objects: Arc::default(),
        ..one.clone()
    });
}

/// Of two stores that start at the same location at the same time, one is rejected, at the start or at its first write.
#[test]
fn two_stores_do_not_share_a_location() {
    check_that_one_is_accepted(with_objects_of);
}

/// Starts a process on a disk and one on the disk that `other` returns, at the same time, and checks that one of them is accepted.
fn check_that_one_is_accepted(other: fn(&Disk) -> Disk) {
    let start = |disk: &Disk| {
        let store = disk.scheduled();
        shuttle::future::spawn(async move {
            check(&store).await.is_ok() && store.unique_name().await.is_ok()
        })
    };
    check_schedules(move || {
        shuttle::future::block_on(async {
            let one = Disk::default();
            let started = [start(&one), start(&other(&one))];
            let mut accepted = 0;
            for started in started {
                accepted += usize::from(started.await.unwrap());
            }
            assert_eq!(accepted, 1);
        });
    });
}
