//! Accepts connections, and serves them until the mock stops.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::http::ingress::Ingress;
use crate::server::http_connection::HttpConnection;
use crate::state::State;

/// A source of connections: a socket, or the clients in the process of the mock.
pub(super) trait Accept: Send {
    type Stream: Send;

    /// Waits for a connection.
    fn accept(&mut self) -> impl Future<Output = Self::Stream> + Send;

    /// Serves a connection.
    fn serve(&self, stream: Self::Stream, http: HttpConnection) -> BoxFuture<'static, ()>;
}

/// Accepts connections until the sender of `stop` is dropped. Then waits until all requests were processed, and at most [`DRAIN_TIMEOUT`] for
/// the clients to send the rest of the requests and to read the responses.
///
/// If the future is dropped, all connections are closed.
pub(super) async fn serve(
    mut source: impl Accept,
    state: Arc<State>,
    mut stop: watch::Receiver<()>,
) {
    let (in_process, of_requests) = watch::channel(());
    // Dropping the set closes its connections. Finished connections are removed whenever another one is accepted.
    let mut connections = JoinSet::new();
    loop {
        let permit_and_stream = async {
            // When the number of open connections is at the limit, clients wait in the queue of the source.
            let permit = state.connections.acquire().await;
            (permit, source.accept().await)
        };
        let (permit, stream) = tokio::select! {
            accepted = permit_and_stream => accepted,
            _ = stop.changed() => break,
        };
        let http = HttpConnection {
            state: Arc::clone(&state),
            ingress: Ingress::Http,
            stop: stop.clone(),
            in_process: of_requests.clone(),
        };
        let connection = source.serve(stream, http);
        connections.spawn(async move {
            connection.await;
            drop(permit);
        });
        while connections.try_join_next().is_some() {}
    }
    drop((source, of_requests));
    close(connections).await;
    in_process.closed().await;
}

/// Waits until all connections are closed, and closes those that remain after [`DRAIN_TIMEOUT`].
async fn close(mut connections: JoinSet<()>) {
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN_TIMEOUT, all).await.is_err() {
        tracing::warn!("some connections did not finish in time and were closed");
    }
    connections.shutdown().await;
}

/// The time that clients have to send their requests and to read the responses.
pub(super) const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
