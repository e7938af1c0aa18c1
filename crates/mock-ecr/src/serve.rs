//! Step 1: sockets. Nothing else knows that there are any.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;

use crate::ecr::Ecr;
use crate::handle::handle;

/// Listens on an address. When this returns, clients can connect.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A mock that was just stopped leaves its port in TIME_WAIT, which the next one need not wait for.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Connections that wait to be accepted; with tokio's 128, a crowd of clients waits a second for its packets to be sent anew.
const BACKLOG: u32 = 4096;

/// Accepts connections until `stop` is sent or dropped, then lets what is in flight finish, within a limit of time.
///
/// Dropping the future cuts every connection.
pub(crate) async fn serve(listener: TcpListener, ecr: Arc<Ecr>, mut stop: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    // The set ends its connections when it is dropped; those that have ended by themselves are taken out as others come.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&ecr), graceful.watcher()));
                    while connections.try_join_next().is_some() {}
                }
                Err(error) => wait_for_room(&error).await,
            },
            _ = &mut stop => break,
        }
    }
    drop(listener);
    let drained = tokio::time::timeout(LONGEST_FAREWELL, graceful.shutdown()).await;
    if drained.is_err() {
        tracing::warn!("some connections did not end in time and were cut");
    }
}

/// When there are no more file descriptors, accepting fails at once, again and again, until a connection ends.
async fn wait_for_room(error: &io::Error) {
    tracing::warn!(%error, "cannot accept a connection");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

async fn converse(stream: TcpStream, ecr: Arc<Ecr>, watcher: Watcher) {
    // Answers are small and whole: there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    let spoken = Arc::new(Notify::new());
    let speaks = Arc::clone(&spoken);
    let service = service_fn(move |request| {
        speaks.notify_one();
        let ecr = Arc::clone(&ecr);
        async move { Ok::<_, Infallible>(handle(&ecr, request).await) }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        // The real service capitalises its headers.
        .title_case_headers(true)
        // The date comes from the mock's clock.
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .header_read_timeout(SLOWEST_HEADER);
    server
        .http2()
        .auto_date_header(false)
        .timer(TokioTimer::new());
    let connection = server.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        ended = watcher.watch(connection.into_owned()) => if let Err(error) = ended {
            tracing::debug!(error, "a connection broke");
        },
        () = silence(&spoken) => tracing::debug!("a connection brought no request"),
    }
}

/// Ends when the first request is late; hyper's own limit does not hold before it knows the version of HTTP.
async fn silence(spoken: &Notify) {
    if tokio::time::timeout(SLOWEST_HEADER, spoken.notified())
        .await
        .is_ok()
    {
        std::future::pending::<()>().await;
    }
}

const SLOWEST_HEADER: Duration = Duration::from_secs(30);
const LONGEST_FAREWELL: Duration = Duration::from_secs(10);
