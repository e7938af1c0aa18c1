//! Who can access a file. Each platform has its own file with the same functions.

use std::io;

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
}
