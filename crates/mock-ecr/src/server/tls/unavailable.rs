//! In place of TLS in a build without the feature `tls`.

use std::io;

use hyper::upgrade::OnUpgrade;
use tokio::net::TcpStream;

use crate::server::stream::Stream;

/// The server side of TLS, of which this build has no value.
#[derive(Clone, Debug)]
pub(crate) enum Tls {}

impl Tls {
    pub(crate) fn certificate(&self) -> &str {
        match *self {}
    }

    pub(crate) async fn accept(&self, _: TcpStream) -> io::Result<Box<dyn Stream>> {
        match *self {}
    }

    pub(crate) async fn accept_in_tunnel(&self, _: OnUpgrade) -> io::Result<Box<dyn Stream>> {
        match *self {}
    }
}

pub(crate) fn is_certificate_rejected(_: &io::Error) -> bool {
    false
}
