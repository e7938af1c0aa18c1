//! The private certificate authority, which clients of the mock are told to trust.

use std::fmt;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::config::AuthorityLocation;

/// A certificate authority, and its key, which no one else sees.
///
/// ```
/// let authority = mock_ecr::tls::CertificateAuthority::in_memory();
/// assert!(authority.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// ```
pub struct CertificateAuthority {
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl CertificateAuthority {
    /// Makes one that is gone with this value.
    pub fn in_memory() -> Self {
        let (authority, _) = CertificateAuthority::generate();
        authority
    }

    /// The one in a directory, which is made if it is not there.
    ///
    /// Of several who make it at once, one wins, and all answer that one.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written, or holds one file without the other or files that are none.
    pub fn in_directory(path: &Path) -> Result<Self, AuthorityError> {
        match Self::read(path)? {
            Some(authority) => Ok(authority),
            None => {
                Self::write(path).map_err(AuthorityError::unusable(path))?;
                Self::read(path)?
                    .ok_or_else(|| AuthorityError::unusable(path)(ErrorKind::NotFound.into()))
            }
        }
    }

    /// The one that is kept where a location says.
    ///
    /// # Errors
    ///
    /// As [`CertificateAuthority::in_directory`].
    pub fn at(location: &AuthorityLocation) -> Result<Self, AuthorityError> {
        match location {
            AuthorityLocation::Memory => Ok(Self::in_memory()),
            AuthorityLocation::Directory(path) => Self::in_directory(path),
        }
    }

    /// The path of the certificate of an authority in a directory.
    pub fn certificate_path(directory: &Path) -> PathBuf {
        directory.join("ca.pem")
    }

    /// The certificate, for clients to trust.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    fn generate() -> (Self, String) {
        let key = KeyPair::generate().expect("ring draws keys for P-256");
        let key_pem = key.serialize_pem();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let name = "mock-ecr test authority";
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        let certificate = params
            .self_signed(&key)
            .expect("a certificate of constants can be signed");
        let authority = CertificateAuthority {
            certificate_pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        };
        (authority, key_pem)
    }

    /// The key is what elects an authority: whoever creates its file has made it. The certificate lies beside it, and behind it in the
    /// same file, so that nobody finds one without the other.
    fn read(directory: &Path) -> Result<Option<Self>, AuthorityError> {
        let key_path = key_path(directory);
        let Some(key) = read(&key_path)? else {
            return Ok(None);
        };
        let certificate_path = Self::certificate_path(directory);
        let certificate = match read(&certificate_path)? {
            Some(certificate) => certificate,
            None => certificate_in(&key).ok_or(AuthorityError::NoCertificate {
                path: certificate_path,
            })?,
        };
        let authority = Self::from_pem(certificate, &key);
        authority
            .map(Some)
            .map_err(|source| AuthorityError::Invalid {
                path: key_path,
                source,
            })
    }

    fn from_pem(certificate_pem: String, key: &str) -> Result<Self, CertificateError> {
        let key = KeyPair::from_pem(key).map_err(CertificateError::unreadable)?;
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
            .map_err(|_| CertificateError::NoCertificate)?;
        let of_key = key.subject_public_key_info();
        if !certificate.windows(of_key.len()).any(|part| part == of_key) {
            return Err(CertificateError::OtherKey);
        }
        let issuer =
            Issuer::from_ca_cert_der(&certificate, key).map_err(CertificateError::unreadable)?;
        Ok(CertificateAuthority {
            certificate_pem,
            issuer,
        })
    }

    /// Writes a new authority, unless another process has been faster.
    fn write(directory: &Path) -> io::Result<()> {
        let (authority, key) = CertificateAuthority::generate();
        std::fs::create_dir_all(directory)?;
        let both = format!("{key}{}", authority.certificate_pem);
        if create(&key_path(directory), &both)? {
            let path = Self::certificate_path(directory);
            replace(&path, &authority.certificate_pem)?;
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

fn read(path: &Path) -> Result<Option<String>, AuthorityError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(AuthorityError::unusable(path)(error)),
    }
}

/// A name that nobody else writes to.
fn draft(path: &Path) -> PathBuf {
    let id = (std::process::id(), std::thread::current().id());
    path.with_extension(format!("{id:?}.draft"))
}

/// Makes a file that only its owner may read, and that appears whole; tells whether there was none.
fn create(path: &Path, text: &str) -> io::Result<bool> {
    let draft = draft(path);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(text.as_bytes())?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a file that everyone may read, and that appears whole, over what is there.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft(path);
    std::fs::write(&draft, text)?;
    std::fs::rename(&draft, path)
}

/// Why there is no authority where one was said to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// A file cannot be read or written.
    #[error("cannot keep an authority in {}", path.display())]
    Unusable {
        /// The file or the directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is a key without its certificate.
    #[error("{} is missing: it holds the certificate of the key beside it", path.display())]
    NoCertificate {
        /// The file that should be there.
        path: PathBuf,
    },
    /// The files are not an authority.
    #[error("{} is not the key of an authority", path.display())]
    Invalid {
        /// The file of the key.
        path: PathBuf,
        /// What is wrong with it.
        source: CertificateError,
    },
}

/// What is wrong with a key and its certificate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// One of them cannot be read.
    #[error(transparent)]
    Unreadable(Box<dyn std::error::Error + Send + Sync>),
    /// The certificate cannot be read.
    #[error("ca.pem holds no certificate in PEM")]
    NoCertificate,
    /// They are not a pair.
    #[error("ca.pem is the certificate of another key")]
    OtherKey,
}

impl CertificateError {
    fn unreadable(error: rcgen::Error) -> Self {
        CertificateError::Unreadable(error.into())
    }
}

impl AuthorityError {
    fn unusable(path: &Path) -> impl FnOnce(io::Error) -> AuthorityError {
        let path = path.to_owned();
        move |source| AuthorityError::Unusable { path, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::error_chain::chain;

    #[test]
    fn the_authority_of_a_directory_is_made_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tls");
        let one = CertificateAuthority::in_directory(&path).unwrap();
        let other = CertificateAuthority::in_directory(&path).unwrap();
        assert_eq!(one.certificate_pem(), other.certificate_pem());
        let file = std::fs::read_to_string(path.join("ca.pem")).unwrap();
        assert_eq!(one.certificate_pem(), file);
        // Whoever has lost the certificate has it behind the key.
        std::fs::remove_file(path.join("ca.pem")).unwrap();
        let again = CertificateAuthority::in_directory(&path).unwrap();
        assert_eq!(one.certificate_pem(), again.certificate_pem());
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        CertificateAuthority::in_directory(directory.path()).unwrap();
        let key = std::fs::metadata(directory.path().join("ca-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    fn files_that_are_no_authority_are_rejected() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let said = || chain(&CertificateAuthority::in_directory(path).unwrap_err());
        std::fs::write(path.join("ca-key.pem"), "nothing").unwrap();
        assert!(said().contains("ca.pem is missing"), "{}", said());
        std::fs::write(path.join("ca.pem"), "nothing").unwrap();
        assert!(said().contains("ca-key.pem is not the key"), "{}", said());
        let (_, key) = CertificateAuthority::generate();
        std::fs::write(path.join("ca-key.pem"), key).unwrap();
        assert!(said().contains("no certificate in PEM"), "{}", said());
        let (other, _) = CertificateAuthority::generate();
        std::fs::write(path.join("ca.pem"), other.certificate_pem).unwrap();
        assert!(said().contains("another key"), "{}", said());
    }

    #[test]
    fn many_that_make_it_at_once_have_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..32)
                .map(|_| scope.spawn(|| CertificateAuthority::in_directory(directory.path())))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap().unwrap().certificate_pem)
                .collect::<std::collections::BTreeSet<_>>()
        });
        assert_eq!(made.len(), 1);
    }
}
