//! The addresses that a mock listens on.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::server::connection::Listener;

/// The addresses to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    /// One address.
    Address(SocketAddr),
    /// A port of both loopback addresses, 127.0.0.1 and ::1.
    Loopback { port: u16 },
}

/// The listener of the first address, and that of the second if there is one.
pub(crate) type Listeners = (Listener, Option<Listener>);

/// An address that the mock cannot listen on.
#[derive(Debug)]
pub(crate) struct BindError {
    pub(crate) address: SocketAddr,
    pub(crate) source: io::Error,
}

impl Listen {
    /// Binds all addresses, or none.
    pub(crate) fn bind(self) -> Result<Listeners, BindError> {
        match self {
            Listen::Address(address) => Ok((bind(address)?, None)),
            Listen::Loopback { port: 0 } => {
                let mut attempts = (1..MAX_ATTEMPTS).map(|_| bind_loopback(0));
                let bound = attempts.find(|bound| !bound.as_ref().is_err_and(BindError::is_taken));
                bound.unwrap_or_else(|| bind_loopback(0))
            }
            Listen::Loopback { port } => bind_loopback(port),
        }
    }
}

/// Binds both loopback addresses. The IPv4 address is the first. If the system has no IPv6 loopback address, binds only the IPv4 address.
fn bind_loopback(port: u16) -> Result<Listeners, BindError> {
    let v4 = bind((Ipv4Addr::LOCALHOST, port).into())?;
    match bind((Ipv6Addr::LOCALHOST, v4.address().port()).into()) {
        Ok(v6) => Ok((v4, Some(v6))),
        Err(error) if error.is_taken() => Err(error),
        Err(BindError { address, source }) => {
            tracing::debug!(%address, %source, "no IPv6 loopback address");
            Ok((v4, None))
        }
    }
}

pub(crate) fn bind(address: SocketAddr) -> Result<Listener, BindError> {
    Listener::bind(address).map_err(|source| BindError { address, source })
}

impl BindError {
    /// Returns whether another program listens on the address. On Windows, the error is `PermissionDenied` if the other program uses the
    /// address exclusively.
    fn is_taken(&self) -> bool {
        let kinds = [io::ErrorKind::AddrInUse, io::ErrorKind::PermissionDenied];
        kinds.contains(&self.source.kind())
    }
}

/// The maximum number of ports that are tried if any port can be used. A port that is free on one loopback address is rarely in use on the
/// other.
const MAX_ATTEMPTS: usize = 16;
