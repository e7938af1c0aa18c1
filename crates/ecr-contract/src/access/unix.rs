//! Unix: the owner and the mode of a file.

use std::fs::{DirBuilder, File, Permissions, metadata, set_permissions, symlink_metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;

/// Returns the name of the directory for the files of this user in the directory for temporary files, which all users share.
pub(crate) fn user_directory() -> String {
    format!("mock-ecr-{}", rustix::process::getuid().as_raw())
}

/// Creates a directory with mode 0700. An existing directory is an error.
pub(crate) fn create_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Returns whether the path is a directory that belongs to this user and that no other user can write to.
pub(crate) fn is_own_directory(path: &Path) -> io::Result<bool> {
    let found = symlink_metadata(path)?;
    let is_own = found.is_dir() && found.uid() == rustix::process::getuid().as_raw();
    Ok(is_own && found.mode() & 0o022 == 0)
}

/// Sets the mode of a directory to 0700.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    set_permissions(path, Permissions::from_mode(0o700))
}

/// Creates a file with mode 0600. An existing file is an error.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = File::options();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

/// Sets the mode of a program to 0755.
pub(crate) fn make_executable(path: &Path) -> io::Result<()> {
    set_permissions(path, Permissions::from_mode(0o755))
}

/// Gives a new file the mode 0666, to which the umask applies. By default, a temporary file has mode 0600.
pub(crate) fn share(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o666));
}

/// Gives a new directory the mode 0700. By default, a temporary directory has mode 0777, to which the umask applies.
pub(super) fn restrict(builder: &mut tempfile::Builder<'_, '_>) {
    builder.permissions(Permissions::from_mode(0o700));
}

/// Returns the mode of a file that other users can access. Returns `None` for any other file.
pub(crate) fn open_mode(path: &Path) -> Option<u32> {
    let mode = metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}
