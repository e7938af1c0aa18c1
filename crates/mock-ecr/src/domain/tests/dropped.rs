//! Requests that are dropped, or whose client stops early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::oneshot;

use super::consistency::check_swept;
use super::*;
use crate::store::tests::{Disk, Hooks, Recorder};
use crate::store::{Folder, Snapshot, Store};

async fn repositories(store: Store) -> Repositories {
    let all = Repositories::new(store, "seed", || NOW);
    let (app, settings) = (app(), Settings::created_at(NOW));
    all.create(&app, settings, Vec::new()).await.unwrap();
    all
}

fn app() -> RepositoryId {
    id("team/app")
}

/// Returns the number of objects that are being written or that are to be removed.
async fn transient(all: &Repositories) -> usize {
    let count = |view: &dyn Snapshot| {
        let folders = [Folder::all_staged(), Folder::all_unused()];
        let counts = folders.map(|folder| view.page(&folder, None, 9).unwrap().len());
        Ok::<_, RepositoryError>(counts.iter().sum())
    };
    all.store.read(count).await.unwrap()
}

/// Polls a request until it writes an object, and drops it.
async fn drop_while_writing(
    all: &Repositories,
    request: impl Future<Output = ()>,
    is_writing: impl Fn() -> bool,
) {
    let mut request = Box::pin(request);
    while !is_writing() || transient(all).await == 0 {
        assert!(futures_util::poll!(&mut request).is_pending());
        tokio::task::yield_now().await;
    }
}

async fn until_swept(all: &Repositories) {
    while transient(all).await > 0 {
        tokio::task::yield_now().await;
    }
}

/// The disk or the service carries out the write, although the caller has dropped it. A caller of the library drops a push that is too slow.
#[tokio::test]
async fn a_dropped_push_leaves_no_object() {
    let (disk, hooks) = (Disk::default(), Hooks::default());
    let all = repositories(disk.hooked(&hooks)).await;
    // The location of the layers is marked.
    all.store.unique_name().await.unwrap();
    let marked = hooks.puts();
    let (proceed, proceeds) = oneshot::channel();
    let began = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&began);
    hooks.before_put(async move {
        begins.store(true, Ordering::SeqCst);
        proceeds.await.unwrap();
    });
    let image = crate::config::image::Image::new().layer("hello");
    let app = app();
    let push = async { drop(all.push(&app, &image, Vec::new(), NOW).await) };
    drop_while_writing(&all, push, || began.load(Ordering::SeqCst)).await;
    all.sweeper.sweep().await.unwrap();
    proceed.send(()).unwrap();
    while hooks.puts() == marked {
        tokio::task::yield_now().await;
    }
    until_swept(&all).await;
    assert_eq!(disk.object_names().await, [""; 0]);
    check_swept(&disk).await;
}

#[tokio::test]
async fn an_upload_whose_request_is_dropped_leaves_nothing() {
    let disk = Disk::default();
    let all = repositories(disk.open()).await;
    let (app, upload) = (app(), all.begin_upload(&app(), NOW).await.unwrap());
    let endless = stream::iter([Ok(Bytes::from_static(b"hello"))]);
    let endless = endless.chain(stream::pending()).boxed();
    let request = async { drop(all.upload(&app, &upload, None, endless, NOW).await) };
    drop_while_writing(&all, request, || true).await;
    until_swept(&all).await;
    check_swept(&disk).await;
}

/// The store of these objects writes them in parts of two bytes.
#[tokio::test]
async fn a_request_that_ends_early_leaves_no_multipart_upload() {
    let (disk, recorder) = (Disk::default(), Recorder::default());
    let all = repositories(disk.recorded(&recorder)).await;
    let (app, upload) = (app(), all.begin_upload(&app(), NOW).await.unwrap());
    let hello = || stream::iter([Ok(Bytes::from_static(b"hello"))]);
    let broken = hello().chain(stream::iter([Err(ContentError)])).boxed();
    let error = all.upload(&app, &upload, None, broken, NOW).await;
    assert!(matches!(error, Err(RepositoryError::BrokenContent)));
    assert_eq!(recorder.unfinished_uploads(), 0);

    let endless = hello().chain(stream::pending()).boxed();
    let request = async { drop(all.upload(&app, &upload, None, endless, NOW).await) };
    drop_while_writing(&all, request, || recorder.unfinished_uploads() > 0).await;
    until_swept(&all).await;
    assert_eq!(recorder.unfinished_uploads(), 0);
    check_swept(&disk).await;
}
