//! Accepts TLS on a connection or in a tunnel.

use std::io;
use std::sync::Arc;

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use rustls::{AlertDescription, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::fault::Faults;
use crate::server::faulty_stream::ResetOnDrop;
use crate::server::stream::Stream;
use crate::server::tls::certificate_authority::CertificateAuthority;
use crate::server::tls::leaf_certificates::LeafCertificates;

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
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.acceptor.accept(stream).await?))
    }

    /// Performs the TLS handshake in a tunnel, in place of the host that the client named.
    pub(crate) async fn accept_in_tunnel(&self, tunnel: OnUpgrade) -> io::Result<Box<dyn Stream>> {
        let stream = tunnel.await.map_err(io::Error::other)?;
        Ok(Box::new(self.acceptor.accept(TokioIo::new(stream)).await?))
    }
}

impl ResetOnDrop for TlsStream<TcpStream> {
    fn reset_when_dropped(&self) {
        self.get_ref().0.reset_when_dropped();
    }
}

impl ResetOnDrop for TlsStream<TokioIo<Upgraded>> {
    fn reset_when_dropped(&self) {
        // hyper owns the connection around a tunnel and does not give access to it.
    }
}

/// Returns whether a handshake failed because the client rejected the certificate of the mock: the client sent an alert about it.
pub(crate) fn is_certificate_rejected(error: &io::Error) -> bool {
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
