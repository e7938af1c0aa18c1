//! The lock of a directory: one process at a time uses it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
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
        std::fs::write(directory.join(OWNER), owner)?;
        Ok(Owner { _lock: lock })
    }
}

const OWNER: &str = "owner";

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn this_process() -> String {
    format!("process {}", std::process::id())
}

fn in_use(directory: &Path) -> OwnerError {
    let owner = std::fs::read_to_string(directory.join(OWNER)).unwrap_or_default();
    match owner.starts_with(&format!("{}, ", this_process())) {
        true => OwnerError::InUseByThisProcess,
        false => OwnerError::InUse(described(&owner)),
    }
}

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
    #[error("another mock of this process uses the directory; stop it, or use another directory")]
    InUseByThisProcess,
    #[error(transparent)]
    Io(#[from] io::Error),
}
