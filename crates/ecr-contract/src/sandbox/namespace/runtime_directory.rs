//! Replaces the directories in which rootless container engines have their sockets.

use std::fs::{self, DirEntry, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use nix::mount::MsFlags;

use crate::access;
use crate::sandbox::namespace::cover::{bind, naming};

/// Mounts a directory over `/run/user` that contains an empty directory for each user, so that the path in `XDG_RUNTIME_DIR` exists. Does
/// nothing if `/run/user` does not exist.
pub(super) fn replace(files: &Path) -> io::Result<()> {
    let users = match fs::read_dir(USERS) {
        Ok(users) => users,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(naming(Path::new(USERS))(error)),
    };
    let directory = files.join("users");
    fs::create_dir(&directory)?;
    fs::set_permissions(&directory, Permissions::from_mode(0o755))?;
    for user in users {
        create_for(&user.map_err(naming(Path::new(USERS)))?, &directory)?;
    }
    let users = Path::new(USERS);
    bind(Some(&directory), users, MsFlags::MS_BIND).map_err(naming(users))
}

/// Creates an empty directory for the user who owns a directory in `/run/user`.
fn create_for(user: &DirEntry, directory: &Path) -> io::Result<()> {
    let path = directory.join(user.file_name());
    access::create_directory(&path)?;
    // A user namespace contains only one user, whose directory already belongs to this user.
    let _ = user
        .metadata()
        .and_then(|found| chown(&path, Some(found.uid()), Some(found.gid())));
    Ok(())
}

/// Returns the paths of the sockets of engines in the user's runtime directory, if it is not in `/run/user`, and in the user's home
/// directory.
pub(super) fn sockets() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|path| path.is_absolute() && !path.starts_with(USERS));
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let within = |directory: Option<PathBuf>, names: &[&str]| -> Vec<PathBuf> {
        let directory = directory.into_iter();
        let paths = directory.flat_map(|path| names.iter().map(move |name| path.join(name)));
        paths.collect()
    };
    [
        within(runtime, &RUNTIME_SOCKETS),
        within(home, &HOME_SOCKETS),
    ]
    .concat()
}

const USERS: &str = "/run/user";

const RUNTIME_SOCKETS: [&str; 7] = [
    "docker.sock",
    "podman/podman.sock",
    "containerd/containerd.sock",
    "buildkit/buildkitd.sock",
    "buildkit-default/buildkitd.sock",
    "systemd/private",
    "bus",
];

/// The sockets of Docker Desktop, Rancher Desktop and Colima.
const HOME_SOCKETS: [&str; 4] = [
    ".docker/run/docker.sock",
    ".docker/desktop/docker.sock",
    ".rd/docker.sock",
    ".colima/default/docker.sock",
];
