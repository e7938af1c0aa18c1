//! Replication backfills: what they replicate, and when they end.

use super::consistency::check;
use super::due::scheduled;
use super::interleavings::check_schedules;
use super::operations::{backfill, ireland, prepare, put, replicate_to_ireland, virginia};
use super::replication::{SECOND, app, prepared, replica, replicated, repositories};
use super::*;
use crate::domain::{BackfillImage, BackfillStatus, Selection};
use crate::lifecycle::StorageClass;
use crate::store::tests::Disk;

/// Two clients start a backfill to one Region. One of them is rejected.
#[test]
fn backfills_that_are_started_at_the_same_time_do_not_exceed_the_limit() {
    let backfills = || {
        shuttle::future::block_on(async {
            let disk = Disk::default();
            let all = Repositories::new(disk.scheduled(), "seed", || NOW);
            prepare(&all).await;
            replicate_to_ireland(&all).await.unwrap();
            let starting = [1, 2].map(|_| {
                let all = all.clone();
                shuttle::future::spawn(async move {
                    all.start_backfill(&virginia(), ireland(), NOW)
                        .await
                        .is_ok()
                })
            });
            let mut started = 0;
            for one in starting {
                started += usize::from(one.await.unwrap());
            }
            assert_eq!(started, 1);
            all.run_due(NOW + 2 * SECOND).await.unwrap();
            assert!(replicated(&all, "1").await.is_some());
            disk.settle().await;
            check(&disk).await;
        });
    };
    check_schedules(10, backfills);
}

/// A backfill of several repositories, each of which is created in a transaction of its own.
#[tokio::test]
async fn a_backfill_replicates_the_images_of_all_repositories() {
    let disk = Disk::default();
    let all = repositories(&disk);
    prepare(&all).await;
    let new = NewImage {
        manifest: Bytes::from(manifest_of("two")),
        media_type: None,
        digest: None,
        tag: None,
    };
    all.put_image(&id("other"), new, NOW).await.unwrap();
    backfill(&all).await.unwrap();
    let backfills = all.backfills(&virginia().id(), None, 9).await.unwrap();
    assert_eq!(backfills[0].status, BackfillStatus::Complete);
    let progress = backfills[0].progress.clone().unwrap();
    assert_eq!((progress.total, progress.completed), (3, 3));
    let every = |_: &BackfillImage| true;
    let registry = virginia().id();
    let found = all.backfill(&registry, &backfills[0].id, every, Some(0), 9);
    let found = found.await.unwrap().results;
    let found: Vec<_> = found
        .into_iter()
        .map(|(position, one)| (position, one.tag))
        .collect();
    let tag = |name: &str| Some(name.parse().unwrap());
    assert_eq!(found, [(1, tag("1")), (2, tag("2"))]);
    let other = RepositoryId {
        name: "other".parse().unwrap(),
        ..replica()
    };
    for id in [replica(), other] {
        assert_eq!(all.image_digests(&id).await.unwrap().len(), 1, "{id}");
    }
    check(&disk).await;
    // The records are removed after 90 days.
    all.run_due(NOW + 91 * 24 * 3600 * SECOND).await.unwrap();
    let backfills = all.backfills(&virginia().id(), None, 9).await.unwrap();
    assert_eq!((backfills.len(), scheduled(&all).await), (0, 0));
}

/// An archived image, and an image that is a part of an index, are no replications of their own.
#[tokio::test]
async fn a_backfill_replicates_each_active_image_with_each_of_its_tags() {
    let (_disk, all) = prepared().await;
    put(&all, "{}", None).await.unwrap();
    let index = format!(
        r#"{{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"digest":"{}"}}]}}"#,
        sha256("{}")
    );
    put(&all, &index, Some("index")).await.unwrap();
    put(&all, "{ }", Some("archived")).await.unwrap();
    let (archived, class) = (Selection::Digest(sha256("{ }")), StorageClass::Archive);
    all.update_storage_class(&app(), archived, class, NOW)
        .await
        .unwrap()
        .unwrap();
    put(&all, "{  }", None).await.unwrap();
    backfill(&all).await.unwrap();
    let backfills = all.backfills(&virginia().id(), None, 9).await.unwrap();
    let every = |_: &BackfillImage| true;
    let (registry, id) = (virginia().id(), &backfills[0].id);
    let found = all.backfill(&registry, id, every, None, 99).await.unwrap();
    let tags = found.results.into_iter().map(|(_, one)| one.tag);
    let mut tags: Vec<String> = tags
        .map(|tag| tag.map_or_else(String::new, |tag| tag.to_string()))
        .collect();
    tags.sort();
    assert_eq!(tags, ["", "1", "2", "index"]);
    // The image of the index is replicated with it.
    let digests = all.image_digests(&replica()).await.unwrap();
    assert!(digests.contains(&sha256("{}")));
}

/// A backfill replicates 100 images in the delay. A backfill that is stopped ends after these.
#[tokio::test]
async fn a_stopped_backfill_completes_what_is_in_progress() {
    let (disk, all) = prepared().await;
    for number in 0..250 {
        let manifest = format!("{{\"annotations\":{{\"number\":\"{number}\"}}}}");
        put(&all, &manifest, Some(&format!("t{number}")))
            .await
            .unwrap();
    }
    all.run_due(NOW + SECOND).await.unwrap();
    all.delete_with_images(&replica()).await.unwrap();
    let started = all.start_backfill(&virginia(), ireland(), NOW).await;
    let id = started.unwrap().id;
    let registry = virginia();
    let stop = || all.stop_backfill(&registry, &id, NOW + 3 * SECOND);
    all.run_due(NOW + 3 * SECOND).await.unwrap();
    // One of the images has two tags.
    assert_eq!(all.image_digests(&replica()).await.unwrap().len(), 199);
    assert_eq!(stop().await.unwrap().status, BackfillStatus::Stopping);
    let every = |_: &BackfillImage| true;
    let source = registry.id();
    let describe = || all.backfill(&source, &id, every, None, 999);
    // There are no results before the end.
    assert_eq!(describe().await.unwrap().results, []);
    all.run_due(NOW + 4 * SECOND).await.unwrap();
    let found = describe().await.unwrap();
    assert_eq!(found.backfill.status, BackfillStatus::Stopped);
    assert_eq!(found.results.len(), 252);
    assert!(stop().await.is_err());
    check(&disk).await;
}
