//! Connects clients in the process of the mock without a socket.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, io};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tower_service::Service;

/// Connects the clients of `hyper-util` to a mock in the same process, without a socket. [`MockEcr::connector`](crate::MockEcr::connector)
/// returns it. Clones share the mock, and do not keep it running.
#[derive(Clone)]
pub struct InProcessConnector(mpsc::Sender<DuplexStream>);

impl InProcessConnector {
    /// Returns a connector, and the ends of its connections that are to be served.
    pub(crate) fn new() -> (Self, mpsc::Receiver<DuplexStream>) {
        // A connection waits until the previous one was accepted, as in the queue of a socket.
        let (send, accepted) = mpsc::channel(1);
        (InProcessConnector(send), accepted)
    }

    async fn connect(self) -> Result<InProcessConnection, ConnectError> {
        let (client, server) = tokio::io::duplex(BUFFER_SIZE);
        let sent = self.0.send(server).await;
        sent.map_err(|_| ConnectError(()))?;
        Ok(InProcessConnection(TokioIo::new(client)))
    }
}

impl fmt::Debug for InProcessConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcessConnector")
    }
}

/// The maximum number of bytes that one end of a connection has sent and the other end has not read.
const BUFFER_SIZE: usize = 64 << 10;

/// Connects to the mock for every URI.
impl Service<Uri> for InProcessConnector {
    type Response = InProcessConnection;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<InProcessConnection, ConnectError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}

/// The error of a client that connects to a mock that has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the mock has stopped")]
pub struct ConnectError(());

/// The client's end of a connection without a socket.
pub struct InProcessConnection(TokioIo<DuplexStream>);

impl fmt::Debug for InProcessConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcessConnection")
    }
}

impl Connection for InProcessConnection {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for InProcessConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl Write for InProcessConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
