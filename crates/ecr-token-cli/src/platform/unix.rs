//! Unix: modes of files, and terminals.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Creates or empties a file. A new file has mode 0600.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

/// Returns the columns of the terminal that stdout is connected to.
pub(crate) fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col))
}

/// Returns the home directory of the user.
pub(crate) fn home() -> Option<String> {
    std::env::var("HOME").ok()
}
