//! Unix: the owner and the mode of a file.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Creates a directory and its parents. New directories have mode 0700.
pub(in crate::cache) fn create_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Creates a file with mode 0600. An existing file is an error.
pub(in crate::cache) fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Returns an error if another user can have written the file.
pub(in crate::cache) fn check_trusted(metadata: &Metadata) -> io::Result<()> {
    let is_owner = metadata.uid() == rustix::process::geteuid().as_raw();
    let writable_by_others = 0o022;
    match is_owner && metadata.mode() & writable_by_others == 0 {
        true => Ok(()),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}
