//! Objects whose calls a test observes.

use std::fmt;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What a test does around each call. A call takes effect when its future is awaited.
#[async_trait]
pub(super) trait Observer: Clone + fmt::Debug + Send + Sync + 'static {
    async fn put(&self, _: &Path, put: Call<PutResult>) -> Result<PutResult> {
        put.await
    }

    async fn get(&self, get: Call<GetResult>) -> Result<GetResult> {
        get.await
    }

    async fn delete(&self, _: &Path, delete: Call<Path>) -> Result<Path> {
        delete.await
    }

    /// Observes a multipart upload that was begun.
    fn upload(&self, location: Path, upload: Box<dyn MultipartUpload>) -> Box<dyn MultipartUpload>;
}

pub(super) type Call<T> = BoxFuture<'static, Result<T>>;

#[derive(Clone, Debug)]
pub(super) struct ObservedObjects<O, T> {
    inner: O,
    observer: T,
}

impl<O, T: Observer> ObservedObjects<O, T> {
    pub(super) fn new(inner: O, observer: &T) -> Self {
        let observer = observer.clone();
        ObservedObjects { inner, observer }
    }
}

impl<O: ObjectStore, T: Observer> fmt::Display for ObservedObjects<O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "observed {}", self.inner)
    }
}

#[async_trait]
impl<O: ObjectStore + Clone, T: Observer> ObjectStore for ObservedObjects<O, T> {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let (inner, at) = (self.inner.clone(), location.clone());
        let put = async move { inner.put_opts(&at, payload, options).await };
        self.observer.put(location, put.boxed()).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.inner.put_multipart_opts(location, options).await?;
        Ok(self.observer.upload(location.clone(), upload))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let (inner, at) = (self.inner.clone(), location.clone());
        let get = async move { inner.get_opts(&at, options).await };
        self.observer.get(get.boxed()).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let objects = self.clone();
        let delete = move |location: Result<Path>| {
            let objects = objects.clone();
            async move { objects.delete(location?).await }
        };
        locations.then(delete).boxed()
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

impl<O: ObjectStore + Clone, T: Observer> ObservedObjects<O, T> {
    async fn delete(&self, location: Path) -> Result<Path> {
        let (inner, at) = (self.inner.clone(), location.clone());
        let delete = async move {
            let one = stream::once(async { Ok(at) }).boxed();
            let deleted = inner.delete_stream(one).next().await;
            deleted.expect("the stream has one result for each location")
        };
        self.observer.delete(&location, delete.boxed()).await
    }
}
