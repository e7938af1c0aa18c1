//! Mounts a file over a file of the system.

use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};

/// Mounts the file `with` over the file `path`. Does nothing if there is no file at `path`.
pub(super) fn cover(path: &Path, with: &Path) -> io::Result<()> {
    cover_found(file_at(path).map_err(naming(path))?, with)
}

/// Mounts the file `with` over the socket `path`. Does nothing if there is no file at `path`, or if the user cannot reach it, because then
/// the command cannot reach it either.
pub(super) fn cover_socket(path: &Path, with: &Path) -> io::Result<()> {
    cover_found(reachable(file_at(path)).map_err(naming(path))?, with)
}

fn cover_found(file: Option<PathBuf>, with: &Path) -> io::Result<()> {
    let Some(file) = file else {
        return Ok(());
    };
    bind(Some(with), &file, MsFlags::MS_BIND).map_err(naming(&file))
}

/// Only for the search of the file: a mount that the system denies leaves a socket that the command can reach.
fn reachable(found: io::Result<Option<PathBuf>>) -> io::Result<Option<PathBuf>> {
    match found {
        Err(error) if is(&error, Errno::EACCES) => Ok(None),
        found => found,
    }
}

/// Returns the file that a path names. A symbolic link is resolved, so that the file is mounted over the target of the link. Returns `None`
/// if no program can open a file at the path: it does not exist, it is below a file, it is a loop of links, or it is a directory.
fn file_at(path: &Path) -> io::Result<Option<PathBuf>> {
    match std::fs::canonicalize(path) {
        Ok(file) => Ok(Some(file).filter(|file| !file.is_dir())),
        Err(error) if names_nothing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn names_nothing(error: &io::Error) -> bool {
    let nothing = [Errno::ENOENT, Errno::ENOTDIR, Errno::ELOOP];
    nothing.into_iter().any(|errno| is(error, errno))
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error() == Some(errno as i32)
}

pub(super) fn bind(from: Option<&Path>, to: &Path, flags: MsFlags) -> io::Result<()> {
    let nothing: Option<&str> = None;
    Ok(mount(from, to, nothing, flags, nothing)?)
}

/// Adds the path to an error.
pub(super) fn naming(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_path_without_a_file_is_skipped() {
        let directory = tempfile::tempdir().unwrap();
        let within = |name: &str| directory.path().canonicalize().unwrap().join(name);
        std::fs::write(within("file"), "").unwrap();
        std::fs::create_dir(within("directory")).unwrap();
        for (link, target) in [
            ("loop", "loop"),
            ("dangling", "missing"),
            ("to-directory", "directory"),
            ("to-file", "file"),
        ] {
            symlink(target, within(link)).unwrap();
        }
        for name in [
            "missing",
            "file/below",
            "directory",
            "loop",
            "dangling",
            "to-directory",
        ] {
            assert_eq!(file_at(&within(name)).unwrap(), None, "{name}");
            cover(&within(name), Path::new("/dev/null")).unwrap();
        }
        for name in ["file", "to-file"] {
            assert_eq!(file_at(&within(name)).unwrap(), Some(within("file")));
        }
    }

    #[test]
    fn an_error_names_the_path() {
        let long = Path::new("/").join("a".repeat(300));
        let error = cover(&long, Path::new("/dev/null")).unwrap_err();
        let expected = format!("{}: File name too long (os error 36)", long.display());
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_socket_that_the_user_cannot_reach_is_skipped() {
        assert_eq!(reachable(Err(Errno::EACCES.into())).unwrap(), None);
        for errno in [Errno::EPERM, Errno::EIO] {
            reachable(Err(errno.into())).unwrap_err();
        }
    }
}
