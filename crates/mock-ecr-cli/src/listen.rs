//! Sets the addresses that a mock listens on.

use std::net::{Ipv4Addr, SocketAddr};

use mock_ecr::MockEcrBuilder;

/// Sets the address to listen on. If it is 127.0.0.1, also sets ::1 with the same port: a client that connects to `localhost` can use
/// either address.
pub(crate) fn listen(builder: MockEcrBuilder, address: SocketAddr) -> MockEcrBuilder {
    match address.ip() == Ipv4Addr::LOCALHOST {
        true => builder.listen_on_loopback(address.port()),
        false => builder.listen(address),
    }
}
