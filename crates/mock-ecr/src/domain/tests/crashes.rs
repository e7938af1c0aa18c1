//! Crashes: the process ends before or after any step of any operation.

use super::consistency::{check, check_swept};
use super::operations::{
    IMPORT, OPERATIONS, UPLOAD_OPERATIONS, begin, import, open_uploads, prepare, tags,
};
use super::*;
use crate::store::tests::{Disk, Failure, Recorder, Steps};

/// What a client sees of the repositories, as text.
async fn visible(all: &Repositories) -> String {
    let mut text = String::new();
    for repository in all.all().await.unwrap() {
        let id = &repository.id;
        let images = all.images(id, None, 99, StatusFilter::Any).await.unwrap();
        let tags = all
            .image_tags(id, None, 99, None, StatusFilter::Any)
            .await
            .unwrap()
            .pairs;
        let policy = all.policy(id).await.ok();
        let resource_tags = all.resource_tags(id).await.unwrap();
        let images: Vec<_> = images.into_iter().map(|image| image.digest).collect();
        text += &format!("{repository:?} {images:?} {tags:?} {policy:?} {resource_tags:?}");
        for layer in ["one", "two", "three", "hello world"] {
            let size = all.layer_size(id, &sha256(layer)).await.unwrap();
            text += &format!(" {layer}: {size:?}");
        }
        for upload in open_uploads(all, id).await {
            let uploaded = all.uploaded(id, &upload, NOW).await.unwrap();
            text += &format!(" {uploaded:?}");
        }
        text += "\n";
    }
    text
}

async fn prepare_upload(all: &Repositories) {
    prepare(all).await;
    begin(all).await.unwrap();
}

fn repositories(store: crate::store::Store) -> Repositories {
    Repositories::new(store, "seed", || NOW)
}

#[tokio::test]
async fn a_crash_at_any_step_leaves_each_operation_done_or_not_done() {
    check_crashes(Disk::default).await;
}

/// `disk` returns an empty store.
pub(super) async fn check_crashes(disk: impl Fn() -> Disk) {
    let mut crashes = 0;
    for (name, operation) in OPERATIONS.into_iter().chain(UPLOAD_OPERATIONS) {
        for failure in [Failure::Before, Failure::After] {
            for step in 0.. {
                let disk = disk();
                prepare_upload(&repositories(disk.open())).await;
                let before = visible(&repositories(disk.open())).await;
                let steps = Steps::limited(step, failure);
                let crashed = repositories(disk.failing(&steps));
                let result = operation(&crashed).await;
                let swept = crashed.sweeper.sweep().await;
                // With a database, the task of the sweeper can use the last step after this sweep has ended.
                let is_over = !steps.has_failed();
                assert!(swept.is_ok() || !is_over, "{name}, step {step}");
                crashes += 1;
                check(&disk).await;

                let restarted = repositories(disk.open());
                let after = visible(&restarted).await;
                restarted.recover(NOW).await.unwrap();
                restarted.sweeper.sweep().await.unwrap();
                check_swept(&disk).await;
                assert_eq!(visible(&restarted).await, after, "{name}, step {step}");
                if result.is_ok() {
                    let whole = whole(operation).await;
                    assert_eq!(after, whole, "{name}, step {step}: lost");
                } else if is_atomic(name) && after != before {
                    let whole = whole(operation).await;
                    assert_eq!(after, whole, "{name}, step {step}: partly done");
                } else if is_over {
                    assert_eq!(after, before, "{name}, step {step}: partly done");
                }
                if is_over {
                    break;
                }
            }
        }
    }
    assert!(crashes > 100, "{crashes}");
}

/// Returns whether an operation is one transaction, or its last transaction makes everything visible.
fn is_atomic(name: &str) -> bool {
    name == IMPORT || UPLOAD_OPERATIONS.iter().any(|(one, _)| *one == name)
}

/// Returns what is visible after an operation without a crash.
async fn whole(
    operation: for<'a> fn(
        &'a Repositories,
    ) -> futures_util::future::BoxFuture<'a, Result<(), RepositoryError>>,
) -> String {
    let all = repositories(Disk::default().open());
    prepare_upload(&all).await;
    operation(&all).await.unwrap();
    visible(&all).await
}

#[tokio::test]
async fn a_crash_before_a_repository_is_published_leaves_nothing() {
    for failure in [Failure::Before, Failure::After] {
        for step in 0.. {
            let disk = Disk::default();
            let steps = Steps::limited(step, failure);
            let crashed = repositories(disk.failing(&steps));
            let published = publish(&crashed).await;
            let restarted = repositories(disk.open());
            restarted.recover(NOW).await.unwrap();
            restarted.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
            let found = restarted
                .images(&id("team/app"), None, 9, StatusFilter::Any)
                .await;
            match (published, found) {
                (Ok(()), found) => assert_eq!(found.unwrap().len(), 1),
                (Err(_), Ok(found)) => assert_eq!((found.len(), failure), (1, Failure::After)),
                (Err(_), Err(_)) => assert_eq!(disk.object_names().await.len(), 0),
            }
            if !steps.has_failed() {
                break;
            }
        }
    }
}

async fn publish(all: &Repositories) -> Result<(), RepositoryError> {
    let app = id("team/app");
    let unpublished = all
        .create_unpublished(&app, Settings::created_at(NOW), Vec::new())
        .await?;
    let image = crate::config::image::Image::new().layer("hello");
    let content = unpublished.content();
    content.push(&app, &image, Vec::new(), NOW).await?;
    assert!(all.find(&app).await.is_err());
    unpublished.publish().await
}

#[tokio::test]
async fn a_crash_while_a_repository_is_created_leaves_it_with_all_its_resource_tags_or_not_at_all()
{
    let app = id("team/app");
    for failure in [Failure::Before, Failure::After] {
        for step in 0.. {
            let disk = Disk::default();
            let steps = Steps::limited(step, failure);
            let crashed = repositories(disk.failing(&steps));
            let created = crashed.create(&app, Settings::created_at(NOW), tags());
            let created = created.await;
            let restarted = repositories(disk.open());
            match restarted.resource_tags(&app).await {
                Ok(found) => assert_eq!(found, tags()),
                Err(_) => assert!(created.is_err()),
            }
            if !steps.has_failed() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_crash_during_an_import_leaves_the_repository_with_the_complete_image_or_nothing() {
    let app = id("new/app");
    for failure in [Failure::Before, Failure::After] {
        for step in 0.. {
            let disk = Disk::default();
            let steps = Steps::limited(step, failure);
            let crashed = repositories(disk.failing(&steps));
            let imported = import(&crashed, app.clone()).await;
            let restarted = repositories(disk.open());
            restarted.recover(NOW).await.unwrap();
            restarted.sweeper.sweep().await.unwrap();
            check_swept(&disk).await;
            match restarted.image_digests(&app).await {
                Ok(images) => {
                    assert_eq!(images.len(), 2);
                    let layer = restarted.layer_size(&app, &sha256("three")).await;
                    assert_eq!(layer.unwrap(), Some(5));
                }
                Err(_) => {
                    assert!(imported.is_err());
                    assert!(disk.object_names().await.is_empty());
                }
            }
            if !steps.has_failed() {
                break;
            }
        }
    }
}

/// A loss of power can then not leave a record without its object, because a written object is on the disk.
#[tokio::test]
async fn an_object_is_complete_before_a_record_refers_to_it_and_until_none_does() {
    for (name, operation) in OPERATIONS {
        let (disk, recorder) = (Disk::default(), Recorder::default());
        let all = repositories(disk.recorded(&recorder));
        prepare(&all).await;
        let references = recorder.finish();
        // Two layers.
        assert_eq!(references, 2);
        let result = operation(&all).await;
        all.sweeper.sweep().await.unwrap();
        let references = recorder.finish() - references;
        match name {
            "push" | "replicate" | IMPORT => assert_eq!(references, 1),
            "upload a layer" => assert_eq!(references, 5),
            // Each object has two bytes.
            "sign" | "finish background work" => assert!(references > 1, "{references}"),
            _ => assert_eq!(references, 0, "{name}"),
        }
        all.reset(&[]).await.unwrap();
        all.sweeper.sweep().await.unwrap();
        recorder.finish();
        assert!(disk.object_names().await.is_empty(), "{name} {result:?}");
    }
}
