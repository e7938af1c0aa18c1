//! Objects that run a future of the test before a call. They carry out a call even if its caller does not wait for it, like a disk or a service.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use object_store::path::Path;
use object_store::{GetResult, MultipartUpload, PutResult, Result};

use crate::store::tests::observed::{Call, Observer};

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

#[async_trait]
impl Observer for Hooks {
    async fn put(&self, _: &Path, put: Call<PutResult>) -> Result<PutResult> {
        let hooks = self.clone();
        let put = tokio::spawn(async move {
            run(&hooks.0.before_put).await;
            let put = put.await;
            hooks.0.puts.fetch_add(1, Ordering::SeqCst);
            put
        });
        put.await.unwrap()
    }

    async fn get(&self, get: Call<GetResult>) -> Result<GetResult> {
        run(&self.0.before_get).await;
        get.await
    }

    fn upload(&self, _: Path, _: Box<dyn MultipartUpload>) -> Box<dyn MultipartUpload> {
        unreachable!("the parts of the tests are short")
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks(…)")
    }
}
