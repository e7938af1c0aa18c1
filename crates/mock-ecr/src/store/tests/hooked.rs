//! Objects that run a future of the test before a call. They carry out a call even if its caller does not wait for it, like a disk or a service.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// The futures of a test.
#[derive(Clone, Default)]
pub(crate) struct Hooks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    before_put: Hook,
    before_get: Hook,
    puts: AtomicUsize,
}

type Hook = Mutex<Option<BoxFuture<'static, ()>>>;

impl Hooks {
    /// Runs a future before the next object is written.
    pub(crate) fn before_put(&self, future: impl Future<Output = ()> + Send + 'static) {
        *self.0.before_put.lock().unwrap() = Some(Box::pin(future));
    }

    /// Runs a future before the next object is read.
    pub(crate) fn before_get(&self, future: impl Future<Output = ()> + Send + 'static) {
        *self.0.before_get.lock().unwrap() = Some(Box::pin(future));
    }

    /// Returns the number of objects that were written.
    pub(crate) fn puts(&self) -> usize {
        self.0.puts.load(Ordering::SeqCst)
    }
}

async fn run(hook: &Hook) {
    let hook = hook.lock().unwrap().take();
    if let Some(future) = hook {
        future.await;
    }
}

#[derive(Clone)]
pub(super) struct HookedObjects<O> {
    inner: O,
    hooks: Hooks,
}

impl<O> HookedObjects<O> {
    pub(super) fn new(inner: O, hooks: &Hooks) -> Self {
        let hooks = hooks.clone();
        HookedObjects { inner, hooks }
    }
}

impl<O: ObjectStore> fmt::Debug for HookedObjects<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl<O: ObjectStore> fmt::Display for HookedObjects<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hooked {}", self.inner)
    }
}

#[async_trait]
impl<O: ObjectStore + Clone> ObjectStore for HookedObjects<O> {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let (objects, location) = (self.clone(), location.clone());
        let put = tokio::spawn(async move {
            run(&objects.hooks.0.before_put).await;
            let put = objects.inner.put_opts(&location, payload, options).await;
            objects.hooks.0.puts.fetch_add(1, Ordering::SeqCst);
            put
        });
        put.await.unwrap()
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        unreachable!("the parts of the tests are short")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        run(&self.hooks.0.before_get).await;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        unreachable!("objects are not copied")
    }
}
