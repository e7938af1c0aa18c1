//! Serves HTTP/1 and HTTP/2 on a connection, until it is closed, becomes a tunnel, or is idle.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{HttpService, service_fn};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::watch;

use crate::fault::DeliveryFault;
use crate::http::body::{Payload, keep};
use crate::http::buffers::{ConnectionBuffers, Reservation};
use crate::http::client::Client;
use crate::http::ingress::Ingress;
use crate::server::activity::Activity;
use crate::server::faulty_stream;
use crate::server::faulty_stream::{FaultyStream, ResponseAborted, WritePlan};
use crate::server::handler::handle;
use crate::server::http_version;
use crate::server::http_version::{HttpVersion, Rewound};
use crate::server::stream::Stream;
use crate::server::uninterrupted::Uninterrupted;
use crate::state::State;

/// What a connection needs to serve HTTP.
#[derive(Clone)]
pub(super) struct HttpConnection {
    pub(super) state: Arc<State>,
    pub(super) ingress: Ingress,
    /// Closed when the mock is requested to stop.
    pub(super) stop: watch::Receiver<()>,
    /// Dropped when all requests have been processed.
    pub(super) in_process: watch::Receiver<()>,
}

type Io = TokioIo<FaultyStream<Rewound<Box<dyn Stream>>>>;

impl HttpConnection {
    /// Serves HTTP on a stream. If the connection becomes a tunnel, returns the tunnel.
    pub(super) async fn serve(mut self, stream: Box<dyn Stream>) -> Option<OnUpgrade> {
        let detected = tokio::time::timeout(HEAD_TIMEOUT, http_version::detect(stream));
        let (version, stream) = tokio::select! {
            detected = detected => detected.ok()?.ok()?,
            _ = self.stop.changed() => return None,
        };
        let requests = Arc::new(Requests {
            buffers: ConnectionBuffers::new(&self.state.buffers),
            activity: Arc::default(),
            plan: WritePlan::default(),
            tunnel: Arc::default(),
            connection: self.clone(),
        });
        let (activity, tunnel) = (Arc::clone(&requests.activity), Arc::clone(&requests.tunnel));
        let stream = FaultyStream::new(stream, requests.plan.clone(), Arc::clone(&activity));
        let (io, max_head_size) = (TokioIo::new(stream), self.state.config.max_head_size());
        let service = service_fn(move |request| Arc::clone(&requests).respond(request));
        match version {
            HttpVersion::Http1 => {
                let connection = http1(max_head_size).serve_connection(io, service);
                drive(connection.with_upgrades(), &activity, self.stop).await;
            }
            HttpVersion::Http2 => {
                let connection = http2(max_head_size).serve_connection(io, service);
                drive(connection, &activity, self.stop).await;
            }
        }
        locked(&tunnel).take()
    }
}

/// The requests of one connection.
struct Requests {
    connection: HttpConnection,
    buffers: Arc<ConnectionBuffers>,
    activity: Arc<Activity>,
    plan: WritePlan,
    tunnel: Arc<Mutex<Option<OnUpgrade>>>,
}

impl Requests {
    /// Returns the response to a request, as the faults of the request deliver it.
    async fn respond(
        self: Arc<Self>,
        mut request: Request<Incoming>,
    ) -> Result<Response<Payload>, ResponseAborted> {
        let (in_process, open) = self.activity.begin();
        let version = request.version();
        let is_connect = request.method() == Method::CONNECT;
        let tunnel = is_connect.then(|| hyper::upgrade::on(&mut request));
        let (mut response, reservation) = self.process(request).await;
        if let Some(tunnel) = tunnel.filter(|_| response.status().is_success()) {
            *locked(&self.tunnel) = Some(tunnel);
        }
        match response.extensions_mut().remove::<DeliveryFault>() {
            None => Ok(keep(response, (reservation, open))),
            // Boxed, so that the future of a response without faults does not contain this state.
            Some(delivery) => {
                let (plan, stop) = (&self.plan, self.connection.stop.clone());
                let sent = Box::pin(faulty_stream::send(response, delivery, version, plan, stop));
                // A response can be delayed on purpose, so the connection is not idle before the end of the response.
                Ok(keep(sent.await?, (reservation, open, in_process)))
            }
        }
    }

    async fn process(&self, request: Request<Incoming>) -> (Response<Payload>, Reservation) {
        let client = Client::connected(self.connection.ingress);
        let mut reservation = self.buffers.reservation();
        let state = Arc::clone(&self.connection.state);
        let in_process = self.connection.in_process.clone();
        let processed = Uninterrupted::new(client.clone(), async move {
            let response = handle(&state, request, &client, &mut reservation).await;
            drop(in_process);
            (response, reservation)
        });
        processed.await
    }
}

fn locked(tunnel: &Mutex<Option<OnUpgrade>>) -> MutexGuard<'_, Option<OnUpgrade>> {
    tunnel.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves a connection until it ends, is idle, or the mock stops. In the last two cases, the client can read its responses to the end, and
/// the connection then ends.
async fn drive<C>(connection: C, activity: &Activity, mut stop: watch::Receiver<()>)
where
    C: Connection,
{
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return log_end(ended),
        () = activity.idle() => tracing::debug!("an idle connection is closed"),
        _ = stop.changed() => {}
    }
    connection.as_mut().finish();
    tokio::select! {
        ended = connection.as_mut() => log_end(ended),
        () = activity.unread() => tracing::debug!("a client does not read its responses"),
    }
}

fn log_end(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection failed");
    }
}

/// A connection in one of the versions of HTTP.
trait Connection: Future<Output = Result<(), hyper::Error>> {
    /// Accepts no more requests, and ends the connection when all responses were sent.
    fn finish(self: Pin<&mut Self>);
}

impl<S> Connection for http1::UpgradeableConnection<Io, S>
where
    S: HttpService<Incoming, ResBody = Payload, Error = ResponseAborted>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<S> Connection for http2::Connection<Io, S, TokioExecutor>
where
    S: HttpService<Incoming, ResBody = Payload, Error = ResponseAborted>,
    S::Future: Send + 'static,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

fn http1(max_head_size: usize) -> http1::Builder {
    let mut server = http1::Builder::new();
    server
        // The real service capitalizes the names of its headers.
        .title_case_headers(true)
        // The handler sets the date from the mock's clock.
        .auto_date_header(false)
        .max_header_size(max_head_size)
        .max_buf_size(MAX_BUFFER_SIZE.max(max_head_size))
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    server
}

fn http2(max_head_size: usize) -> http2::Builder<TokioExecutor> {
    let mut server = http2::Builder::new(TokioExecutor::new());
    server
        .max_header_list_size(max_head_size.try_into().unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(MAX_STREAM_WINDOW)
        .initial_connection_window_size(MAX_CONNECTION_WINDOW)
        .max_send_buf_size(MAX_BUFFER_SIZE)
        .auto_date_header(false)
        .timer(TokioTimer::new());
    server
}

/// The bytes that are read from or written to a connection at once. A smaller buffer makes uploads slower.
const MAX_BUFFER_SIZE: usize = 64 << 10;

/// The concurrent requests of an HTTP/2 connection.
const MAX_STREAMS: u32 = 100;

/// The bytes of one request, and of all requests of a connection, that an HTTP/2 client sends before the mock reads them.
const MAX_STREAM_WINDOW: u32 = 128 << 10;
const MAX_CONNECTION_WINDOW: u32 = 256 << 10;

/// The time within which a client must begin to send, or complete the head of a request.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
