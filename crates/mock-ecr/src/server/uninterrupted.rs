//! Processes a request to its end, even if its client disconnects.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use crate::http::client::Client;

/// A future that a new task completes if this value is dropped.
///
/// The connection of a request drops the future of its response when the client disconnects. A task for each request would have the same
/// effect, but each request would then need two switches between tasks.
pub(super) struct Uninterrupted<T: Send + 'static> {
    client: Client,
    /// The runtime that completes the future, if it is not the current one.
    runtime: Option<Handle>,
    // A trait object, so that the program contains the code of the future once.
    future: Option<BoxFuture<'static, T>>,
}

impl<T: Send + 'static> Uninterrupted<T> {
    pub(super) fn new(client: Client, future: impl Future<Output = T> + Send + 'static) -> Self {
        Uninterrupted {
            client,
            runtime: None,
            future: Some(Box::pin(future)),
        }
    }

    /// Sets the runtime that completes the future.
    #[cfg(any(test, feature = "sdk"))]
    pub(super) fn on(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }
}

impl<T: Send + 'static> Future for Uninterrupted<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let future = self.future.as_mut();
        let future = future.expect("a future is not polled after its completion");
        let output = std::task::ready!(future.as_mut().poll(context));
        self.future = None;
        Poll::Ready(output)
    }
}

impl<T: Send + 'static> Drop for Uninterrupted<T> {
    fn drop(&mut self) {
        let Some(future) = self.future.take() else {
            return;
        };
        self.client.disconnect();
        // Without a runtime, nothing can be completed: the runtime of the mock has stopped.
        let runtime = self.runtime.take();
        if let Some(runtime) = runtime.or_else(|| Handle::try_current().ok()) {
            runtime.spawn(future);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::sync::oneshot;

    use super::*;
    use crate::http::ingress::Ingress;

    #[tokio::test]
    async fn a_dropped_future_is_completed() {
        let (proceed, proceeds) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let client = Client::connected(Ingress::Http);
        let gone = client.clone();
        let mut interrupted = Uninterrupted::new(client, async move {
            proceeds.await.unwrap();
            gone.disconnected().await;
            done.send(()).unwrap();
        });
        assert_eq!((&mut interrupted).now_or_never(), None);
        drop(interrupted);
        proceed.send(()).unwrap();
        is_done.await.unwrap();
    }

    #[tokio::test]
    async fn a_completed_future_is_not_polled_again() {
        let client = Client::connected(Ingress::Http);
        let mut completed = Uninterrupted::new(client.clone(), async { 7 });
        assert_eq!((&mut completed).now_or_never(), Some(7));
        drop(completed);
        assert_eq!(client.disconnected().now_or_never(), None);
    }

    #[test]
    fn a_future_that_is_dropped_outside_a_runtime_is_completed_on_its_own() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let (done, is_done) = oneshot::channel();
        let client = Client::connected(Ingress::InProcess);
        let future = async move { done.send(()).unwrap() };
        drop(Uninterrupted::new(client, future).on(runtime.handle().clone()));
        runtime.block_on(is_done).unwrap();
    }
}
