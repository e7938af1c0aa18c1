//! The private certificate authority, which the clients of the mock must trust.

use std::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tempfile::NamedTempFile;

use crate::config::CaLocation;
use crate::types::error_chain::debug_as_chain;

/// A private certificate authority (CA): a certificate and its private key. No function returns the private key.
///
/// ```
/// let ca = mock_ecr::tls::CertificateAuthority::in_memory();
/// assert!(ca.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// ```
pub struct CertificateAuthority {
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl CertificateAuthority {
    /// Creates a CA in memory. It is not stored in a file.
    pub fn in_memory() -> Self {
        let (ca, _) = CertificateAuthority::generate();
        ca
    }

    /// Returns the CA in a directory: the certificate `ca.pem` and its key `ca-key.pem`. If `ca-key.pem` does not
    /// exist, creates the directory if necessary, creates a CA and writes both files.
    ///
    /// If several processes create the CA at the same time, all of them return the same CA.
    ///
    /// # Errors
    ///
    /// Returns an error in the following cases:
    ///
    /// - A file or the directory cannot be read or written.
    /// - `ca.pem` does not exist, and `ca-key.pem` exists but does not contain the certificate. (If the mock created
    ///   `ca-key.pem`, this file also contains the certificate.)
    /// - The two files are not the key and the certificate of a CA in PEM.
    pub fn in_directory(path: &Path) -> Result<Self, CaError> {
        match Self::read(path)? {
            Some(ca) => Ok(ca),
            None => {
                Self::write(path).map_err(CaError::unusable(path))?;
                Self::read(path)?.ok_or_else(|| CaError::unusable(path)(ErrorKind::NotFound.into()))
            }
        }
    }

    /// Returns the CA at a location. For [`CaLocation::Memory`], creates a CA.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`CertificateAuthority::in_directory`].
    pub fn at(location: &CaLocation) -> Result<Self, CaError> {
        match location {
            CaLocation::Memory => Ok(Self::in_memory()),
            CaLocation::Directory(path) => Self::in_directory(path),
        }
    }

    /// Returns the path of the CA certificate in a directory: `ca.pem`.
    pub fn certificate_path(directory: &Path) -> PathBuf {
        directory.join("ca.pem")
    }

    /// Returns the CA certificate, in PEM. Clients must trust it.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    fn generate() -> (Self, String) {
        let key = KeyPair::generate().expect("ring generates P-256 keys");
        let key_pem = key.serialize_pem();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let name = "mock-ecr test CA";
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        let certificate = params
            .self_signed(&key)
            .expect("a certificate that consists of constants can be signed");
        let ca = CertificateAuthority {
            certificate_pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        };
        (ca, key_pem)
    }

    /// Reads the CA in a directory, if there is one.
    ///
    /// The process that creates the key file has created the CA. The key file also contains the certificate, after the key. A process that
    /// reads the key before `ca.pem` is written therefore has both.
    fn read(directory: &Path) -> Result<Option<Self>, CaError> {
        let key_path = key_path(directory);
        let Some(key) = read(&key_path)? else {
            return Ok(None);
        };
        let certificate_path = Self::certificate_path(directory);
        let certificate = match read(&certificate_path)? {
            Some(certificate) => certificate,
            None => certificate_in(&key).ok_or(CaError::NoCertificate {
                path: certificate_path,
            })?,
        };
        let ca = Self::from_pem(certificate, &key);
        ca.map(Some).map_err(|source| CaError::Invalid {
            path: key_path,
            source,
        })
    }

    fn from_pem(certificate_pem: String, key: &str) -> Result<Self, CertificateError> {
        let key = KeyPair::from_pem(key).map_err(CertificateError::unreadable)?;
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
            .map_err(|_| CertificateError::NoCertificate)?;
        let public_key = key.subject_public_key_info();
        if !certificate
            .windows(public_key.len())
            .any(|part| part == public_key)
        {
            return Err(CertificateError::OtherKey);
        }
        let issuer =
            Issuer::from_ca_cert_der(&certificate, key).map_err(CertificateError::unreadable)?;
        Ok(CertificateAuthority {
            certificate_pem,
            issuer,
        })
    }

    /// Writes a new CA, unless another process has written one.
    fn write(directory: &Path) -> io::Result<()> {
        let (ca, key) = CertificateAuthority::generate();
        std::fs::create_dir_all(directory)?;
        let both = format!("{key}{}", ca.certificate_pem);
        if create(&key_path(directory), &both)? {
            let path = Self::certificate_path(directory);
            replace(&path, &ca.certificate_pem)?;
        }
        Ok(())
    }
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CertificateAuthority(…)")
    }
}

fn key_path(directory: &Path) -> PathBuf {
    directory.join("ca-key.pem")
}

fn certificate_in(pem: &str) -> Option<String> {
    Some(pem[pem.find("-----BEGIN CERTIFICATE-----")?..].to_owned())
}

fn read(path: &Path) -> Result<Option<String>, CaError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CaError::unusable(path)(error)),
    }
}

/// Creates a file atomically, unless it exists; on Unix, only its owner can read it. Returns whether the file did not exist.
///
/// The temporary file is created exclusively under a random name. A link that another user has created is therefore not followed.
fn create(path: &Path, text: &str) -> io::Result<bool> {
    let mut draft = NamedTempFile::new_in(directory_of(path))?;
    draft.write_all(text.as_bytes())?;
    match draft.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Creates or replaces a file atomically; all users can read it, unless the umask forbids it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    share(&mut builder);
    let mut draft = builder.tempfile_in(directory_of(path))?;
    draft.write_all(text.as_bytes())?;
    draft.persist(path)?;
    Ok(())
}

/// Gives a new file the mode 0666, to which the umask applies. By default, a temporary file has mode 0600.
#[cfg(unix)]
fn share(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
}

/// Does nothing: a file inherits the access control list of its directory.
#[cfg(not(unix))]
fn share(_: &mut tempfile::Builder<'_, '_>) {}

fn directory_of(file: &Path) -> &Path {
    file.parent()
        .expect("the path is that of a file in a directory")
}

/// An error returned by [`CertificateAuthority::in_directory`] or [`CertificateAuthority::at`].
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// A file or the directory of the CA cannot be read or written.
    #[error("cannot access the certificate authority: {}", path.display())]
    Unusable {
        /// The file or the directory.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The key file exists and does not contain a certificate, and `ca.pem` does not exist.
    #[error("{} is missing, and ca-key.pem does not contain a certificate", path.display())]
    NoCertificate {
        /// The missing file.
        path: PathBuf,
    },
    /// The files are not the key and the certificate of a CA.
    #[error("{} and ca.pem are not the key and the certificate of a certificate authority", path.display())]
    Invalid {
        /// The key file.
        path: PathBuf,
        /// The cause.
        source: CertificateError,
    },
}

debug_as_chain!(CaError);

/// An error in the key or in the certificate of a CA.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The key or the certificate cannot be parsed.
    #[error(transparent)]
    Unreadable(Box<dyn std::error::Error + Send + Sync>),
    /// `ca.pem` does not contain a certificate in PEM.
    #[error("ca.pem does not contain a certificate in PEM")]
    NoCertificate,
    /// The certificate does not belong to the key.
    #[error("ca.pem is the certificate of another key")]
    OtherKey,
}

debug_as_chain!(CertificateError);

impl CertificateError {
    fn unreadable(error: rcgen::Error) -> Self {
        CertificateError::Unreadable(error.into())
    }
}

impl CaError {
    fn unusable(path: &Path) -> impl FnOnce(io::Error) -> CaError {
        let path = path.to_owned();
        move |source| CaError::Unusable { path, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::error_chain::chain;

    #[test]
    fn the_ca_of_a_directory_is_created_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tls");
        let one = CertificateAuthority::in_directory(&path).unwrap();
        let other = CertificateAuthority::in_directory(&path).unwrap();
        assert_eq!(one.certificate_pem(), other.certificate_pem());
        let file = std::fs::read_to_string(path.join("ca.pem")).unwrap();
        assert_eq!(one.certificate_pem(), file);
        // The key file contains the certificate as well.
        std::fs::remove_file(path.join("ca.pem")).unwrap();
        let again = CertificateAuthority::in_directory(&path).unwrap();
        assert_eq!(one.certificate_pem(), again.certificate_pem());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        CertificateAuthority::in_directory(directory.path()).unwrap();
        let key = std::fs::metadata(directory.path().join("ca-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_link_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let planted = directory.path().join("planted");
        std::fs::write(&planted, "").unwrap();
        // The names of temporary files before they were random.
        let id = (std::process::id(), std::thread::current().id());
        for name in ["ca", "ca-key"].map(|name| format!("{name}.{id:?}.draft")) {
            std::os::unix::fs::symlink(&planted, directory.path().join(name)).unwrap();
        }
        CertificateAuthority::in_directory(directory.path()).unwrap();
        assert_eq!(std::fs::read(&planted).unwrap(), b"");
        std::fs::remove_file(directory.path().join("ca-key.pem")).unwrap();
        std::os::unix::fs::symlink("missing", directory.path().join("ca-key.pem")).unwrap();
        CertificateAuthority::in_directory(directory.path()).unwrap_err();
        assert!(!directory.path().join("missing").exists());
    }

    #[test]
    fn files_that_are_not_a_ca_are_rejected() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let error = || chain(&CertificateAuthority::in_directory(path).unwrap_err());
        std::fs::write(path.join("ca-key.pem"), "nothing").unwrap();
        assert!(error().contains("ca.pem is missing"), "{}", error());
        std::fs::write(path.join("ca.pem"), "nothing").unwrap();
        assert!(
            error().contains("ca-key.pem and ca.pem are not"),
            "{}",
            error()
        );
        let (_, key) = CertificateAuthority::generate();
        std::fs::write(path.join("ca-key.pem"), key).unwrap();
        let expected = "does not contain a certificate in PEM";
        assert!(error().contains(expected), "{}", error());
        let (other, _) = CertificateAuthority::generate();
        std::fs::write(path.join("ca.pem"), other.certificate_pem).unwrap();
        assert!(error().contains("another key"), "{}", error());
    }

    #[test]
    fn concurrent_calls_return_the_same_ca() {
        let directory = tempfile::tempdir().unwrap();
        let certificates = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..32)
                .map(|_| scope.spawn(|| CertificateAuthority::in_directory(directory.path())))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap().unwrap().certificate_pem)
                .collect::<std::collections::BTreeSet<_>>()
        });
        assert_eq!(certificates.len(), 1);
    }
}
