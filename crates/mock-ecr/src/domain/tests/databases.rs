//! Several processes on one database of PostgreSQL.

use super::crashes::check_crashes;
use super::due::{note, notes};
use super::histories::check_history;
use super::operations::{prepare, put};
use super::*;
use crate::config::Quotas;
use crate::domain::Uploaded;
use crate::store::Store;
use crate::store::tests::{DatabaseServer, Disk, database_server};
use crate::types::UploadId;

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

/// Two processes push different images to a repository that can have one more image. One of them is rejected.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_pushes_of_several_processes_do_not_exceed_a_quota() {
    let server = database_server();
    let layers = tempfile::tempdir().unwrap();
    let quotas = Quotas {
        images_per_repository: Some(2),
        ..Quotas::default()
    };
    let mut processes = Vec::new();
    for _ in 0..2 {
        let store = open(&server.url(), &layers).await;
        processes.push(Repositories::new(store, "seed", || NOW).with_quotas(quotas));
    }
    for _ in 0..20 {
        processes[0].reset(&[]).await.unwrap();
        prepare(&processes[0]).await;
        let (one, other) = tokio::join!(
            put(&processes[0], "{}", None),
            put(&processes[1], "{ }", None)
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?}, {other:?}");
        let error = one.and(other).unwrap_err();
        assert!(matches!(error, RepositoryError::TooManyImages { .. }));
    }
}

/// Two processes carry out due work. Each work is done once, in the order of time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn due_work_is_done_once_by_several_processes() {
    let server = database_server();
    let layers = tempfile::tempdir().unwrap();
    let mut processes = Vec::new();
    for _ in 0..2 {
        let store = open(&server.url(), &layers).await;
        processes.push(Repositories::new(store, "seed", || NOW));
    }
    prepare(&processes[0]).await;
    let letters = 'a'..='t';
    for (seconds, letter) in (1..).zip(letters.clone()) {
        note(&processes[0], seconds, letter).await;
    }
    let later = NOW + Duration::from_secs(99);
    let (one, other) = tokio::join!(processes[0].run_due(later), processes[1].run_due(later));
    one.and(other).unwrap();
    assert_eq!(notes(&processes[1]).await, letters.collect::<String>());
}

/// A process with an upload to the repository `team/app`, and the database, where it has the role `uploading`.
struct Uploading {
    process: Repositories,
    app: RepositoryId,
    upload: UploadId,
    server: DatabaseServer,
    layers: tempfile::TempDir,
}

impl Uploading {
    async fn begin() -> Self {
        let server = database_server();
        server.execute("CREATE ROLE uploading SUPERUSER LOGIN");
        let layers = tempfile::tempdir().unwrap();
        let url = server.url().replace("//me@", "//uploading@");
        let process = Repositories::new(open(&url, &layers).await, "seed", || NOW);
        let app = id("team/app");
        let settings = Settings::created_at(NOW);
        process.create(&app, settings, Vec::new()).await.unwrap();
        Uploading {
            upload: process.begin_upload(&app, NOW).await.unwrap(),
            process,
            app,
            server,
            layers,
        }
    }

    /// Sends the part `hello world`. `others` run while it is sent.
    async fn send_while(
        &self,
        others: impl Future<Output = ()> + Send,
    ) -> Result<Uploaded, RepositoryError> {
        let rest = async {
            others.await;
            Ok(Bytes::from_static(b"world"))
        };
        let content = stream::iter([Ok(Bytes::from_static(b"hello "))]);
        let content = content.chain(stream::once(rest)).boxed();
        let (process, app) = (&self.process, &self.app);
        process.upload(app, &self.upload, None, content, NOW).await
    }

    async fn another_process(&self) -> Repositories {
        let store = open(&self.server.url(), &self.layers).await;
        Repositories::new(store, "seed", || NOW)
    }

    /// Starts a process, which removes what ended processes have left.
    async fn start_another(&self) {
        let starting = self.another_process().await;
        starting.recover(NOW).await.unwrap();
        starting.sweeper.sweep().await.unwrap();
    }
}

#[tokio::test]
async fn what_an_ended_process_has_left_is_removed_and_what_a_running_one_writes_is_kept() {
    let uploading = Uploading::begin().await;
    let (running, app) = (&uploading.process, &uploading.app);
    let settings = || Settings::created_at(NOW);
    let unpublished = running
        .create_unpublished(&id("new"), settings(), Vec::new())
        .await;
    let unpublished = unpublished.unwrap();
    let sent = uploading.send_while(async {
        let ended = uploading.another_process().await;
        let abandoned = ended
            .create_unpublished(&id("lost"), settings(), Vec::new())
            .await;
        drop((abandoned.unwrap(), ended));
        // The server can release the lock of the ended process later than another process starts.
        while uploading.server.count("unpublished") > 1 {
            uploading.start_another().await;
        }
    });
    sent.await.unwrap();
    let digest = sha256("hello world");
    running
        .complete_upload(app, &uploading.upload, std::slice::from_ref(&digest), NOW)
        .await
        .unwrap();
    unpublished.publish().await.unwrap();
    assert!(running.find(&id("new")).await.is_ok());
    assert_eq!(uploading.server.count("unpublished"), 0);
    assert_eq!(uploading.server.count("staged"), 0);
}

/// A process that others took for ended does not refer to an object that they have removed.
#[tokio::test]
async fn a_part_that_another_process_has_removed_is_not_appended() {
    let uploading = Uploading::begin().await;
    let (running, app, upload) = (&uploading.process, &uploading.app, &uploading.upload);
    let sent = uploading.send_while(async {
        // The process cannot announce itself again until another one has started.
        uploading.server.execute("ALTER ROLE uploading NOLOGIN");
        uploading.server.end_sessions();
        uploading.start_another().await;
        uploading.server.execute("ALTER ROLE uploading LOGIN");
    });
    let error = sent.await.unwrap_err().to_string();
    assert!(
        error.contains("was deleted before its upload was complete"),
        "{error}"
    );
    let uploaded = running.uploaded(app, upload, NOW).await.unwrap();
    assert_eq!(uploaded.size, 0);
    // The next part is stored.
    let next = running
        .upload(app, upload, None, super::content("hello"), NOW)
        .await;
    assert_eq!(next.unwrap().size, 5);
}
