//! An EC2 instance metadata service that never responds, as if a firewall dropped the packets.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

/// A service that accepts every connection and sends nothing.
#[derive(Debug)]
pub(crate) struct SilentMetadata {
    connections: Arc<AtomicUsize>,
}

impl SilentMetadata {
    /// Starts the service. It listens until the runtime is shut down.
    pub(crate) async fn listen(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::accept(TcpListener::bind(address).await?))
    }

    fn accept(listener: TcpListener) -> Self {
        let connections = Arc::new(AtomicUsize::new(0));
        tokio::spawn(take_all(listener, Arc::clone(&connections)));
        SilentMetadata { connections }
    }

    /// Returns the number of accepted connections.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn take_all(listener: TcpListener, connections: Arc<AtomicUsize>) {
    let mut open = Vec::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::Relaxed);
        // The stream is not dropped: this would close the connection, and the client would not have to wait.
        open.push(stream);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn a_connection_is_counted_and_receives_nothing() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let metadata = SilentMetadata::accept(listener);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"PUT /latest/api/token HTTP/1.1\r\n\r\n")
            .await
            .unwrap();
        while metadata.connections() == 0 {
            tokio::task::yield_now().await;
        }
        let unread = stream.try_read(&mut [0]);
        assert_eq!(unread.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
}
