//! Changes directories so that the changes are on the disk after a loss of power.

use std::fs;
use std::io;
use std::path::Path;

/// Creates a directory and the missing ones above it. Each is on the disk when this function returns.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = parent(path) {
        create_directory(parent)?;
    }
    match fs::create_dir(path) {
        // Another process may have created it in the meantime.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match path.is_dir() {
            true => Ok(()),
            false => Err(io::ErrorKind::NotADirectory.into()),
        },
        created => created.and_then(|()| sync_entry(path)),
    }
}

/// Writes the entry of a new file or directory to the disk.
pub(super) fn sync_entry(path: &Path) -> io::Result<()> {
    sync_entries(parent(path).unwrap_or(Path::new(".")))
}

/// Writes the new entries of a directory to the disk, and the removal of others. Windows has no such operation.
pub(super) fn sync_entries(directory: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => fs::File::open(directory)?.sync_all(),
        false => Ok(()),
    }
}

/// Returns the parent, or `None` for the root and for a name in the working directory.
fn parent(path: &Path) -> Option<&Path> {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_directories_are_created() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/c");
        for _ in 0..2 {
            create_directory(&path).unwrap();
            assert!(path.is_dir());
        }
    }

    #[test]
    fn a_file_in_the_path_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        for path in [file.join("a"), file] {
            let error = create_directory(&path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotADirectory, "{error}");
        }
    }
}
