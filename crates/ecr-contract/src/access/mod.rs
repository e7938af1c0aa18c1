//! Who can access a file. Each platform has its own file with the same functions.

use std::io;
use std::path::Path;

use tempfile::TempDir;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix::restrict;
#[cfg(windows)]
use windows::restrict;

#[cfg(unix)]
pub(crate) use unix::{
    create_directory, is_own_directory, make_executable, make_private, open_mode, share,
    user_directory, write_private,
};
#[cfg(windows)]
pub(crate) use windows::{
    create_directory, is_own_directory, make_executable, make_private, open_mode, share,
    user_directory, write_private,
};

/// Returns the mode of a file that other users can access. Returns `None` for any other file, and for a file in a directory below `home` that
/// only its owner can enter.
pub(crate) fn open_mode_below(home: &Path, path: &Path) -> Option<u32> {
    let mode = open_mode(path)?;
    let directories = path.ancestors().skip(1);
    let mut directories = directories.take_while(|directory| *directory != home);
    let is_closed = directories.any(|directory| open_mode(directory).is_none());
    (!is_closed).then_some(mode)
}

/// Creates a temporary directory that no other user can access, whatever the umask is. It is deleted when the value is dropped.
pub(crate) fn temporary_directory(prefix: &str) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    restrict(builder.prefix(prefix));
    builder.tempdir()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn other_users_cannot_access_a_temporary_directory() {
        let directory = temporary_directory("mock-ecr-test-").unwrap();
        assert_eq!(open_mode(directory.path()), None);
    }

    #[test]
    fn a_directory_that_only_its_owner_can_enter_makes_its_files_private() {
        use std::os::unix::fs::PermissionsExt as _;

        let home = temporary_directory("mock-ecr-test-").unwrap();
        let directory = home.path().join("cache/tokens");
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("file");
        std::fs::write(&file, "password").unwrap();
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let open = [home.path().join("cache"), directory];
        open.iter().for_each(|directory| set(directory, 0o755));
        set(&file, 0o644);
        // The mode of the home directory does not count: in use, other users can enter it.
        assert_eq!(open_mode_below(home.path(), &file), Some(0o644));
        make_private(&open[0]).unwrap();
        assert_eq!(open_mode_below(home.path(), &file), None);
    }
}
