//! Stores the CA certificate of a mock in a file.

use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::sandbox::error::SandboxError;

/// Stores a certificate in a file and returns the path.
///
/// The name of the file is derived from the certificate, so that two mocks do not overwrite each other's file. The file remains after this
/// process has ended, since the variables that name it may be used later. A certificate is not a secret.
///
/// # Errors
///
/// Returns an error if the file cannot be written, or if its directory belongs to another user.
pub fn store_certificate(certificate: &str) -> Result<PathBuf, SandboxError> {
    let user = rustix::process::getuid().as_raw();
    let directory = std::env::temp_dir().join(format!("mock-ecr-{user}"));
    write(&directory, certificate).map_err(|cause| SandboxError::System {
        what: "cannot store the certificate",
        cause,
    })
}

fn write(directory: &Path, certificate: &str) -> io::Result<PathBuf> {
    let made = std::fs::DirBuilder::new().mode(0o700).create(directory);
    if let Err(error) = made
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(error);
    }
    require_own(directory)?;
    let path = directory.join(format!("ca-{:016x}.pem", sum(certificate)));
    let mut draft = tempfile::NamedTempFile::new_in(directory)?;
    draft.write_all(certificate.as_bytes())?;
    draft.persist(&path)?;
    Ok(path)
}

/// Another user could have created the directory first, and could then replace the certificate that clients trust.
fn require_own(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::symlink_metadata(directory)?;
    let is_own = found.is_dir() && found.uid() == rustix::process::getuid().as_raw();
    match is_own && found.mode() & 0o022 == 0 {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "{} is not a directory that only this user can write to",
            directory.display()
        ))),
    }
}

/// Returns the FNV-1a hash. It only distinguishes certificates; it is not a signature.
fn sum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
