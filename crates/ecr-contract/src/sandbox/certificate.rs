//! Stores the CA certificate of a mock in a file.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::access;
use crate::sandbox::error::SandboxError;

/// Stores a CA certificate in a file and returns the path of the file. `certificate` is in the PEM format.
///
/// The file is `mock-ecr-UID/ca-HASH.pem` in the system's temporary directory, on Windows `mock-ecr\ca-HASH.pem`. The name contains a hash
/// of the certificate, so two mocks with different certificates use different files. The file is never deleted, because environment variables
/// that contain its path may be used after this process has ended. A certificate is not a secret.
///
/// # Errors
///
/// Returns an error if the file cannot be written, or if the directory belongs to another user or can be written to by other users. On
/// Windows, the owner is not checked.
pub fn store_certificate(certificate: &str) -> Result<PathBuf, SandboxError> {
    // A client can run in another directory, and TMPDIR can be a relative path.
    let temporary = std::path::absolute(std::env::temp_dir());
    let directory = temporary.map(|temporary| temporary.join(access::user_directory()));
    let written = directory.and_then(|directory| write(&directory, certificate));
    written.map_err(|cause| SandboxError::System {
        what: "cannot store the certificate",
        cause,
    })
}

fn write(directory: &Path, certificate: &str) -> io::Result<PathBuf> {
    let made = access::create_directory(directory);
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

/// Returns an error if another user owns the directory or can write to it. Such a user could replace the certificate that clients trust.
fn require_own(directory: &Path) -> io::Result<()> {
    match access::is_own_directory(directory)? {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "{} is not a directory that only this user can write to",
            directory.display()
        ))),
    }
}

/// Returns the FNV-1a hash of a text. The hash only distinguishes certificates. It provides no security.
fn sum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
