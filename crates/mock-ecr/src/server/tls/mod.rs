//! TLS on the same port as HTTP: a private certificate authority, and a certificate for each host name that a client requests.
//!
//! ring generates the keys; they are not derived from the seed. A seed is not a secret. Anyone who knows it could otherwise impersonate any
//! host to a client that trusts the CA.

mod certificate_authority;
mod leaf_certificates;

use std::sync::Arc;

use rustls::{AlertDescription, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::fault::Faults;

pub use certificate_authority::{CaError, CertificateAuthority, CertificateError};
use leaf_certificates::LeafCertificates;

/// The first byte of a TLS handshake (RFC 8446, section 5.1). No HTTP method begins with it.
pub(crate) const HANDSHAKE: u8 = 0x16;

/// The server side of TLS.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    certificate: Arc<str>,
}

impl Tls {
    pub(crate) fn new(ca: CertificateAuthority, faults: Arc<Faults>) -> Self {
        let certificate = ca.certificate_pem().into();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(LeafCertificates::new(ca, faults)));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Tls {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        }
    }

    /// Returns the CA certificate, in PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Performs the TLS handshake with a client.
    pub(crate) async fn accept<I>(&self, stream: I) -> std::io::Result<TlsStream<I>>
    where
        I: AsyncRead + AsyncWrite + Unpin,
    {
        self.acceptor.accept(stream).await
    }
}

/// Returns whether a handshake failed because the client rejected the certificate of the mock: the client sent an alert about it.
pub(crate) fn is_certificate_rejected(error: &std::io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    let Some(rustls::Error::AlertReceived(alert)) = cause else {
        return false;
    };
    CERTIFICATE_ALERTS.contains(alert)
}

/// The alerts about a certificate (RFC 8446, section 6.2).
const CERTIFICATE_ALERTS: [AlertDescription; 6] = [
    AlertDescription::BadCertificate,
    AlertDescription::UnsupportedCertificate,
    AlertDescription::CertificateRevoked,
    AlertDescription::CertificateExpired,
    AlertDescription::CertificateUnknown,
    AlertDescription::UnknownCA,
];

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}
