//! Interleavings: two operations that change one repository run at the same time, in the order of a scheduler.

use std::str::FromStr;
use std::{env, fmt};

use shuttle::scheduler::RandomScheduler;

use super::consistency::{check, check_swept};
use super::due::{note, notes};
use super::operations::{
    OPERATIONS, Operation, UPLOAD_OPERATIONS, begin, import, prepare, put, put_profile, scan,
};
use super::*;
use crate::config::Quotas;
use crate::domain::mutability::TagRule;
use crate::domain::scan_error::ScanError;
use crate::lifecycle::LifecyclePolicy;
use crate::store::tests::{Disk, Steps};

/// The number of schedules for each pair, unless `MOCK_ECR_SCHEDULES` sets another.
const SCHEDULES: usize = 30;

/// The seed of the schedules, unless `MOCK_ECR_SCHEDULE_SEED` sets another.
const SEED: u64 = 15;

fn variable<T: FromStr<Err: fmt::Debug>>(name: &str, default: T) -> T {
    let set = env::var(name).ok();
    set.map_or(default, |text| text.parse().unwrap())
}

/// Runs a test in a number of random schedules. If one fails, shuttle prints it, and `shuttle::replay` repeats it.
pub(super) fn check_schedules(factor: usize, test: impl Fn() + Send + Sync + 'static) {
    let schedules = factor * variable("MOCK_ECR_SCHEDULES", SCHEDULES);
    let seed = variable("MOCK_ECR_SCHEDULE_SEED", SEED);
    let scheduler = RandomScheduler::new_from_seed(seed, schedules);
    let mut config = shuttle::Config::new();
    // The default of 32 KiB is too small for unoptimized futures.
    config.stack_size = 1 << 20;
    shuttle::Runner::new(scheduler, config).run(test);
}

fn run(one: Operation, other: Operation) {
    shuttle::future::block_on(async move {
        let disk = Disk::default();
        let all = Repositories::new(disk.scheduled(), "seed", || NOW);
        prepare(&all).await;
        begin(&all).await.unwrap();
        let running = [one, other].map(|(_, operation)| {
            let all = all.clone();
            shuttle::future::spawn(async move { drop(operation(&all).await) })
        });
        let sweeping = all.clone();
        let sweeping = shuttle::future::spawn(async move { sweeping.sweeper.sweep().await });
        for task in running {
            task.await.unwrap();
        }
        sweeping.await.unwrap().unwrap();
        disk.settle().await;
        check(&disk).await;
        all.sweeper.sweep().await.unwrap();
        check_swept(&disk).await;
    });
}

#[test]
fn operations_on_one_repository_at_the_same_time_leave_it_consistent() {
    for (index, one) in OPERATIONS.into_iter().enumerate() {
        for other in OPERATIONS.into_iter().skip(index) {
            check_schedules(1, move || run(one, other));
        }
    }
}

#[test]
fn operations_on_one_upload_at_the_same_time_leave_it_consistent() {
    for (index, one) in UPLOAD_OPERATIONS.into_iter().enumerate() {
        for other in UPLOAD_OPERATIONS.into_iter().skip(index) {
            check_schedules(1, move || run(one, other));
        }
    }
}

/// Two requests send the next part of one upload. One of them is rejected, and the layer has the bytes of the other.
#[test]
fn parts_that_are_sent_at_the_same_time_do_not_mix() {
    let parts = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            let app = id("team/app");
            let upload = all.begin_upload(&app, NOW).await.unwrap();
            let senders = ["hello", "world"].map(|text| {
                let (all, upload, app) = (all.clone(), upload.clone(), app.clone());
                shuttle::future::spawn(async move {
                    let sent = all.upload(&app, &upload, None, content(text), NOW).await;
                    sent.is_ok().then_some(text)
                })
            });
            let mut stored = String::new();
            for sender in senders {
                stored += sender.await.unwrap().unwrap_or_default();
            }
            // Both are stored if one began after the other had ended, in either order.
            let digests = [stored.clone(), "worldhello".to_owned()].map(|text| sha256(&text));
            let mut completed = 0;
            for digest in &digests {
                let result = all
                    .complete_upload(&app, &upload, std::slice::from_ref(digest), NOW)
                    .await;
                completed += usize::from(result.is_ok());
            }
            assert_eq!(completed, 1, "{stored}");
            disk.settle().await;
            all.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
        });
    };
    check_schedules(10, parts);
}

/// A part that ends after its upload was completed is rejected.
#[test]
fn a_late_part_does_not_change_the_layer() {
    let late = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            let app = id("team/app");
            let upload = all.begin_upload(&app, NOW).await.unwrap();
            all.upload(&app, &upload, None, content("hello"), NOW)
                .await
                .unwrap();
            let (late, of, to) = (all.clone(), upload.clone(), app.clone());
            let late = shuttle::future::spawn(async move {
                late.upload(&to, &of, None, content("late"), NOW)
                    .await
                    .is_ok()
            });
            let digest = sha256("hello");
            let completed = all
                .complete_upload(&app, &upload, std::slice::from_ref(&digest), NOW)
                .await;
            let was_late = late.await.unwrap();
            // The part is stored if it ended before the upload was completed, whose digest is then another one.
            assert_ne!(completed.is_ok(), was_late);
            disk.settle().await;
            all.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
        });
    };
    check_schedules(10, late);
}

/// Two clients push different images to a repository that can have one more image. One of them is rejected.
#[test]
fn pushes_at_the_same_time_do_not_exceed_a_quota() {
    let pushes = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            let all = all.with_quotas(Quotas {
                images_per_repository: Some(2),
                ..Quotas::default()
            });
            prepare(&all).await;
            let pushing = ["{}", "{ }"].map(|manifest| {
                let all = all.clone();
                shuttle::future::spawn(async move { put(&all, manifest, None).await })
            });
            let mut pushed = 0;
            for one in pushing {
                match one.await.unwrap() {
                    Ok(()) => pushed += 1,
                    Err(error) => {
                        assert!(matches!(error, RepositoryError::TooManyImages { .. }));
                    }
                }
            }
            assert_eq!(pushed, 1);
            let images = all.image_digests(&id("team/app")).await.unwrap();
            assert_eq!(images.len(), 2);
            disk.settle().await;
            check(&disk).await;
        });
    };
    check_schedules(10, pushes);
}

/// Two servers of one store carry out due work. Each work is done once, in the order of time.
#[test]
fn due_work_is_done_once_by_several_servers() {
    let servers = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            for (seconds, letter) in [(3, 'c'), (1, 'a'), (2, 'b'), (9, 'z')] {
                note(&all, seconds, letter).await;
            }
            let running = [3, 2].map(|seconds| {
                let server = Repositories::new(disk.scheduled(), "seed", || NOW);
                let now = NOW + Duration::from_secs(seconds);
                shuttle::future::spawn(async move { server.run_due(now).await })
            });
            for task in running {
                task.await.unwrap().unwrap();
            }
            assert_eq!(notes(&all).await, "abc");
            disk.settle().await;
        });
    };
    check_schedules(10, servers);
}

/// Requests that wait for due work do not do the same work.
#[test]
fn due_work_is_done_by_one_request_of_a_server_at_a_time() {
    let requests = || {
        shuttle::future::block_on(async {
            let (disk, steps) = (Disk::default(), Steps::unlimited());
            let all = Repositories::new(disk.counted(&steps), "seed", || NOW);
            prepare(&all).await;
            for (seconds, letter) in [(3, 'c'), (1, 'a'), (2, 'b')] {
                note(&all, seconds, letter).await;
            }
            let before = steps.remaining();
            let running = [(); 4].map(|()| {
                let all = all.clone();
                let now = NOW + Duration::from_secs(3);
                shuttle::future::spawn(async move { all.run_due(now).await })
            });
            for task in running {
                task.await.unwrap().unwrap();
            }
            assert_eq!(notes(&all).await, "abc");
            assert_eq!(before - steps.remaining(), 3, "a transaction for each work");
            disk.settle().await;
        });
    };
    check_schedules(10, requests);
}

/// A client tags an image while a rule for untagged images expires it. If the client succeeds, the image exists.
#[test]
fn an_image_that_was_tagged_in_the_meantime_is_not_expired() {
    let tags = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            put(&all, "{}", None).await.unwrap();
            let policy = LifecyclePolicy::parse(UNTAGGED).unwrap();
            let app = id("team/app");
            all.put_lifecycle_policy(&app, &policy, NOW).await.unwrap();
            let later = NOW + Duration::from_secs(3 * 24 * 3600);
            let run = all.start_lifecycle(&app, later).await.unwrap();
            assert_eq!(run.expired, 1);
            let tagging = all.clone();
            let tagging =
                shuttle::future::spawn(async move { put(&tagging, "{}", Some("3")).await });
            all.run_due(later).await.unwrap();
            tagging.await.unwrap().unwrap();
            let tag = Reference::Tag("3".parse().unwrap());
            all.image(&app, &tag).await.unwrap();
            disk.settle().await;
            check(&disk).await;
        });
    };
    check_schedules(10, tags);
}

const UNTAGGED: &str = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":1},"action":{"type":"expire"}}]}"#;

/// Two clients start a scan of one image. One of them is rejected.
#[test]
fn scans_that_are_started_at_the_same_time_do_not_exceed_the_quota() {
    let scans = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            let scanning = [1, 2].map(|_| {
                let all = all.clone();
                shuttle::future::spawn(async move { scan(&all).await })
            });
            let mut started = 0;
            for one in scanning {
                match one.await.unwrap() {
                    Ok(()) => started += 1,
                    Err(error) => assert!(matches!(
                        error,
                        RepositoryError::Scan(ScanError::ScannedRecently)
                    )),
                }
            }
            assert_eq!(started, 1);
            disk.settle().await;
            check(&disk).await;
        });
    };
    check_schedules(10, scans);
}

/// Two clients pull a stale image. One of them refreshes it.
#[test]
fn a_stale_image_is_refreshed_once() {
    let pulls = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            import(&all, id("new/app")).await.unwrap();
            let tomorrow = NOW + Duration::from_secs(24 * 3600);
            let pulling = [1, 2].map(|_| {
                let (all, app) = (all.clone(), id("new/app"));
                let tag = "3".parse().unwrap();
                shuttle::future::spawn(async move {
                    all.claim_refresh(&app, &tag, tomorrow).await.unwrap()
                })
            });
            let mut claimed = 0;
            for one in pulling {
                claimed += usize::from(one.await.unwrap());
            }
            assert_eq!(claimed, 1);
            disk.settle().await;
        });
    };
    check_schedules(10, pulls);
}

/// The signing configuration changes during a push. If the change was acknowledged before the push, it applies.
#[test]
fn a_push_is_signed_by_the_configuration_of_its_time() {
    for is_deleted in [false, true] {
        let push = move || {
            shuttle::future::block_on(async {
                let disk = Disk::default();
                let all = Repositories::new(disk.scheduled(), "seed", || NOW);
                prepare(&all).await;
                let app = id("team/app");
                if is_deleted {
                    put_profile(&all).await.unwrap();
                }
                let pushing = all.clone();
                let pushing =
                    shuttle::future::spawn(async move { put(&pushing, "{}", Some("3")).await });
                match is_deleted {
                    true => drop(all.delete_signing_rules(&app.registry).await.unwrap()),
                    false => put_profile(&all).await.unwrap(),
                }
                let was_pushed = all.image(&app, &"3".parse().unwrap()).await.is_ok();
                pushing.await.unwrap().unwrap();
                let found = all.signing_statuses(&app, &sha256("{}")).await.unwrap();
                if !was_pushed {
                    assert_eq!(found.len(), usize::from(!is_deleted));
                }
                all.run_due(NOW + Duration::from_secs(1)).await.unwrap();
                disk.settle().await;
                check(&disk).await;
            });
        };
        check_schedules(10, push);
    }
}

/// A client creates a repository during a reset. After the reset, the repository is that of the configuration.
#[test]
fn a_reset_leaves_the_configured_repositories() {
    let reset = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            let app = id("team/app");
            let (creating, to) = (all.clone(), app.clone());
            let creating = shuttle::future::spawn(async move {
                let settings = Settings::created_at(NOW);
                creating.create(&to, settings, Vec::new()).await.is_ok()
            });
            let mut settings = Settings::created_at(NOW);
            settings.mutability.rule = TagRule::Immutable;
            let initial = all
                .create_unpublished(&app, settings, Vec::new())
                .await
                .unwrap();
            all.reset(&[initial]).await.unwrap();
            creating.await.unwrap();
            let found = all.find(&app).await.unwrap();
            assert_eq!(found.settings.mutability.rule, TagRule::Immutable);
            disk.settle().await;
            all.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
        });
    };
    check_schedules(10, reset);
}
