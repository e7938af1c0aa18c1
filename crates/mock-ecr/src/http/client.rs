//! The client of a request: how it reached the mock, and whether it is still connected.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use crate::http::ingress::Ingress;

/// The client of a request.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) ingress: Ingress,
    is_gone: Arc<AtomicBool>,
}

impl Client {
    pub(crate) fn connected(ingress: Ingress) -> Self {
        let is_gone = Arc::default();
        Client { ingress, is_gone }
    }

    /// Records that the client has disconnected, or has reset the stream of the request.
    pub(crate) fn disconnect(&self) {
        self.is_gone.store(true, Ordering::SeqCst);
    }

    /// Completes when the client has disconnected.
    ///
    /// It wakes no task. The server moves the processing of a request to a new task when the client disconnects, so this future is polled
    /// again then.
    pub(crate) async fn disconnected(&self) {
        poll_fn(|_| match self.is_gone.load(Ordering::SeqCst) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
}
