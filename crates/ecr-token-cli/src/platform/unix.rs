//! Unix: terminals, and the name of the system.

use std::io;

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
