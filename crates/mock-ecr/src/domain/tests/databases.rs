//! Several processes on one database of PostgreSQL.

use super::crashes::check_crashes;
use super::histories::check_history;
use super::*;
use crate::store::Store;
use crate::store::tests::{Disk, database_server};

/// Opens a database as a process does, with layers in a directory that all processes use.
async fn open(url: &str, layers: &tempfile::TempDir) -> Store {
    let location: StoreLocation = url.parse().unwrap();
    let layers = format!("file:{}", layers.path().display());
    let layers = layers.parse().unwrap();
    let store = location.open(Some(&layers), None, "a test").await;
    store.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_calls_of_several_processes_have_the_results_of_a_sequence() {
    let server = database_server();
    let layers = tempfile::tempdir().unwrap();
    let mut processes = Vec::new();
    for _ in 0..4 {
        let store = open(&server.url(), &layers).await;
        processes.push(Repositories::new(store, "seed", || NOW));
    }
    for count in [1, 2, 4] {
        for seed in 0..7 {
            check_history(&processes[..count], seed).await;
            processes[0].reset(&[]).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_crash_at_any_step_leaves_each_operation_done_or_not_done_in_a_database() {
    let server = database_server();
    check_crashes(|| Disk::in_database(&server)).await;
}

#[tokio::test]
async fn what_an_ended_process_has_left_is_removed_and_what_a_running_one_writes_is_kept() {
    let server = database_server();
    let layers = tempfile::tempdir().unwrap();
    let running = Repositories::new(open(&server.url(), &layers).await, "seed", || NOW);
    let app = id("team/app");
    let settings = || Settings::created_at(NOW);
    running.create(&app, settings(), Vec::new()).await.unwrap();
    let upload = running.begin_upload(&app, NOW).await.unwrap();
    let unpublished = running.create_unpublished(&id("new"), settings()).await;
    let unpublished = unpublished.unwrap();
    // The other processes start and end while a part is sent.
    let (url, layers_of_others) = (server.url(), &layers);
    let others = async {
        let ended = Repositories::new(open(&url, layers_of_others).await, "seed", || NOW);
        let abandoned = ended.create_unpublished(&id("lost"), settings()).await;
        drop((abandoned.unwrap(), ended));
        let starting = Repositories::new(open(&url, layers_of_others).await, "seed", || NOW);
        starting.recover(NOW).await.unwrap();
        starting.sweeper.sweep().await.unwrap();
        Ok(Bytes::from_static(b"world"))
    };
    let content = stream::iter([Ok(Bytes::from_static(b"hello "))]);
    let content = content.chain(stream::once(others)).boxed();
    running
        .upload(&app, &upload, None, content, NOW)
        .await
        .unwrap();
    let digest = sha256("hello world");
    running
        .complete_upload(&app, &upload, &digest, NOW)
        .await
        .unwrap();
    unpublished.publish().await.unwrap();
    assert!(running.find(&id("new")).await.is_ok());
    assert_eq!(server.count("unpublished"), 0);
    assert_eq!(server.count("staged"), 0);
}

/// A process that others took for ended does not refer to an object that they have removed.
#[tokio::test]
async fn a_part_that_another_process_has_removed_is_not_appended() {
    let server = database_server();
    let layers = tempfile::tempdir().unwrap();
    let running = Repositories::new(open(&server.url(), &layers).await, "seed", || NOW);
    let app = id("team/app");
    let settings = Settings::created_at(NOW);
    running.create(&app, settings, Vec::new()).await.unwrap();
    let upload = running.begin_upload(&app, NOW).await.unwrap();
    let (url, layers_of_others) = (server.url(), &layers);
    let others = async {
        server.end_sessions();
        let starting = Repositories::new(open(&url, layers_of_others).await, "seed", || NOW);
        starting.recover(NOW).await.unwrap();
        starting.sweeper.sweep().await.unwrap();
        Ok(Bytes::from_static(b"world"))
    };
    let content = stream::iter([Ok(Bytes::from_static(b"hello "))]);
    let content = content.chain(stream::once(others)).boxed();
    let error = running.upload(&app, &upload, None, content, NOW).await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("was deleted before its upload was complete"),
        "{error}"
    );
    let uploaded = running.uploaded(&app, &upload, NOW).await.unwrap();
    assert_eq!(uploaded.size, 0);
    // The next part is stored.
    let next = running
        .upload(&app, &upload, None, super::content("hello"), NOW)
        .await;
    assert_eq!(next.unwrap().size, 5);
}
