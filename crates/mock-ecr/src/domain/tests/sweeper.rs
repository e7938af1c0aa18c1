//! The sweeper: when it runs, and what it removes.

use tokio::runtime::{Builder, Runtime};

use super::consistency::check_swept;
use super::operations::prepare;
use super::*;
use crate::domain::garbage::remove_garbage;
use crate::store::tests::Disk;
use crate::store::{Folder, Generation, Key, Store, StoreError, StoredObject};
use crate::types::error_chain::chain;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Lets the tasks of a runtime with one thread run until the sweeper has ended.
async fn wait(all: &Repositories) {
    for _ in 0..10_000 {
        if all.sweeper.is_idle() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the sweeper does not end");
}

async fn put(store: &Store, records: Vec<(Key, Vec<u8>)>) {
    let put = store.transact(move |transaction| {
        for (key, value) in &records {
            transaction.put(key, value.clone());
        }
        Ok::<_, StoreError>(())
    });
    put.await.unwrap();
}

async fn unused(store: &Store) -> Vec<String> {
    let keys = store.read(|view| view.keys(&Folder::all_unused(), None, usize::MAX));
    let keys = keys.await.unwrap();
    keys.iter().map(|key| key.name().to_owned()).collect()
}

/// The task is dropped with its runtime before it has run.
#[test]
fn the_sweeper_runs_again_after_its_runtime_has_ended() {
    let disk = Disk::default();
    let all = Repositories::new(disk.open(), "seed", || NOW);
    runtime().block_on(async {
        prepare(&all).await;
        all.delete_with_images(&id("other")).await.unwrap();
    });
    runtime().block_on(async {
        all.delete_with_images(&id("team/app")).await.unwrap();
        wait(&all).await;
        check_swept(&disk).await;
        assert_eq!(disk.object_names().await, [""; 0]);
    });
}

#[test]
fn the_sweeper_runs_in_the_runtime_in_which_the_mock_was_started() {
    let (disk, mock) = (Disk::default(), runtime());
    let all = mock.block_on(async { Repositories::new(disk.open(), "seed", || NOW) });
    runtime().block_on(async {
        prepare(&all).await;
        all.delete_with_images(&id("other")).await.unwrap();
    });
    mock.block_on(async {
        wait(&all).await;
        assert_eq!(disk.object_names().await.len(), 1);
    });
}

#[tokio::test]
async fn the_sweeper_ends_with_the_mock() {
    let disk = Disk::default();
    let all = Repositories::new(disk.open(), "seed", || NOW);
    let records = (0..2000).map(|number| (Key::unused(&format!("{number:04}")), Vec::new()));
    put(&all.store, records.collect()).await;
    all.sweeper.start();
    drop(all);
    while disk.is_open() {
        tokio::task::yield_now().await;
    }
    let left = unused(&disk.open()).await;
    assert_eq!(left.len(), 2000);
}

#[tokio::test]
async fn an_object_that_cannot_be_removed_does_not_keep_the_others() {
    let fixture = Fixture::on(|path| StoreLocation::Directory(path.to_owned())).await;
    let (all, app) = (&fixture.repositories, &fixture.repository.id);
    let upload = all.begin_upload(app, NOW).await.unwrap();
    all.upload(app, &upload, None, content("hello"), NOW)
        .await
        .unwrap();
    let layers = fixture._directory.path().join("layers");
    let files = || std::fs::read_dir(&layers).unwrap().count();
    // The marker and the part.
    assert_eq!(files(), 2);
    // A directory is not removed.
    let blocked = layers.join("0");
    std::fs::create_dir(&blocked).unwrap();
    put(&all.store, vec![(Key::unused("0"), Vec::new())]).await;
    all.cancel_upload(app, &upload, NOW).await.unwrap();
    let error = chain(&all.sweeper.sweep().await.unwrap_err());
    let expected = format!(
        "cannot delete the object 0: cannot read or write layers at file:{}: ",
        layers.display()
    );
    assert!(error.starts_with(&expected), "{error}");
    assert_eq!(
        (unused(&all.store).await, files()),
        (vec!["0".to_owned()], 2)
    );
    std::fs::remove_dir(&blocked).unwrap();
    all.sweeper.sweep().await.unwrap();
    assert_eq!(unused(&all.store).await, [""; 0]);
}

/// The records of an unfinished upload and of a layer are damaged.
#[tokio::test]
async fn a_record_that_cannot_be_parsed_does_not_keep_the_others() {
    let disk = Disk::default();
    let all = Repositories::new(disk.open(), "seed", || NOW);
    prepare(&all).await;
    for name in ["team/app", "other"] {
        let id = id(name);
        let upload = all.begin_upload(&id, NOW).await.unwrap();
        for part in ["hello", "world"] {
            let sent = all.upload(&id, &upload, None, content(part), NOW);
            sent.await.unwrap();
        }
    }
    let damaged = all.store.read(|view| {
        let mut keys = view.keys(&Folder::all_content(), None, usize::MAX)?;
        keys.retain(|key| match key.parts().nth(2) {
            Some("upload") => true,
            Some("upload-part") => key.name() == "000001",
            _ => false,
        });
        keys.extend(view.keys(&Folder::all_layers(), None, 1)?);
        Ok::<_, StoreError>(keys)
    });
    let damaged = damaged.await.unwrap().into_iter();
    let damaged: Vec<_> = damaged.map(|key| (key, b"damaged".to_vec())).collect();
    assert_eq!(damaged.len(), 5);
    put(&all.store, damaged).await;
    // An upload of an existing repository expires, the other one is of a deleted repository.
    all.delete_with_images(&id("other")).await.unwrap();
    all.begin_upload(&id("team/app"), NOW + DAY).await.unwrap();
    all.delete_with_images(&id("team/app")).await.unwrap();
    all.sweeper.sweep().await.unwrap();
    let records = all.store.read(|view| {
        let folders = [Folder::all_content(), Folder::all_layers()];
        let keys = folders.map(|folder| view.keys(&folder, None, usize::MAX));
        let [content, layers] = keys;
        Ok::<_, StoreError>([content?, layers?].concat())
    });
    assert_eq!(records.await.unwrap(), []);
    assert_eq!(unused(&all.store).await, [""; 0]);
    // The objects that only damaged records name.
    assert_eq!(disk.object_names().await.len(), 3);
}

#[tokio::test]
async fn expired_uploads_are_removed_at_the_start() {
    let disk = Disk::default();
    let all = Repositories::new(disk.open(), "seed", || NOW);
    let app = id("team/app");
    all.create(&app, Settings::created_at(NOW), Vec::new())
        .await
        .unwrap();
    for _ in 0..300 {
        let upload = all.begin_upload(&app, NOW).await.unwrap();
        let sent = all.upload(&app, &upload, None, content("hello"), NOW);
        sent.await.unwrap();
    }
    drop(all);
    for (now, left) in [(NOW, 300), (NOW + DAY, 0)] {
        let all = Repositories::new(disk.open(), "seed", || NOW);
        all.recover(now).await.unwrap();
        wait(&all).await;
        assert_eq!(disk.object_names().await.len(), left);
        check_swept(&disk).await;
    }
}

/// An upload with many parts, and many tags.
#[tokio::test]
async fn the_transactions_that_remove_a_repository_are_short() {
    let disk = Disk::default();
    let store = disk.open();
    let generation = Generation::new("1-1".to_owned());
    let part = |number: usize| StoredObject {
        name: format!("{number:06}"),
        size: 1,
    };
    let mut records: Vec<_> = (0..1700)
        .map(|number| {
            let value = serde_json::to_vec(&part(number)).unwrap();
            (generation.upload_part("id", number), value)
        })
        .collect();
    records.extend((0..1700).map(|number| {
        let tag = format!("tag-{number}").parse().unwrap();
        (generation.tag(&tag), vec![0; 100])
    }));
    records.push((Key::garbage(&generation), Vec::new()));
    put(&store, records).await;
    let mut transactions = 0;
    loop {
        let removed = store.transact(|records| {
            remove_garbage(records)?;
            Ok::<_, StoreError>(records.changes())
        });
        let removed = removed.await.unwrap();
        if removed == 0 {
            break;
        }
        assert!(removed <= 501, "{removed}");
        transactions += 1;
    }
    // A part of an upload changes two records.
    assert_eq!(transactions, (1700_usize * 2 + 1700).div_ceil(500));
    assert_eq!(unused(&store).await.len(), 1700);
}

/// An object whose removal is not on the disk exists again after a loss of power. Its record must exist then, too.
#[cfg(unix)]
#[tokio::test]
async fn a_record_is_kept_until_the_removal_of_its_object_is_on_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let location = StoreLocation::Directory(directory.path().to_owned());
    let store = location.open(None, None, "a test").await.unwrap();
    let all = Repositories::new(store.clone(), "seed", || NOW);
    put(&store, vec![(Key::unused("object"), Vec::new())]).await;
    let (layers, moved) = ["layers", "moved"]
        .map(|name| directory.path().join(name))
        .into();
    // A directory that does not exist cannot be synchronized.
    std::fs::rename(&layers, &moved).unwrap();
    all.sweeper.sweep().await.unwrap_err();
    assert_eq!(unused(&store).await, ["object"]);
    std::fs::rename(&moved, &layers).unwrap();
    all.sweeper.sweep().await.unwrap();
    assert_eq!(unused(&store).await, [""; 0]);
}
