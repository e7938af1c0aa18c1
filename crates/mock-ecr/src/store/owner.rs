//! The lock of a directory: one process at a time uses it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// The lock, which the operating system releases when the process ends. Two files: on Windows, a locked file cannot be read.
#[derive(Debug)]
pub(super) struct Owner {
    _lock: File,
}

impl Owner {
    /// Locks a directory, and writes there which process uses it.
    pub(super) fn lock(directory: &Path, server: &str) -> Result<Self, OwnerError> {
        let lock = open(&directory.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(error.into()),
            Err(TryLockError::WouldBlock) => return Err(in_use(directory)),
        }
        let owner = format!("{}, {server}\n", this_process());
        write_new(&directory.join(OWNER), &owner)?;
        Ok(Owner { _lock: lock })
    }
}

const OWNER: &str = "owner";

fn open(path: &Path) -> io::Result<File> {
    // A pipe would block, and a link would lead to a file elsewhere.
    if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(named(path, &"expected a file"));
    }
    let mut options = OpenOptions::new();
    let opened = options.write(true).create(true).truncate(false).open(path);
    opened.map_err(|error| named(path, &error))
}

/// Writes a new file in place of a file, a link or a pipe.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let removed = std::fs::remove_file(path);
    let removed = removed.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    });
    let mut options = OpenOptions::new();
    let created = removed.and_then(|()| options.write(true).create_new(true).open(path));
    let written = created.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| named(path, &error))
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {error}", path.display()))
}

fn this_process() -> String {
    format!("process {}", std::process::id())
}

fn in_use(directory: &Path) -> OwnerError {
    let owner = read_start(&directory.join(OWNER)).unwrap_or_default();
    match owner.starts_with(&format!("{}, ", this_process())) {
        true => OwnerError::InUseByThisProcess,
        false => OwnerError::InUse(described(&owner)),
    }
}

/// Returns the beginning of a file, which another program could have made long.
fn read_start(path: &Path) -> io::Result<String> {
    let mut start = Vec::new();
    File::open(path)?
        .take(LONGEST_OWNER)
        .read_to_end(&mut start)?;
    Ok(String::from_utf8_lossy(&start).into_owned())
}

/// The number of bytes of the file `owner` that are read.
const LONGEST_OWNER: u64 = 4096;

/// Returns ` (process 1, …)` for the text of the file, which another program could have changed.
fn described(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let printable: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    match printable.is_empty() {
        true => String::new(),
        false => format!(" ({printable})"),
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum OwnerError {
    #[error("another server uses the directory{0}; stop it, or use another directory")]
    InUse(String),
    /// Another mock of this process, which may be stopping.
    #[error(
        "another mock of this process uses the directory; stop it and drop its Repository values, or use another directory"
    )]
    InUseByThisProcess,
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let _lock = Owner::lock(directory.path(), "a test").unwrap();
        let locked = || Owner::lock(directory.path(), "a test").unwrap_err();
        assert!(matches!(locked(), OwnerError::InUseByThisProcess));
        let other = format!("process 0, http://127.0.0.1:1\n{}", "a".repeat(10_000));
        std::fs::write(directory.path().join(OWNER), other).unwrap();
        let error = locked().to_string();
        let expected = "another server uses the directory (process 0, http://127.0.0.1:1); ";
        assert!(error.starts_with(expected), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let victim = directory.path().join("victim");
        std::fs::write(&victim, "text").unwrap();
        std::os::unix::fs::symlink(&victim, directory.path().join(OWNER)).unwrap();
        drop(Owner::lock(directory.path(), "a test").unwrap());
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "text");
        let lock = directory.path().join("lock");
        std::fs::remove_file(&lock).unwrap();
        std::os::unix::fs::symlink(&victim, &lock).unwrap();
        let error = Owner::lock(directory.path(), "a test").unwrap_err();
        assert!(
            error.to_string().ends_with("lock: expected a file"),
            "{error}"
        );
    }

    #[test]
    fn a_long_file_is_not_read_to_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(OWNER);
        for length in [0, 100, 5000, 1_000_000] {
            std::fs::write(&path, "é".repeat(length / 2)).unwrap();
            assert_eq!(read_start(&path).unwrap().len(), length.min(4096));
        }
    }
}
