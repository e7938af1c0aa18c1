//! Accepts the connections of a socket, and serves TLS and HTTP on them.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::http::ingress::Ingress;
use crate::server::accept::Accept;
use crate::server::http_connection::{HEAD_TIMEOUT, HttpConnection};
use crate::server::stream::Stream;
use crate::server::tls;
use crate::server::tls::Tls;

/// A listening socket and its address.
pub(crate) struct Listener {
    socket: OpenSocket,
    address: SocketAddr,
}

/// A listening socket. Any thread can close it while a task accepts its connections: that task ends only when its runtime runs.
#[derive(Clone)]
pub(super) struct OpenSocket(Arc<Mutex<Option<TcpListener>>>);

impl OpenSocket {
    /// Closes the socket.
    pub(super) fn close(&self) {
        self.listener().take();
    }

    /// Waits for a connection. A closed socket has none.
    async fn accept(&self) -> io::Result<TcpStream> {
        let accepted = poll_fn(|context| match &*self.listener() {
            Some(listener) => listener.poll_accept(context),
            None => Poll::Pending,
        });
        accepted.await.map(|(stream, _)| stream)
    }

    fn listener(&self) -> MutexGuard<'_, Option<TcpListener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let socket = OpenSocket(Arc::new(Mutex::new(Some(socket))));
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

/// A listening socket, and the TLS that its connections can use. The socket is closed when this value is dropped.
pub(super) struct Socket {
    socket: OpenSocket,
    tls: Option<Tls>,
}

impl Listener {
    pub(super) fn with(&self, tls: Option<Tls>) -> Socket {
        Socket {
            socket: self.socket(),
            tls,
        }
    }

    pub(super) fn socket(&self) -> OpenSocket {
        self.socket.clone()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.close();
    }
}

impl Accept for Socket {
    type Stream = TcpStream;

    async fn accept(&mut self) -> TcpStream {
        loop {
            match self.socket.accept().await {
                Ok(stream) => return stream,
                Err(error) => accept_backoff(&error).await,
            }
        }
    }

    fn serve(&self, stream: TcpStream, http: HttpConnection) -> BoxFuture<'static, ()> {
        let tls = self.tls.clone();
        Connection { http, tls }.detect_protocol(stream).boxed()
    }
}

/// Waits before the next attempt to accept. Without file descriptors, each attempt fails at once until a connection is closed.
async fn accept_backoff(error: &io::Error) {
    tracing::warn!(%error, "cannot accept a connection");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// One connection of a client.
struct Connection {
    http: HttpConnection,
    tls: Option<Tls>,
}

impl Connection {
    /// Serves TLS or HTTP, depending on the first byte that the client sends. Serves HTTP only if TLS is not configured.
    async fn detect_protocol(self, stream: TcpStream) {
        // A response is small and is written at once, so waiting for more data would only delay it.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return self.serve(Box::new(stream), Ingress::Http).await;
        };
        let mut stop = self.http.stop.clone();
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
                    Ok(stream) => self.serve(stream, Ingress::Https).await,
                    Err(error) => log_handshake_error(&error),
                }
            }
            Ok(_) => self.serve(Box::new(stream), Ingress::Http).await,
            Err(error) => tracing::debug!(%error, "a client sent no data"),
        }
    }

    /// Serves HTTP on a stream. If the client opens a tunnel, serves HTTP over TLS in the tunnel afterwards.
    async fn serve(self, stream: Box<dyn Stream>, ingress: Ingress) {
        let outer = HttpConnection {
            ingress,
            ..self.http.clone()
        };
        let tunnel = outer.serve(stream).await;
        if let (Some(tunnel), Some(tls)) = (tunnel, &self.tls) {
            let mut stop = self.http.stop.clone();
            let handshake = tokio::select! {
                handshake = with_timeout(tls.accept_in_tunnel(tunnel)) => handshake,
                _ = stop.changed() => return,
            };
            match handshake {
                Ok(stream) => {
                    let inner = HttpConnection {
                        ingress: Ingress::Connect,
                        ..self.http
                    };
                    inner.serve(stream).await;
                }
                Err(error) => log_handshake_error(&error),
            }
        }
    }
}

async fn first_byte(stream: &TcpStream) -> io::Result<u8> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first[0]),
    }
}

async fn with_timeout<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(HEAD_TIMEOUT, step)
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
