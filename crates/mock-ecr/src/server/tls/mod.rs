//! TLS on the mock's own port: a private authority, and a certificate for whatever name a client asks for.
//!
//! Keys are drawn by ring and not from the seed: a key that follows from a seed which anyone may know would be a hole in whatever trusts
//! its certificate.

mod authority;
mod leaves;

use std::sync::Arc;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::fault::Faults;

pub use authority::{AuthorityError, CertificateAuthority, CertificateError};
use leaves::Leaves;

/// The first byte of a client's greeting (RFC 8446, section 5.1); no method of HTTP begins with it.
pub(crate) const HANDSHAKE: u8 = 0x16;

/// The server's side of TLS.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    certificate: Arc<str>,
}

impl Tls {
    pub(crate) fn new(authority: CertificateAuthority, faults: Arc<Faults>) -> Self {
        let certificate = authority.certificate_pem().into();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Leaves::new(authority, faults)));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Tls {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        }
    }

    /// The authority's certificate, in PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Shakes hands with a client.
    pub(crate) async fn accept<I>(&self, stream: I) -> std::io::Result<TlsStream<I>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        self.acceptor.accept(stream).await
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}
