//! The kinds of connections that HTTP is served on.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::server::faulty_stream::ResetOnDrop;

/// A connection over TCP, TLS or a tunnel. One trait object for all keeps a single copy of the HTTP code in the program.
pub(crate) trait Stream: AsyncRead + AsyncWrite + ResetOnDrop + Unpin + Send {}

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
