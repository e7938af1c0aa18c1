//! Windows: a file inherits its access control list from its directory. By default, the directories in the user's profile grant access
//! only to this user, to administrators and to the system.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a directory and its parents.
pub(in crate::cache) fn create_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Creates a file. An existing file is an error.
pub(in crate::cache) fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Accepts every file. The standard library cannot read access control lists.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the function for Unix can return an error"
)]
pub(in crate::cache) fn check_trusted(_: &Metadata) -> io::Result<()> {
    Ok(())
}
