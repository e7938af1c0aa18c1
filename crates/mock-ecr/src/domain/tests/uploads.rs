//! Uploads and layers.

use super::*;
use crate::store::Folder;
use crate::store::tests::{Disk, Failure, Hooks, Steps};

#[tokio::test]
async fn a_layer_is_stored_if_its_digest_is_correct() {
    for fixture in Fixture::both().await {
        for parts in [&["hello world"][..], &["hello", " ", "world"]] {
            let digest = sha256("hello world");
            assert_eq!(fixture.upload(parts, &digest).await.unwrap(), 11);
            assert_eq!(fixture.read(&digest).await, b"hello world");
            let digest = digest_of(Algorithm::Sha512, b"hello world");
            assert_eq!(fixture.upload(parts, &digest).await.unwrap(), 11);
            assert_eq!(fixture.read(&digest).await, b"hello world");
            let wrong = sha256("other");
            let error = fixture.upload(parts, &wrong).await.unwrap_err();
            assert!(
                matches!(error, RepositoryError::LayerDigestMismatch { .. }),
                "{error}"
            );
            let size = fixture
                .repositories
                .layer_size(&fixture.repository.id, &wrong)
                .await;
            assert_eq!(size.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn a_layer_can_be_empty() {
    for fixture in Fixture::both().await {
        assert_eq!(fixture.upload(&[], &sha256("")).await.unwrap(), 0);
        assert_eq!(fixture.read(&sha256("")).await, b"");
    }
}

#[tokio::test]
async fn a_part_that_ends_early_is_not_stored_and_can_be_sent_again() {
    for fixture in Fixture::both().await {
        let Fixture {
            repositories,
            repository,
            ..
        } = &fixture;
        let id = &repository.id;
        let upload = repositories.begin_upload(id, NOW).await.unwrap();
        let broken = stream::iter([Ok(Bytes::from_static(b"hel")), Err(ContentError)]).boxed();
        let error = repositories
            .upload(id, &upload, None, broken, NOW)
            .await
            .unwrap_err();
        assert!(matches!(error, RepositoryError::BrokenContent), "{error}");
        assert_eq!(
            repositories.uploaded(id, &upload, NOW).await.unwrap().size,
            0
        );
        let complete = content("hello");
        assert_eq!(
            repositories
                .upload(id, &upload, Some(0), complete, NOW)
                .await
                .unwrap()
                .size,
            5
        );
        let again = content("hello");
        let error = repositories
            .upload(id, &upload, Some(3), again, NOW)
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                RepositoryError::PartOutOfOrder {
                    start: 3,
                    expected: 5,
                    ..
                }
            ),
            "{error}"
        );
        let completed = repositories
            .complete_upload(id, &upload, &[sha256("hello")], NOW)
            .await;
        assert_eq!(completed.unwrap(), (sha256("hello"), Created::New));
    }
}

/// A client that repeats the request, for example because it did not receive the response, sends the last part again.
#[tokio::test]
async fn a_wrong_digest_does_not_change_an_upload() {
    for fixture in Fixture::both().await {
        let (all, id) = (&fixture.repositories, &fixture.repository.id);
        let upload = all.begin_upload(id, NOW).await.unwrap();
        let part = all.upload(id, &upload, None, content("hello "), NOW);
        part.await.unwrap();
        let complete = async |digest: &Digest| {
            let last = content("world");
            all.complete_upload_with(id, &upload, Some(6), last, digest, NOW)
                .await
        };
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let error = complete(&digest_of(algorithm, b"hello world!")).await;
            assert!(matches!(
                error,
                Err(RepositoryError::LayerDigestMismatch { .. })
            ));
            let uploaded = all.uploaded(id, &upload, NOW).await.unwrap();
            assert_eq!((uploaded.size, uploaded.first_part), (6, 6));
        }
        let digest = digest_of(Algorithm::Sha512, b"hello world");
        assert_eq!(complete(&digest).await.unwrap(), (11, Created::New));
        assert_eq!(fixture.read(&digest).await, b"hello world");
    }
}

#[tokio::test]
async fn an_upload_expires_after_a_day() {
    for fixture in Fixture::both().await {
        let id = &fixture.repository.id;
        let upload = fixture.repositories.begin_upload(id, NOW).await.unwrap();
        let later = NOW + Duration::from_secs(24 * 3600);
        let before = Timestamp::from_millis(later.as_millis() - 1);
        assert!(
            fixture
                .repositories
                .uploaded(id, &upload, before)
                .await
                .is_ok()
        );
        let error = fixture
            .repositories
            .uploaded(id, &upload, later)
            .await
            .unwrap_err();
        assert!(
            matches!(error, RepositoryError::UploadNotFound { .. }),
            "{error}"
        );
        // The beginning of another upload removes it.
        let another = fixture.repositories.begin_upload(id, later).await.unwrap();
        for (upload, exists) in [(upload, false), (another, true)] {
            let uploaded = fixture.repositories.uploaded(id, &upload, NOW).await;
            assert_eq!(uploaded.is_ok(), exists);
        }
    }
}

#[tokio::test]
async fn a_process_does_not_repeat_the_upload_ids_of_an_earlier_one() {
    let directory = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let location = StoreLocation::Directory(directory.path().to_owned());
        let store = location.open(None, None, "a test").await.unwrap();
        let repositories = Repositories::new(store, "seed", || NOW);
        let (app, settings) = (id("app"), Settings::created_at(NOW));
        drop(repositories.create(&app, settings, Vec::new()).await);
        ids.push(repositories.begin_upload(&app, NOW).await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

/// The request of a client that does not know of the reset does not reach the upload of another client.
#[tokio::test]
async fn an_upload_id_is_not_used_again_after_a_reset() {
    for fixture in Fixture::both().await {
        let (all, id) = (&fixture.repositories, &fixture.repository.id);
        let before = all.begin_upload(id, NOW).await.unwrap();
        all.reset(&[]).await.unwrap();
        let settings = Settings::created_at(NOW);
        all.create(id, settings, Vec::new()).await.unwrap();
        for _ in 0..8 {
            assert_ne!(all.begin_upload(id, NOW).await.unwrap(), before);
        }
        let late = all.upload(id, &before, None, content("late"), NOW).await;
        assert!(matches!(late, Err(RepositoryError::UploadNotFound { .. })));
    }
}

#[tokio::test]
async fn the_number_of_unfinished_uploads_is_bounded_and_expired_ones_make_room() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (all, id) = (&fixture.repositories, &fixture.repository.id);
    for _ in 0..crate::domain::upload_record::MAX_UPLOADS {
        all.begin_upload(id, NOW).await.unwrap();
    }
    let error = all.begin_upload(id, NOW).await.unwrap_err();
    assert!(matches!(error, RepositoryError::TooManyUploads), "{error}");
    let later = NOW + Duration::from_secs(24 * 3600);
    all.begin_upload(id, later).await.unwrap();
}

#[tokio::test]
async fn the_number_of_parts_of_an_upload_is_bounded() {
    let fixture = Fixture::on(|_| StoreLocation::Memory).await;
    let (all, id) = (&fixture.repositories, &fixture.repository.id);
    let upload = all.begin_upload(id, NOW).await.unwrap();
    let part = || all.upload(id, &upload, None, content("x"), NOW);
    for _ in 0..crate::domain::upload_record::MAX_PARTS {
        part().await.unwrap();
    }
    let error = part().await.unwrap_err();
    assert!(matches!(error, RepositoryError::TooManyParts), "{error}");
}

#[tokio::test]
async fn a_layer_that_cannot_be_stored_leaves_no_upload() {
    let disk = Disk::default();
    let all = Repositories::new(disk.open(), "seed", || NOW);
    let id = id("team/app");
    let unpublished = all.create_unpublished(&id, Settings::created_at(NOW), Vec::new());
    let unpublished = unpublished.await.unwrap();
    let other = sha256("other");
    let wrong = unpublished
        .content()
        .put_layer(&id, &other, content("hello"));
    assert!(wrong.await.is_err());
    unpublished.discard().await.unwrap();
    all.sweeper.sweep().await.unwrap();
    super::consistency::check_swept(&disk).await;
    assert!(disk.object_names().await.is_empty());
}

#[tokio::test]
async fn the_sweeper_runs_only_if_something_is_unused() {
    for fixture in Fixture::both().await {
        let (all, id) = (&fixture.repositories, &fixture.repository.id);
        let digest = sha256("hello");
        fixture.upload(&["hel", "lo"], &digest).await.unwrap();
        let upload = all.begin_upload(id, NOW).await.unwrap();
        all.cancel_upload(id, &upload, NOW).await.unwrap();
        assert!(all.sweeper.is_idle());

        // The bytes of the layer are stored already.
        fixture.upload(&["hello"], &digest).await.unwrap();
        assert!(!all.sweeper.is_idle());
        until_idle(all).await;
        let upload = all.begin_upload(id, NOW).await.unwrap();
        let part = all.upload(id, &upload, None, content("other"), NOW);
        part.await.unwrap();
        assert!(all.sweeper.is_idle());
        all.cancel_upload(id, &upload, NOW).await.unwrap();
        assert!(!all.sweeper.is_idle());
        until_idle(all).await;
        all.delete_layer(id, &digest).await.unwrap();
        assert!(!all.sweeper.is_idle());
    }
}

async fn until_idle(all: &Repositories) {
    while !all.sweeper.is_idle() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_sweeper_changes_nothing_if_nothing_is_unused() {
    let disk = Disk::default();
    super::operations::prepare(&Repositories::new(disk.open(), "seed", || NOW)).await;
    let steps = Steps::limited(0, Failure::Before);
    let all = Repositories::new(disk.failing(&steps), "seed", || NOW);
    all.sweeper.sweep().await.unwrap();
    assert!(!steps.has_failed());
}

/// The sweeper starts after the transaction that marks the object as unused, which the request does not wait for.
#[tokio::test]
async fn the_object_of_a_dropped_request_is_swept() {
    let directory = tempfile::tempdir().unwrap();
    let location = StoreLocation::Directory(directory.path().to_owned());
    let store = location.open(None, None, "a test").await.unwrap();
    let all = Repositories::new(store, "seed", || NOW);
    let id = id("team/app");
    let created = all.create(&id, Settings::created_at(NOW), Vec::new());
    created.await.unwrap();
    let upload = all.begin_upload(&id, NOW).await.unwrap();
    let broken = stream::iter([Ok(Bytes::from_static(b"hel")), Err(ContentError)]).boxed();
    let error = all.upload(&id, &upload, None, broken, NOW).await.err();
    assert!(matches!(error, Some(RepositoryError::BrokenContent)));
    let left = |view: &dyn crate::store::Snapshot| {
        let folders = [Folder::all_staged(), Folder::all_unused()];
        let empty = folders.iter().map(|folder| view.is_empty(folder).unwrap());
        Ok::<_, RepositoryError>(!empty.min().unwrap())
    };
    while all.store.read(left).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

/// The layer is deleted, pushed again and swept after its record was read.
#[tokio::test]
async fn a_layer_that_is_pushed_again_can_be_opened() {
    let (disk, hooks) = (Disk::default(), Hooks::default());
    let all = Repositories::new(disk.hooked(&hooks), "seed", || NOW);
    super::operations::prepare(&all).await;
    let (app, one) = (id("team/app"), sha256("one"));
    let other = all.clone();
    let again = async move {
        let (app, one) = (id("team/app"), sha256("one"));
        other.delete_layer(&app, &one).await.unwrap();
        other.put_layer(&app, &one, content("one")).await.unwrap();
        other.sweeper.sweep().await.unwrap();
    };
    hooks.before_get(again);
    let opened = all.open_layer(&app, &one, Some(1..3)).await.unwrap();
    let chunks: Vec<Bytes> = opened.bytes.map(Result::unwrap).collect().await;
    assert_eq!(chunks.concat(), b"ne");

    let deleted = all.clone();
    hooks.before_get(async move {
        let (app, one) = (id("team/app"), sha256("one"));
        deleted.delete_layer(&app, &one).await.unwrap();
        deleted.sweeper.sweep().await.unwrap();
    });
    let error = all.open_layer(&app, &one, None).await.err();
    assert!(matches!(
        error,
        Some(RepositoryError::LayersNotFound { .. })
    ));
}

/// For SHA-512, the parts are read again.
#[tokio::test]
async fn an_upload_that_ends_while_its_parts_are_read_is_not_an_error_of_the_store() {
    let (disk, hooks) = (Disk::default(), Hooks::default());
    let all = Repositories::new(disk.hooked(&hooks), "seed", || NOW);
    super::operations::prepare(&all).await;
    let app = id("team/app");
    let digest = digest_of(Algorithm::Sha512, b"hello");
    for is_cancelled in [true, false] {
        let upload = all.begin_upload(&app, NOW).await.unwrap();
        let part = all.upload(&app, &upload, None, content("hello"), NOW);
        part.await.unwrap();
        let (other, of) = (all.clone(), upload.clone());
        hooks.before_get(async move {
            let app = id("team/app");
            if is_cancelled {
                other.cancel_upload(&app, &of, NOW).await.unwrap();
            } else {
                let hello = sha256("hello");
                let digests = [hello.clone()];
                let completed = other.complete_upload(&app, &of, &digests, NOW);
                completed.await.unwrap();
                other.delete_layer(&app, &hello).await.unwrap();
            }
            other.sweeper.sweep().await.unwrap();
        });
        let nothing = stream::empty().boxed();
        let completed = all.complete_upload_with(&app, &upload, None, nothing, &digest, NOW);
        let error = completed.await;
        assert!(
            matches!(error, Err(RepositoryError::UploadNotFound { .. })),
            "{error:?}"
        );
    }
}

/// A bucket can have a rule that removes old objects, and another program can truncate a file.
#[tokio::test]
async fn a_layer_whose_objects_are_lost_can_be_pushed_again() {
    let disk = Disk::default();
    let all = Repositories::new(disk.open(), "seed", || NOW);
    super::operations::prepare(&all).await;
    let (app, digest) = (id("team/app"), sha256("hello world"));
    let push = async || {
        let upload = all.begin_upload(&app, NOW).await.unwrap();
        let first = all.upload(&app, &upload, None, content("hello "), NOW);
        first.await.unwrap();
        let last = content("world");
        let pushed = all.complete_upload_with(&app, &upload, None, last, &digest, NOW);
        pushed.await.unwrap().1
    };
    let before = disk.object_names().await;
    assert_eq!(push().await, Created::New);
    for (lost, rest) in [(0, ""), (1, ""), (0, "hel"), (1, "w")] {
        assert_eq!(push().await, Created::Existing);
        all.sweeper.sweep().await.unwrap();
        let mut objects = disk.object_names().await;
        objects.retain(|name| !before.contains(name));
        all.store.objects().remove(&objects[lost]).await.unwrap();
        if !rest.is_empty() {
            let mut writer = all.store.objects().writer(&objects[lost]);
            writer.write(rest.into()).await.unwrap();
            writer.finish().await.unwrap();
        }
        assert_eq!(push().await, Created::New);
        all.sweeper.sweep().await.unwrap();
        super::consistency::check_swept(&disk).await;
    }
    for name in disk.object_names().await {
        all.store.objects().remove(&name).await.unwrap();
    }
    assert_eq!(push().await, Created::New);
    for (name, layer) in [("team/app", "one"), ("other", "two")] {
        let (id, digest) = (id(name), sha256(layer));
        all.put_layer(&id, &digest, content(layer)).await.unwrap();
    }
    all.sweeper.sweep().await.unwrap();
    super::consistency::check_swept(&disk).await;
}
