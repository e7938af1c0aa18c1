//! Handles requests of this process without a connection.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, Version};
use hyper::body::Body;
use tokio::sync::watch;

use crate::fault::DeliveryFault;
use crate::http::body::{Payload, keep};
use crate::http::buffers::ConnectionBuffers;
use crate::http::client::Client;
use crate::http::ingress::Ingress;
use crate::server::faulty_stream::{ResponseAborted, WritePlan, send};
use crate::server::handler::handle;
use crate::server::uninterrupted::Uninterrupted;
use crate::state::State;

/// Passes requests to the handler of a mock. Clones share the mock, and do not keep it running.
#[derive(Clone, Debug)]
pub(crate) struct InProcess {
    state: Arc<State>,
    /// Closed when the mock is requested to stop.
    stopped: watch::Receiver<()>,
    /// Each request in progress has a receiver.
    requests: Arc<watch::Sender<()>>,
}

impl InProcess {
    pub(crate) fn new(state: Arc<State>, stopped: watch::Receiver<()>) -> Self {
        InProcess {
            state,
            stopped,
            requests: Arc::new(watch::channel(()).0),
        }
    }

    /// Returns the response to a request, as its faults deliver it. The URI of the request must contain a host.
    pub(crate) async fn call<B>(
        &self,
        mut request: Request<B>,
    ) -> Result<Response<Payload>, InProcessError>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        // Before the check, so that a stop either waits for the request or rejects it.
        let in_progress = self.requests.subscribe();
        if self.stopped.has_changed().is_err() {
            return Err(InProcessError::Stopped);
        }
        // As in HTTP/2, the URI names the host, and a response can end early without a connection that closes.
        *request.version_mut() = Version::HTTP_2;
        let client = Client::connected(Ingress::InProcess);
        let mut reservation = ConnectionBuffers::new(&self.state.buffers).reservation();
        let state = Arc::clone(&self.state);
        let processed = Uninterrupted::new(client.clone(), async move {
            let response = handle(&state, request, &client, &mut reservation).await;
            drop(in_progress);
            (response, reservation)
        });
        let (mut response, reservation) = processed.await;
        let response = match response.extensions_mut().remove::<DeliveryFault>() {
            None => response,
            Some(delivery) => {
                let (plan, stopped) = (WritePlan::default(), self.stopped.clone());
                Box::pin(send(response, delivery, Version::HTTP_2, &plan, stopped)).await?
            }
        };
        Ok(keep(response, reservation))
    }

    /// Completes when all requests have been processed.
    pub(crate) async fn finished(&self) {
        self.requests.closed().await;
    }
}

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InProcessError {
    #[error("the mock has stopped")]
    Stopped,
    #[error(transparent)]
    Aborted(#[from] ResponseAborted),
}
