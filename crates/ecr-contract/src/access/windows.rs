//! Windows: a file inherits the access control list of its directory. The directory for temporary files is in the user's profile.

use std::io;
use std::path::Path;

/// Returns the name of the directory for the files of this user in the user's directory for temporary files.
pub(crate) fn user_directory() -> String {
    "mock-ecr".to_owned()
}

/// Creates a directory. An existing directory is an error.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

/// Returns whether the path is a directory. The standard library cannot read access control lists.
pub(crate) fn is_own_directory(path: &Path) -> io::Result<bool> {
    Ok(std::fs::symlink_metadata(path)?.is_dir())
}

/// Does nothing.
pub(crate) fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates a file. An existing file is an error.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}

/// Does nothing. Shell scripts are not programs on Windows.
pub(crate) fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Does nothing.
pub(crate) fn share(_: &mut tempfile::Builder<'_, '_>) {}

/// Does nothing.
pub(super) fn restrict(_: &mut tempfile::Builder<'_, '_>) {}

/// Returns `None`, because files have no modes.
pub(crate) fn open_mode(_: &Path) -> Option<u32> {
    None
}
