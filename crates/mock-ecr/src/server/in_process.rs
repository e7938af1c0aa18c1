//! Handles requests of this process without a connection.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use http::{Request, Response, Version};
use http_body_util::BodyDataStream;
use hyper::body::Body;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::fault::DeliveryFault;
use crate::http::body::{BodyError, Payload, keep, stream};
use crate::http::buffers::ConnectionBuffers;
use crate::http::client::Client;
use crate::http::ingress::Ingress;
use crate::server::accept::DRAIN_TIMEOUT;
use crate::server::faulty_stream::{ResponseAborted, WritePlan, send};
use crate::server::handler::handle;
use crate::server::uninterrupted::Uninterrupted;
use crate::state::State;

/// The in-process access to one mock. When it is dropped, the responses that faults delay end.
#[derive(Debug)]
pub(crate) struct InProcessAccess {
    access: InProcess,
    _exists: watch::Sender<()>,
}

impl InProcessAccess {
    pub(crate) fn new(state: &Arc<State>, runtime: Handle, stopped: watch::Receiver<()>) -> Self {
        let (exists, gone) = watch::channel(());
        InProcessAccess {
            access: InProcess {
                state: Arc::downgrade(state),
                runtime,
                stopped,
                gone,
                requests: Arc::new(watch::channel(()).0),
            },
            _exists: exists,
        }
    }

    pub(crate) fn get(&self) -> &InProcess {
        &self.access
    }
}

/// Passes requests to the handler of a mock. Clones share the mock, and do not keep it running or its store open.
#[derive(Clone, Debug)]
pub(crate) struct InProcess {
    state: Weak<State>,
    runtime: Handle,
    /// Closed when the mock is requested to stop.
    stopped: watch::Receiver<()>,
    /// Closed when the mock no longer exists.
    gone: watch::Receiver<()>,
    /// Each request in progress has a receiver.
    requests: Arc<watch::Sender<()>>,
}

impl InProcess {
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
        let state = match self.stopped.has_changed() {
            Ok(_) => self.state.upgrade().ok_or(InProcessError::Stopped)?,
            Err(_) => return Err(InProcessError::Stopped),
        };
        // As in HTTP/2, the URI names the host, and a response can end early without a connection that closes.
        *request.version_mut() = Version::HTTP_2;
        let client = Client::connected(Ingress::InProcess);
        let mut reservation = ConnectionBuffers::new(&state.buffers).reservation();
        let processed = Uninterrupted::new(client.clone(), async move {
            let response = handle(&state, request, &client, &mut reservation).await;
            (response, reservation, in_progress)
        });
        let (mut response, reservation, in_progress) = processed.on(self.runtime.clone()).await;
        match response.extensions_mut().remove::<DeliveryFault>() {
            None => Ok(keep(response, reservation)),
            Some(delivery) => {
                let delivered = Box::pin(self.deliver(response, delivery)).await?;
                Ok(keep(delivered, (reservation, in_progress)))
            }
        }
    }

    /// Returns a response as a fault delivers it. It ends with an error when the mock is dropped.
    async fn deliver(
        &self,
        response: Response<Payload>,
        delivery: DeliveryFault,
    ) -> Result<Response<Payload>, InProcessError> {
        let mut gone = self.gone.clone();
        let (plan, stopped) = (WritePlan::default(), self.stopped.clone());
        let sent = send(response, delivery, Version::HTTP_2, &plan, stopped);
        let response = tokio::select! {
            biased;
            _ = gone.changed() => return Err(InProcessError::Stopped),
            sent = sent => sent?,
        };
        Ok(response.map(|body| until_closed(body, gone)))
    }

    /// Waits until all requests have been processed and faults have delivered their responses, and at most [`DRAIN_TIMEOUT`]. A request does
    /// not end if the client no longer polls its future.
    pub(crate) async fn finished(&self) {
        let finished = tokio::time::timeout(DRAIN_TIMEOUT, self.requests.closed()).await;
        if finished.is_err() {
            tracing::warn!("some requests in the process of the mock did not finish in time");
        }
    }
}

/// Returns a body that ends with an error when the channel is closed.
fn until_closed(body: Payload, closed: watch::Receiver<()>) -> Payload {
    let chunks = BodyDataStream::new(body);
    stream(unfold(Some((chunks, closed)), |state| async {
        let (mut chunks, mut closed) = state?;
        tokio::select! {
            biased;
            _ = closed.changed() => Some((Err(BodyError::new(InProcessError::Stopped)), None)),
            chunk = chunks.next() => chunk.map(|chunk| (chunk.map_err(BodyError::new), Some((chunks, closed)))),
        }
    }))
}

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InProcessError {
    #[error("the mock has stopped")]
    Stopped,
    #[error(transparent)]
    Aborted(#[from] ResponseAborted),
}
