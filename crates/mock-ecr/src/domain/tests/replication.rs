//! Replication: what the destination has after a push, a deletion, a crash, or a change at the same time.

use super::consistency::{check, check_swept};
use super::due::scheduled;
use super::interleavings::check_schedules;
use super::operations::{ireland, prepare, put, replicate_to_ireland, virginia};
use super::*;
use crate::config::{Background, Quotas};
use crate::domain::{
    BackfillStatus, PrivateRegistry, ReplicationRule, ReplicationState, Selection,
};
use crate::lifecycle::StorageClass;
use crate::store::tests::{Disk, Failure, Steps};

pub(super) const SECOND: Duration = Duration::from_secs(1);

pub(super) fn app() -> RepositoryId {
    id("team/app")
}

/// The repository to which `team/app` is replicated.
pub(super) fn replica() -> RepositoryId {
    let region = ireland().region;
    RepositoryId::private(AccountId::EXAMPLE, region, "team/app".parse().unwrap())
}

pub(super) fn repositories(disk: &Disk) -> Repositories {
    Repositories::new(disk.open(), "seed", || NOW)
}

/// Returns repositories of which `team/app` has an image with the tags `1` and `2`, before replication begins.
pub(super) async fn prepared() -> (Disk, Repositories) {
    let disk = Disk::default();
    let all = repositories(&disk);
    prepare(&all).await;
    replicate_to_ireland(&all).await.unwrap();
    (disk, all)
}

fn tag(name: &str) -> Reference {
    Reference::Tag(name.parse().unwrap())
}

/// Returns the image that a tag of the replica names.
pub(super) async fn replicated(all: &Repositories, name: &str) -> Option<Digest> {
    let image = all.image(&replica(), &tag(name)).await;
    image.ok().map(|image| image.digest)
}

async fn states(all: &Repositories, manifest: &str) -> Vec<ReplicationState> {
    let statuses = all.replication_statuses(&app(), &sha256(manifest)).await;
    let statuses = statuses.unwrap().into_iter();
    statuses.map(|status| status.state).collect()
}

async fn delete(all: &Repositories, name: &str, now: Timestamp) {
    let selection = Selection::Tag(name.parse().unwrap());
    let deleted = all.delete_selected(&app(), vec![selection], now).await;
    deleted.unwrap().pop().unwrap().unwrap();
}

#[tokio::test]
async fn an_image_is_replicated_after_the_delay_with_its_layers() {
    let (disk, all) = prepared().await;
    let (layer, manifest) = ("three", manifest_of("three"));
    all.put_layer(&app(), &sha256(layer), content(layer))
        .await
        .unwrap();
    put(&all, &manifest, Some("3")).await.unwrap();
    let until_millis = (NOW + SECOND).as_millis();
    let in_progress = ReplicationState::InProgress { until_millis };
    assert_eq!(states(&all, &manifest).await, [in_progress]);
    all.run_due(NOW).await.unwrap();
    assert!(all.find(&replica()).await.is_err());
    // The work sees the time at which it was due.
    all.run_due(NOW + 3600 * SECOND).await.unwrap();
    assert_eq!(states(&all, &manifest).await, [ReplicationState::Complete]);
    let found = all.image(&replica(), &tag("3")).await.unwrap();
    assert_eq!(found.metadata.pushed(), NOW + SECOND);
    assert_eq!(found.manifest, manifest.as_bytes());
    let size = all.layer_size(&replica(), &sha256(layer)).await.unwrap();
    assert_eq!(size, Some(5));
    // The images that existed before are not replicated.
    assert_eq!(all.image_digests(&replica()).await.unwrap().len(), 1);
    // The layer remains if the source is deleted.
    all.delete_with_images(&app()).await.unwrap();
    all.sweeper.sweep().await.unwrap();
    check_swept(&disk).await;
    let opened = all.open_layer(&replica(), &sha256(layer), None).await;
    let chunks: Vec<Bytes> = opened.unwrap().bytes.map(Result::unwrap).collect().await;
    assert_eq!(chunks.concat(), b"three");
}

/// The first of two replications ends before the second one.
#[tokio::test]
async fn the_status_is_complete_when_the_last_replication_has_ended() {
    let (_disk, all) = prepared().await;
    put(&all, "{}", Some("3")).await.unwrap();
    let new = NewImage {
        manifest: Bytes::from("{}"),
        media_type: None,
        digest: None,
        tag: Some("4".parse().unwrap()),
    };
    let later = NOW + Duration::from_millis(500);
    all.put_image(&app(), new, later).await.unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(replicated(&all, "3").await, Some(sha256("{}")));
    let until_millis = (later + SECOND).as_millis();
    let in_progress = ReplicationState::InProgress { until_millis };
    assert_eq!(states(&all, "{}").await, [in_progress]);
    all.run_due(later + SECOND).await.unwrap();
    assert_eq!(states(&all, "{}").await, [ReplicationState::Complete]);
}

#[tokio::test]
async fn changes_at_one_time_lead_to_the_last_state() {
    let (disk, all) = prepared().await;
    // In the order of the digests, the replications of these images have both orders.
    for manifests in [["{}", "{ }"], ["{ }", "{}"]] {
        for manifest in manifests {
            put(&all, manifest, Some("moved")).await.unwrap();
        }
        all.run_due(NOW + SECOND).await.unwrap();
        let last = sha256(manifests[1]);
        assert_eq!(replicated(&all, "moved").await, Some(last));
    }
    put(&all, "{}", Some("again")).await.unwrap();
    delete(&all, "again", NOW).await;
    put(&all, "{}", Some("again")).await.unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(replicated(&all, "again").await, Some(sha256("{}")));
    delete(&all, "again", NOW).await;
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(replicated(&all, "again").await, None);
    assert_eq!(replicated(&all, "moved").await, Some(sha256("{}")));
    check(&disk).await;
}

#[tokio::test]
async fn an_index_is_deleted_before_its_images() {
    let (disk, all) = prepared().await;
    put(&all, "{}", None).await.unwrap();
    let index = format!(
        r#"{{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"digest":"{}"}}]}}"#,
        sha256("{}")
    );
    put(&all, &index, Some("index")).await.unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(all.image_digests(&replica()).await.unwrap().len(), 2);
    let digests = [&index, "{}"].map(|text| Selection::Digest(sha256(text)));
    all.delete_selected(&app(), digests.to_vec(), NOW)
        .await
        .unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(all.image_digests(&replica()).await.unwrap(), []);
    assert_eq!(scheduled(&all).await, 0);
    check(&disk).await;
}

#[tokio::test]
async fn an_index_is_replicated_with_its_images() {
    let disk = Disk::default();
    let all = repositories(&disk);
    prepare(&all).await;
    let image = sha256(&manifest_of("one"));
    replicate_to_ireland(&all).await.unwrap();
    let index = format!(r#"{{"manifests":[{{"digest":"{image}"}}]}}"#);
    put(&all, &index, Some("index")).await.unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    let digests = all.image_digests(&replica()).await.unwrap();
    assert!(digests.contains(&image) && digests.len() == 2);
    let layer = all.layer_size(&replica(), &sha256("one")).await.unwrap();
    assert_eq!(layer, Some(3));
    check(&disk).await;
}

#[tokio::test]
async fn a_failed_replication_leaves_no_part_of_it_and_does_not_stop_others() {
    let (disk, all) = prepared().await;
    let quotas = Quotas {
        images_per_repository: Some(0),
        ..Quotas::default()
    };
    put(&all, "{}", Some("3")).await.unwrap();
    all.with_quotas(quotas).run_due(NOW + SECOND).await.unwrap();
    assert!(all.find(&replica()).await.is_err());
    assert!(matches!(
        states(&all, "{}").await[..],
        [ReplicationState::Failed { code }] if code.name() == "DESTINATION_LIMIT_EXCEEDED"
    ));
    assert_eq!(scheduled(&all).await, 0);
    put(&all, "{ }", Some("3")).await.unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(replicated(&all, "3").await, Some(sha256("{ }")));
    check(&disk).await;
}

/// A record that this program did not write must not stop the work of other repositories.
#[tokio::test]
async fn an_invalid_record_does_not_stop_other_work() {
    let (_disk, all) = prepared().await;
    put(&all, "{}", Some("3")).await.unwrap();
    put(&all, "{ }", Some("4")).await.unwrap();
    let at = all.lookup(&app());
    let damaged = all.store.transact(move |records| {
        let generation = at.generation(records.view())?;
        records.put(&generation.image(&sha256("{}")), "damaged");
        Ok::<_, RepositoryError>(())
    });
    damaged.await.unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(scheduled(&all).await, 0);
    assert_eq!(replicated(&all, "4").await, Some(sha256("{ }")));
    assert!(matches!(
        states(&all, "{}").await[..],
        [ReplicationState::Failed { code }] if code.name() == "INTERNAL_FAILURE"
    ));
}

#[tokio::test]
async fn an_immutable_tag_of_the_destination_is_not_moved() {
    let (_disk, all) = prepared().await;
    let mut settings = Settings::created_at(NOW);
    settings.mutability = TagMutability::named("IMMUTABLE", vec![]).unwrap();
    all.create(&replica(), settings, Vec::new()).await.unwrap();
    for manifest in ["{}", "{ }"] {
        put(&all, manifest, Some("3")).await.unwrap();
        all.run_due(NOW + SECOND).await.unwrap();
    }
    assert_eq!(replicated(&all, "3").await, Some(sha256("{}")));
    assert_eq!(all.image_digests(&replica()).await.unwrap().len(), 2);
    assert_eq!(states(&all, "{ }").await, [ReplicationState::Complete]);
}

#[tokio::test]
async fn an_archived_image_of_the_destination_is_restored() {
    let (_disk, all) = prepared().await;
    put(&all, "{}", Some("3")).await.unwrap();
    all.run_due(NOW + SECOND).await.unwrap();
    let image = || Selection::Digest(sha256("{}"));
    let archive = StorageClass::Archive;
    for (id, class) in [
        (replica(), archive),
        (app(), archive),
        (app(), StorageClass::Standard),
    ] {
        let updated = all.update_storage_class(&id, image(), class, NOW).await;
        updated.unwrap().unwrap();
    }
    // The archived image is restored after a second, and then replicated.
    all.run_due(NOW + SECOND).await.unwrap();
    let is_active = || async {
        let found = all.image(&replica(), &tag("3")).await.unwrap();
        found.metadata.status.is_active()
    };
    assert!(!is_active().await);
    all.run_due(NOW + 2 * SECOND).await.unwrap();
    assert!(is_active().await);
}

#[tokio::test]
async fn a_replicated_image_is_not_replicated_again() {
    let (_disk, all) = prepared().await;
    let frankfurt = PrivateRegistry {
        region: "eu-central-1".parse().unwrap(),
        ..ireland()
    };
    let rule = ReplicationRule {
        destinations: vec![frankfurt],
        filters: None,
        delete_replication: None,
    };
    let rules = vec![rule];
    all.put_replication_rules(&ireland().id(), rules)
        .await
        .unwrap();
    put(&all, "{}", Some("3")).await.unwrap();
    all.run_due(NOW + 10 * SECOND).await.unwrap();
    let registries = all.all().await.unwrap().into_iter();
    let registries: Vec<String> = registries.map(|one| one.id.registry.place()).collect();
    assert_eq!(registries, ["eu-west-1", "us-east-1", "us-east-1"]);
}

#[tokio::test]
async fn without_a_delay_a_push_is_replicated_before_it_returns() {
    let (_disk, all) = prepared().await;
    let all = all.with_background(Background {
        replication_delay: Duration::ZERO,
        ..Background::default()
    });
    put(&all, "{}", Some("3")).await.unwrap();
    assert_eq!(replicated(&all, "3").await, Some(sha256("{}")));
    delete(&all, "3", NOW).await;
    assert_eq!(replicated(&all, "3").await, None);
    let started = all.start_backfill(&virginia(), ireland(), NOW).await;
    assert_eq!(started.unwrap().status, BackfillStatus::Preparing);
    assert_eq!(replicated(&all, "1").await, replicated(&all, "2").await);
    assert!(replicated(&all, "1").await.is_some());
}

/// A push that has returned is replicated, whatever happens to the process later.
#[tokio::test]
async fn a_crash_at_any_step_does_not_lose_a_replication() {
    let mut crashes = 0;
    for failure in [Failure::Before, Failure::After] {
        for step in 0.. {
            let disk = Disk::default();
            prepare(&repositories(&disk)).await;
            replicate_to_ireland(&repositories(&disk)).await.unwrap();
            let steps = Steps::limited(step, failure);
            let crashed = Repositories::new(disk.failing(&steps), "seed", || NOW);
            let pushed = put(&crashed, "{}", Some("3")).await.is_ok();
            let _ = crashed.run_due(NOW + SECOND).await;
            crashes += 1;
            check(&disk).await;
            let restarted = repositories(&disk);
            restarted.recover(NOW).await.unwrap();
            restarted.run_due(NOW + SECOND).await.unwrap();
            restarted.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
            let exists = restarted.image(&app(), &tag("3")).await.is_ok();
            assert!(exists || !pushed, "step {step}");
            assert_eq!(replicated(&restarted, "3").await.is_some(), exists);
            if !steps.has_failed() {
                break;
            }
        }
    }
    assert!(crashes > 4, "{crashes}");
}

/// An image is replicated if the registry had the rule when it was pushed, and only then.
#[test]
fn a_push_during_a_change_of_the_configuration_is_replicated_completely_or_not_at_all() {
    let pushes = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            let pushing = all.clone();
            let pushing =
                shuttle::future::spawn(async move { put(&pushing, "{}", Some("3")).await });
            replicate_to_ireland(&all).await.unwrap();
            all.put_replication_rules(&virginia().id(), Vec::new())
                .await
                .unwrap();
            pushing.await.unwrap().unwrap();
            let is_scheduled = !states(&all, "{}").await.is_empty();
            all.run_due(NOW + SECOND).await.unwrap();
            assert_eq!(replicated(&all, "3").await.is_some(), is_scheduled);
            if is_scheduled {
                assert_eq!(states(&all, "{}").await, [ReplicationState::Complete]);
            }
            disk.settle().await;
            check(&disk).await;
        });
    };
    check_schedules(10, pushes);
}

/// Two servers carry out the same replications, and a client creates the repository of the destination at the same time.
#[test]
fn several_servers_replicate_an_image_once() {
    let servers = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            replicate_to_ireland(&all).await.unwrap();
            for (manifest, tag) in [("{}", "3"), ("{ }", "4"), ("{  }", "3")] {
                put(&all, manifest, Some(tag)).await.unwrap();
            }
            let running = [1, 2].map(|_| {
                let server = Repositories::new(disk.scheduled(), "seed", || NOW);
                shuttle::future::spawn(async move { server.run_due(NOW + SECOND).await })
            });
            let settings = Settings::created_at(NOW);
            let created = all.create(&replica(), settings, Vec::new()).await;
            for task in running {
                task.await.unwrap().unwrap();
            }
            let expected = match created {
                Ok(created) => created,
                Err(_) => all.find(&replica()).await.unwrap(),
            };
            assert_eq!(all.find(&replica()).await.unwrap(), expected);
            assert_eq!(all.image_digests(&replica()).await.unwrap().len(), 3);
            assert_eq!(replicated(&all, "3").await, Some(sha256("{  }")));
            assert_eq!(replicated(&all, "4").await, Some(sha256("{ }")));
            disk.settle().await;
            all.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
        });
    };
    check_schedules(10, servers);
}

/// Each index lists the previous one twice, so a copy that follows each entry would take 2^300 steps, and one that calls itself would use the stack
/// of 300 calls.
#[tokio::test]
async fn an_index_that_is_nested_often_is_replicated_once() {
    let (_disk, all) = prepared().await;
    let mut listed = sha256("{}");
    put(&all, "{}", None).await.unwrap();
    for depth in 0..300 {
        let entry = format!(r#"{{"digest":"{listed}"}}"#);
        let index = format!(r#"{{"annotations":{{"n":"{depth}"}},"manifests":[{entry},{entry}]}}"#);
        put(&all, &index, (depth == 299).then_some("nested"))
            .await
            .unwrap();
        listed = sha256(&index);
    }
    all.run_due(NOW + SECOND).await.unwrap();
    assert_eq!(replicated(&all, "nested").await, Some(listed));
}
