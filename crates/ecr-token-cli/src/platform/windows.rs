//! Windows: a file inherits the access control list of its directory.

use std::fs::File;
use std::io;
use std::path::Path;

/// Creates or empties a file.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    File::create(path)
}

/// Returns `None`, so tables have the default width. `[ASSUME]`: no output of v1 on Windows was recorded.
pub(crate) fn columns() -> Option<usize> {
    None
}

/// Returns the home directory of the user: `HOME` as in the SDK, or the directory of the profile.
pub(crate) fn home() -> Option<String> {
    let variable = |name| std::env::var(name).ok();
    variable("HOME").or_else(|| variable("USERPROFILE"))
}
