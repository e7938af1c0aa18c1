//! Step 1: sockets. Nothing else knows that there are any.

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
use crate::state::Ecr;

/// An address that clients can connect to.
pub(crate) struct Listener(TcpListener);

impl Listener {
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // A mock that was just stopped leaves its port in TIME_WAIT, which the next one need not wait for.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(Listener(socket.listen(BACKLOG)?))
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Connections that wait to be accepted; with tokio's 128, a crowd of clients waits a second for its packets to be sent anew.
const BACKLOG: u32 = 4096;

/// Accepts connections until the sender of `stop` is dropped, then lets what is in flight finish, within a limit of time.
///
/// Dropping the future cuts every connection.
pub(crate) async fn serve(
    Listener(listener): Listener,
    ecr: Arc<Ecr>,
    tls: Option<Tls>,
    mut stop: watch::Receiver<()>,
) {
    let graceful = GracefulShutdown::new();
    // The set ends its connections when it is dropped; those that have ended by themselves are taken out as others come.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = Connection {
                        ecr: Arc::clone(&ecr),
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
        tracing::warn!("some connections did not end in time and were cut");
    }
}

/// When there are no more file descriptors, accepting fails at once, again and again, until a connection ends.
async fn accept_backoff(error: &io::Error) {
    tracing::warn!(%error, "cannot accept a connection");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// One client.
struct Connection {
    ecr: Arc<Ecr>,
    tls: Option<Tls>,
    /// For itself, and for the tunnel that it may become.
    watchers: [Watcher; 2],
    stop: watch::Receiver<()>,
}

impl Connection {
    /// Tells TLS from HTTP, where there is TLS.
    async fn detect_protocol(self, stream: TcpStream) {
        // Answers are small and whole: there is nothing to wait for.
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
                let secured = tokio::select! {
                    secured = with_timeout(tls.accept(stream)) => secured,
                    _ = stop.changed() => return,
                };
                match secured {
                    Ok(stream) => self.serve(Box::new(stream), Ingress::Https).await,
                    Err(error) => warn_handshake(&error),
                }
            }
            Ok(_) => self.serve(Box::new(stream), Ingress::Http).await,
            Err(error) => tracing::debug!(%error, "a connection brought nothing"),
        }
    }

    /// Serves a client, and again in the tunnel that it may be granted.
    async fn serve(self, stream: Box<dyn Stream>, ingress: Ingress) {
        let [watcher, in_tunnel] = self.watchers;
        let (ecr, stop) = (Arc::clone(&self.ecr), self.stop.clone());
        let tunnel = serve_http(stream, ingress, ecr, watcher, stop).await;
        if let (Some(tunnel), Some(tls)) = (tunnel, &self.tls) {
            match with_timeout(accept_tunnel(tunnel, tls)).await {
                Ok(stream) => {
                    let stream = Box::new(stream);
                    serve_http(stream, Ingress::Connect, self.ecr, in_tunnel, self.stop).await;
                }
                Err(error) => warn_handshake(&error),
            }
        }
    }
}

/// Speaks HTTP until the client is gone, or has been granted a tunnel.
async fn serve_http(
    stream: Box<dyn Stream>,
    ingress: Ingress,
    ecr: Arc<Ecr>,
    watcher: Watcher,
    stop: watch::Receiver<()>,
) -> Option<OnUpgrade> {
    let plan = WritePlan::default();
    let stream = FaultyStream::new(stream, plan.clone());
    let granted = Arc::new(Mutex::new(None));
    let first_request = Arc::new(Notify::new());
    let (requested, tunnels) = (Arc::clone(&first_request), Arc::clone(&granted));
    let service = service_fn(move |mut request: Request<Incoming>| {
        requested.notify_one();
        let (ecr, tunnels) = (Arc::clone(&ecr), Arc::clone(&tunnels));
        let (plan, stop) = (plan.clone(), stop.clone());
        async move {
            let version = request.version();
            let asks = request.method() == Method::CONNECT;
            let tunnel = asks.then(|| hyper::upgrade::on(&mut request));
            let mut response = handle(&ecr, request, ingress).await;
            if let Some(tunnel) = tunnel.filter(|_| response.status().is_success()) {
                *locked(&tunnels) = Some(tunnel);
            }
            match response.extensions_mut().remove::<DeliveryFault>() {
                None => Ok(response),
                // Apart, so that the answers without faults do not carry its state.
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
            tracing::debug!(error, "a connection broke");
        },
        () = first_request_timeout(&first_request) => tracing::debug!("a connection brought no request"),
    }
    locked(&granted).take()
}

fn locked(granted: &Mutex<Option<OnUpgrade>>) -> MutexGuard<'_, Option<OnUpgrade>> {
    granted.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the end of a tunnel, in place of the host that the client wanted.
async fn accept_tunnel(tunnel: OnUpgrade, tls: &Tls) -> io::Result<TlsStream<TokioIo<Upgraded>>> {
    let stream = tunnel.await.map_err(io::Error::other)?;
    tls.accept(TokioIo::new(stream)).await
}

/// A connection of whatever kind. One type for all, so that the program holds the machinery of HTTP once.
trait Stream: AsyncRead + AsyncWrite + ResetOnDrop + Unpin + Send {}

impl<I: AsyncRead + AsyncWrite + ResetOnDrop + Unpin + Send> Stream for I {}

impl ResetOnDrop for Box<dyn Stream> {
    fn reset_when_dropped(&self) {
        self.as_ref().reset_when_dropped();
    }
}

impl ResetOnDrop for TcpStream {
    fn reset_when_dropped(&self) {
        // Where the system knows no such option, the client sees a farewell.
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
        // The connection around a tunnel is hyper's, which does not let it be seen.
    }
}

fn http() -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        // The real service capitalises its headers.
        .title_case_headers(true)
        // The date comes from the mock's clock.
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    server
        .http2()
        // A token of 16 KiB is a header longer than hyper's own limit.
        .max_header_list_size(LONGEST_HEADERS)
        .auto_date_header(false)
        .timer(TokioTimer::new());
    server
}

const LONGEST_HEADERS: u32 = 64 * 1024;

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

fn warn_handshake(error: &io::Error) {
    tracing::warn!(%error, "a TLS handshake failed; does the client trust the mock's authority?");
}

/// Ends when the first request is late; hyper's own limit does not hold before it knows the version of HTTP.
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
