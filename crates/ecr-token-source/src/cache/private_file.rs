//! Writes files that only their owner can read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cache::access::create_file;

/// Replaces or creates a file that contains secrets, atomically: a reader finds either the old or the new content.
///
/// The content is first written to a new file in the same directory, which is created exclusively: if a file or a symbolic link has its name,
/// another name is used. On Unix, the file has mode 0600. On Windows, it inherits the access control list of the directory. If `path`
/// is a symbolic link, the link is replaced, and its target is not changed.
///
/// # Errors
///
/// Returns an error if the file cannot be written, or if `path` is a directory, a named pipe, a socket or a device. In this case, an existing file
/// is not changed.
pub fn replace_private_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let existing = fs::symlink_metadata(path);
    if existing.is_ok_and(|found| !found.is_file() && !found.is_symlink()) {
        return Err(io::Error::other("not a regular file"));
    }
    let (temporary, mut file) = create_temporary(path)?;
    let result = file
        .write_all(content)
        .and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // If the temporary file cannot be removed, it remains, only its owner can read it, and no process reads it.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Creates a temporary file. Tries several names, since a killed process with the same ID may have left a file.
fn create_temporary(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut last_error = io::ErrorKind::AlreadyExists.into();
    for attempt in 0..100 {
        let temporary = path.with_extension(format!("{}-{attempt}.new", std::process::id()));
        match create_file(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last_error = error,
            Err(error) => return Err(error),
        }
    }
    Err(last_error)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_link_with_the_name_of_the_temporary_file_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let within = |name: &str| directory.path().join(name);
        fs::write(within("planted"), "").unwrap();
        let temporary = within("file").with_extension(format!("{}-0.new", std::process::id()));
        symlink(within("planted"), &temporary).unwrap();
        replace_private_file(&within("file"), b"secret").unwrap();
        assert_eq!(fs::read(within("file")).unwrap(), b"secret");
        assert_eq!(fs::read(within("planted")).unwrap(), b"");
        let mode = fs::metadata(within("file")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_socket_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let error = replace_private_file(&path, b"secret").unwrap_err();
        assert_eq!(error.to_string(), "not a regular file");
        assert!(!fs::symlink_metadata(&path).unwrap().is_file());
    }

    #[test]
    fn a_link_at_the_path_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let within = |name: &str| directory.path().join(name);
        fs::write(within("planted"), "").unwrap();
        symlink(within("planted"), within("file")).unwrap();
        replace_private_file(&within("file"), b"secret").unwrap();
        assert!(fs::symlink_metadata(within("file")).unwrap().is_file());
        assert_eq!(fs::read(within("planted")).unwrap(), b"");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
