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

/// Returns the name and the release of the system, as Python's `platform` does: `Linux/…` or `Darwin/…`.
pub(crate) fn system() -> String {
    let name = rustix::system::uname();
    let (system, release) = (name.sysname(), name.release());
    format!("{}/{}", system.to_string_lossy(), release.to_string_lossy())
}

/// Returns the number and the text of an error of a file.
pub(crate) fn errno(error: &io::Error) -> (i32, String) {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    (error.raw_os_error().unwrap_or_default(), text.to_owned())
}

/// Returns the home directory in which the SDK searches for profile files.
pub(crate) fn sdk_home() -> Option<String> {
    home()
}

/// Returns the home directory of the user.
pub(crate) fn home() -> Option<String> {
    std::env::var("HOME").ok()
}
