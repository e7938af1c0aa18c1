//! Selects the trusted CA certificates: only those of the file in the environment, or those of the system.

use std::env;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::error::ClientError;
use crate::fault::Fault;
use crate::variant::Variant;

pub(crate) fn config() -> Result<Arc<ClientConfig>, ClientError> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(config.clone());
    }
    let config = Arc::new(make()?);
    Ok(CONFIG.get_or_init(|| config).clone())
}

fn make() -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .expect("ring supports the default versions of TLS");
    if Fault::TrustsAnyCertificate.is_on() {
        let accept_any = Arc::new(AcceptAny(provider));
        let builder = builder
            .dangerous()
            .with_custom_certificate_verifier(accept_any);
        return Ok(builder.with_no_client_auth());
    }
    Ok(builder
        .with_root_certificates(roots()?)
        .with_no_client_auth())
}

fn roots() -> Result<RootCertStore, ClientError> {
    let named = ["AWS_CA_BUNDLE", "SSL_CERT_FILE"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|path| !path.is_empty()));
    let named = named.filter(|_| !Variant::SystemTrust.is_on());
    let mut roots = RootCertStore::empty();
    let Some(path) = named else {
        // The library also reads SSL_CERT_FILE.
        let system = match Variant::SystemTrust.is_on() {
            true => rustls_native_certs::load_certs_from_paths(Some(Path::new(SYSTEM)), None),
            false => rustls_native_certs::load_native_certs(),
        };
        roots.add_parsable_certificates(system.certs);
        return Ok(roots);
    };
    let unusable = |cause: String| ClientError::Other(format!("CA file {path}: {cause}"));
    let found =
        CertificateDer::pem_file_iter(&path).map_err(|cause| unusable(cause.to_string()))?;
    for certificate in found {
        let certificate = certificate.map_err(|cause| unusable(cause.to_string()))?;
        roots
            .add(certificate)
            .map_err(|cause| unusable(cause.to_string()))?;
    }
    Ok(roots)
}

/// The certificates of Debian and Ubuntu.
const SYSTEM: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Accepts every certificate.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
