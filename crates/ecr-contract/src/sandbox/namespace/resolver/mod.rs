//! The name server of the sandbox. It resolves every AWS host name to the mock, and no other name.

mod answer;
mod unknown_type;
pub(super) mod unresolved;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use answer::answer;
use unresolved::UnresolvedNames;

/// The address of the name server. It is also the default of the C libraries and of Go if `/etc/resolv.conf` does not exist.
pub(super) const NAME_SERVER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 53);

/// The sockets of a name server.
#[derive(Debug)]
pub(super) struct Resolver {
    udp: UdpSocket,
    tcp: TcpListener,
    unresolved: UnresolvedNames,
}

impl Resolver {
    /// Binds the sockets. Queries wait until [`Resolver::serve`] is called. Names that are not resolved are added to `unresolved`.
    pub(super) fn bind(address: SocketAddr, unresolved: UnresolvedNames) -> io::Result<Self> {
        let udp = UdpSocket::bind(address)?;
        let tcp = TcpListener::bind(address)?;
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;
        Ok(Resolver {
            udp,
            tcp,
            unresolved,
        })
    }

    /// Starts to respond to queries, on the current tokio runtime and until this runtime ends.
    pub(super) fn serve(&self) -> io::Result<()> {
        let runtime = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        let udp = tokio::net::UdpSocket::from_std(self.udp.try_clone()?)?;
        let tcp = tokio::net::TcpListener::from_std(self.tcp.try_clone()?)?;
        runtime.spawn(serve_udp(udp, self.unresolved.clone()));
        runtime.spawn(serve_tcp(tcp, self.unresolved.clone()));
        Ok(())
    }
}

async fn serve_udp(socket: tokio::net::UdpSocket, unresolved: UnresolvedNames) {
    let mut query = [0; MAX_UDP_MESSAGE];
    loop {
        let Ok((length, client)) = socket.recv_from(&mut query).await else {
            tokio::time::sleep(BACKOFF).await;
            continue;
        };
        if let Some(response) = answer(&query[..length], &unresolved) {
            // A client that receives no response sends its query again.
            let _ = socket.send_to(&response, client).await;
        }
    }
}

/// Serves at most [`MAX_CONNECTIONS`] connections at a time. Further connections wait in the queue of the socket.
async fn serve_tcp(listener: tokio::net::TcpListener, unresolved: UnresolvedNames) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let permit = Arc::clone(&permits).acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BACKOFF).await;
            continue;
        };
        let unresolved = unresolved.clone();
        tokio::spawn(async move {
            serve_connection(stream, &unresolved).await;
            drop(permit);
        });
    }
}

/// Responds to the queries of a connection until the client closes it, sends an invalid message or is idle.
async fn serve_connection(mut stream: TcpStream, unresolved: &UnresolvedNames) {
    while let Ok(Ok(())) =
        tokio::time::timeout(IDLE_TIMEOUT, answer_next(&mut stream, unresolved)).await
    {}
}

/// Reads a query and writes the response. The length of each message precedes it (RFC 1035, section 4.2.2). A message of more than
/// [`MAX_TCP_MESSAGE`] bytes is an error.
async fn answer_next(stream: &mut TcpStream, unresolved: &UnresolvedNames) -> io::Result<()> {
    let length = usize::from(stream.read_u16().await?);
    if length > MAX_TCP_MESSAGE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut query = vec![0; length];
    stream.read_exact(&mut query).await?;
    let response = answer(&query, unresolved).ok_or(io::ErrorKind::InvalidData)?;
    let length = u16::try_from(response.len()).map_err(io::Error::other)?;
    let message = [&length.to_be_bytes()[..], &response].concat();
    stream.write_all(&message).await
}

/// The maximum length of a message over UDP (RFC 1035, section 4.2.1). The rest of a longer message is discarded.
const MAX_UDP_MESSAGE: usize = 512;
/// The maximum length of a query over TCP. A query has one name of at most 255 bytes, and options of EDNS.
const MAX_TCP_MESSAGE: usize = 4096;
const MAX_CONNECTIONS: usize = 64;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause after an error of a socket, which could otherwise occur in a busy loop.
const BACKOFF: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use std::net::UdpSocket as Client;

    use super::*;
    use answer::tests::{ADDRESS_OF_A_REGISTRY, addresses, query};

    /// Starts a name server. UDP and TCP have different ports, because a port that is free for one protocol may be in use for the other.
    fn resolver() -> Resolver {
        let resolver =
            Resolver::bind((Ipv4Addr::LOCALHOST, 0).into(), UnresolvedNames::default()).unwrap();
        resolver.serve().unwrap();
        resolver
    }

    #[tokio::test]
    async fn names_are_resolved_over_udp() {
        let resolver = resolver();
        let address = resolver.udp.local_addr().unwrap();
        let client = Client::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        client.set_nonblocking(true).unwrap();
        let client = tokio::net::UdpSocket::from_std(client).unwrap();
        let mut response = [0; 1024];
        // Longer than the maximum: the parsed part is invalid.
        let long = [&query("a.example.com")[..], &[0; 600]].concat();
        for (query, addresses_expected) in [
            (&query(ADDRESS_OF_A_REGISTRY)[..], 1),
            (&query("example.com")[..], 0),
            (&long, 0),
        ] {
            client.send_to(query, address).await.unwrap();
            let (length, _) = client.recv_from(&mut response).await.unwrap();
            assert_eq!(addresses(&response[..length]).len(), addresses_expected);
        }
        assert!(resolver.unresolved.names().contains("example.com"));
    }

    #[tokio::test]
    async fn one_connection_can_send_several_queries() {
        let resolver = resolver();
        let address = resolver.tcp.local_addr().unwrap();
        let mut client = TcpStream::connect(address).await.unwrap();
        let message = query(ADDRESS_OF_A_REGISTRY);
        for _ in 0..2 {
            let length = u16::try_from(message.len()).unwrap();
            client.write_u16(length).await.unwrap();
            client.write_all(&message).await.unwrap();
            let mut response = vec![0; client.read_u16().await.unwrap().into()];
            client.read_exact(&mut response).await.unwrap();
            assert_eq!(addresses(&response).len(), 1);
        }
        client.write_all(&[0, 2, 1, 2]).await.unwrap();
        let closed = client.read_u16().await.unwrap_err();
        assert_eq!(closed.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_query_over_the_maximum_closes_the_connection() {
        let resolver = resolver();
        let address = resolver.tcp.local_addr().unwrap();
        let padded = |length: usize| {
            let mut message = query(ADDRESS_OF_A_REGISTRY);
            message.resize(length, 0);
            let prefix = u16::try_from(length).unwrap().to_be_bytes();
            [&prefix[..], &message].concat()
        };
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(&padded(MAX_TCP_MESSAGE)).await.unwrap();
        let mut response = vec![0; client.read_u16().await.unwrap().into()];
        client.read_exact(&mut response).await.unwrap();
        let long = padded(MAX_TCP_MESSAGE + 1);
        client.write_all(&long).await.unwrap();
        // A connection with unread bytes is reset.
        client.read_u16().await.unwrap_err();
    }

    #[tokio::test]
    async fn a_connection_over_the_maximum_waits_until_another_one_is_closed() {
        let resolver = resolver();
        let address = resolver.tcp.local_addr().unwrap();
        let connect = async || TcpStream::connect(address).await.unwrap();
        let mut idle = Vec::new();
        for _ in 0..MAX_CONNECTIONS {
            idle.push(connect().await);
        }
        let mut waiting = connect().await;
        drop(idle);
        let message = query(ADDRESS_OF_A_REGISTRY);
        waiting
            .write_u16(u16::try_from(message.len()).unwrap())
            .await
            .unwrap();
        waiting.write_all(&message).await.unwrap();
        assert!(waiting.read_u16().await.unwrap() > 0);
    }
}
