//! The certificate of a mock in a file, where clients look for it.

use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::sandbox::error::SandboxError;

/// Keeps a certificate in a file that is named after it, so that two mocks do not write over each other's.
///
/// It outlives this process: whoever reads the variables that name it comes later. Certificates are no secret.
pub fn store_certificate(certificate: &str) -> Result<PathBuf, SandboxError> {
    let user = rustix::process::getuid().as_raw();
    let directory = std::env::temp_dir().join(format!("mock-ecr-{user}"));
    write(&directory, certificate).map_err(|cause| SandboxError::System {
        what: "cannot keep the certificate",
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

/// Somebody else could have made the directory first, and would choose whom clients trust.
fn require_own(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::symlink_metadata(directory)?;
    let is_own = found.is_dir() && found.uid() == rustix::process::getuid().as_raw();
    match is_own && found.mode() & 0o022 == 0 {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "{} is not a directory of this user alone",
            directory.display()
        ))),
    }
}

/// FNV-1a: tells certificates apart, and nothing more.
fn sum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
