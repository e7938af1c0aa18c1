//! Step 1: accepts connections, and serves HTTP and TLS on them. No other module uses sockets.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Method, Request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_rustls::server::TlsStream;

use crate::fault::DeliveryFault;
use crate::http::ingress::Ingress;
use crate::server::faulty_stream;
use crate::server::faulty_stream::{FaultyStream, ResetOnDrop, WritePlan};
use crate::server::handler::handle;
use crate::server::tls;
use crate::server::tls::Tls;
use crate::state::State;

/// A listening socket and its address.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // The port of a mock that was just stopped is in TIME_WAIT. Without this option, the next mock could not bind it.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let socket = socket.listen(BACKLOG)?;
        let address = socket.local_addr()?;
        Ok(Listener { socket, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The maximum number of connections that wait to be accepted.
///
/// With tokio's default of 128, many simultaneous clients overflow the queue. Each of them then waits a second until it resends its packet.
const BACKLOG: u32 = 4096;

/// Accepts connections until the sender of `stop` is dropped. Then waits at most [`DRAIN_TIMEOUT`] for the requests in flight.
///
/// If the future is dropped, all connections are closed.
pub(crate) async fn serve(
    Listener {
        socket: listener, ..
    }: Listener,
    state: Arc<State>,
    tls: Option<Tls>,
    mut stop: watch::Receiver<()>,
) {
    let graceful = GracefulShutdown::new();
    // Dropping the set closes its connections. Finished connections are removed whenever another one is accepted.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = Connection {
                        state: Arc::clone(&state),
                        tls: tls.clone(),
                        watchers: [graceful.watcher(), graceful.watcher()],
                        stop: stop.clone(),
                    };
                    connections.spawn(connection.detect_protocol(stream));
                    while connections.try_join_next().is_some() {}
                }
                Err(error) => accept_backoff(&error).await,
            },
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    let drained = tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await;
    if drained.is_err() {
        tracing::warn!("some connections did not finish in time and were closed");
    }
}

/// Waits before the next attempt to accept. Without file descriptors, each attempt fails at once until a connection is closed.
async fn accept_backoff(error: &io::Error) {
    tracing::warn!(%error, "cannot accept a connection");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// One connection of a client.
struct Connection {
    state: Arc<State>,
    tls: Option<Tls>,
    /// One for the connection, and one for the tunnel that it can become.
    watchers: [Watcher; 2],
    stop: watch::Receiver<()>,
}

impl Connection {
    /// Serves TLS or HTTP, depending on the first byte that the client sends. Serves HTTP only if TLS is not configured.
    async fn detect_protocol(self, stream: TcpStream) {
        // A response is small and is written at once, so waiting for more data would only delay it.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return self.serve(Box::new(stream), Ingress::Http).await;
        };
        let mut stop = self.stop.clone();
        let first = tokio::select! {
            first = with_timeout(first_byte(&stream)) => first,
            _ = stop.changed() => return,
        };
        match first {
            Ok(tls::HANDSHAKE) => {
                let handshake = tokio::select! {
                                    handshake = with_timeout(tls.accept(stream)) => handshake,
                    _ = stop.changed() => return,
                };
                match handshake {
                    Ok(stream) => self.serve(Box::new(stream), Ingress::Https).await,
                    Err(error) => log_handshake_error(&error),
                }
            }
            Ok(_) => self.serve(Box::new(stream), Ingress::Http).await,
            Err(error) => tracing::debug!(%error, "a client sent no data"),
        }
    }

    /// Serves HTTP on a stream. If the client opens a tunnel, serves HTTP over TLS in the tunnel afterwards.
    async fn serve(self, stream: Box<dyn Stream>, ingress: Ingress) {
        let [watcher, in_tunnel] = self.watchers;
        let (state, stop) = (Arc::clone(&self.state), self.stop.clone());
        let tunnel = serve_http(stream, ingress, state, watcher, stop).await;
        if let (Some(tunnel), Some(tls)) = (tunnel, &self.tls) {
            match with_timeout(accept_tunnel(tunnel, tls)).await {
                Ok(stream) => {
                    let stream = Box::new(stream);
                    serve_http(stream, Ingress::Connect, self.state, in_tunnel, self.stop).await;
                }
                Err(error) => log_handshake_error(&error),
            }
        }
    }
}

/// Serves HTTP until the connection is closed or becomes a tunnel. Returns the tunnel.
async fn serve_http(
    stream: Box<dyn Stream>,
    ingress: Ingress,
    state: Arc<State>,
    watcher: Watcher,
    stop: watch::Receiver<()>,
) -> Option<OnUpgrade> {
    let plan = WritePlan::default();
    let stream = FaultyStream::new(stream, plan.clone());
    let accepted_tunnel = Arc::new(Mutex::new(None));
    let first_request = Arc::new(Notify::new());
    let (requested, tunnels) = (Arc::clone(&first_request), Arc::clone(&accepted_tunnel));
    let service = service_fn(move |mut request: Request<Incoming>| {
        requested.notify_one();
        let (state, tunnels) = (Arc::clone(&state), Arc::clone(&tunnels));
        let (plan, stop) = (plan.clone(), stop.clone());
        async move {
            let version = request.version();
            let is_connect = request.method() == Method::CONNECT;
            let tunnel = is_connect.then(|| hyper::upgrade::on(&mut request));
            let mut response = handle(&state, request, ingress).await;
            if let Some(tunnel) = tunnel.filter(|_| response.status().is_success()) {
                *locked(&tunnels) = Some(tunnel);
            }
            match response.extensions_mut().remove::<DeliveryFault>() {
                None => Ok(response),
                // Boxed, so that the future of a response without faults does not contain this state.
                Some(delivery) => {
                    Box::pin(faulty_stream::send(
                        response, delivery, version, &plan, stop,
                    ))
                    .await
                }
            }
        }
    });
    let server = http();
    let connection = server.serve_connection_with_upgrades(TokioIo::new(stream), service);
    tokio::select! {
        ended = watcher.watch(connection.into_owned()) => if let Err(error) = ended {
                        tracing::debug!(error, "a connection failed");
        },
                () = first_request_timeout(&first_request) => tracing::debug!("a client sent no request in time"),
    }
    locked(&accepted_tunnel).take()
}

fn locked(tunnel: &Mutex<Option<OnUpgrade>>) -> MutexGuard<'_, Option<OnUpgrade>> {
    tunnel.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts TLS in a tunnel, in place of the host that the client named.
async fn accept_tunnel(tunnel: OnUpgrade, tls: &Tls) -> io::Result<TlsStream<TokioIo<Upgraded>>> {
    let stream = tunnel.await.map_err(io::Error::other)?;
    tls.accept(TokioIo::new(stream)).await
}

/// A connection over TCP, TLS or a tunnel. One trait object for all keeps a single copy of the HTTP code in the program.
trait Stream: AsyncRead + AsyncWrite + ResetOnDrop + Unpin + Send {}

impl<I: AsyncRead + AsyncWrite + ResetOnDrop + Unpin + Send> Stream for I {}

impl ResetOnDrop for Box<dyn Stream> {
    fn reset_when_dropped(&self) {
        self.as_ref().reset_when_dropped();
    }
}

impl ResetOnDrop for TcpStream {
    fn reset_when_dropped(&self) {
        // If the system does not support the option, the connection is closed normally.
        let _ = self.set_zero_linger();
    }
}

impl ResetOnDrop for TlsStream<TcpStream> {
    fn reset_when_dropped(&self) {
        self.get_ref().0.reset_when_dropped();
    }
}

impl ResetOnDrop for TlsStream<TokioIo<Upgraded>> {
    fn reset_when_dropped(&self) {
        // hyper owns the connection around a tunnel and does not give access to it.
    }
}

fn http() -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        // The real service capitalizes the names of its headers.
        .title_case_headers(true)
        // The handler sets the date from the mock's clock.
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    server
        .http2()
        // A header with a token of 16 KiB exceeds hyper's default limit.
        .max_header_list_size(MAX_HEADERS_SIZE)
        .auto_date_header(false)
        .timer(TokioTimer::new());
    server
}

const MAX_HEADERS_SIZE: u32 = 64 * 1024;

async fn first_byte(stream: &TcpStream) -> io::Result<u8> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0]),
    }
}

async fn with_timeout<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(HEADER_TIMEOUT, step)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Logs a failed handshake. Only a client that rejects the certificate needs a warning: other clients closed the connection early or did not
/// speak TLS, as container tools do when they probe a registry.
fn log_handshake_error(error: &io::Error) {
    if tls::is_certificate_rejected(error) {
        tracing::warn!(%error, "a TLS handshake failed; does the client trust the mock's CA?");
    } else {
        tracing::debug!(%error, "a TLS handshake failed");
    }
}

/// Completes when the first request is late, and never completes otherwise.
///
/// The timeout of hyper does not apply before hyper has detected the version of HTTP.
async fn first_request_timeout(first_request: &Notify) {
    if tokio::time::timeout(HEADER_TIMEOUT, first_request.notified())
        .await
        .is_ok()
    {
        std::future::pending::<()>().await;
    }
}

const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
