//! Reads the user's CA bundle.

use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The reason why a CA bundle cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error("the CA bundle {path} cannot be read: {error}")]
    Unreadable { path: String, error: std::io::Error },
    #[error("the CA bundle {path} contains no usable certificate: {reason}")]
    Unusable { path: String, reason: String },
}

/// Reads and validates a bundle. The TLS layer would panic on an invalid one.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, TrustError> {
    let name = || path.display().to_string();
    let unusable = |reason: String| TrustError::Unusable {
        path: name(),
        reason,
    };
    let pem = fs::read(path).map_err(|error| TrustError::Unreadable {
        path: name(),
        error,
    })?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unusable(error.to_string()))?;
    }
    match roots.is_empty() {
        true => Err(unusable("expected certificates in PEM form".to_owned())),
        false => Ok(pem),
    }
}
