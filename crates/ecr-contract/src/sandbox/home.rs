//! A temporary home directory for a client.

use std::ffi::OsString;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

/// An empty home directory. It is deleted with its contents when this value is dropped.
#[derive(Debug)]
pub struct TemporaryHome(TempDir);

impl TemporaryHome {
    /// Creates the directory among the system's temporary files.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory cannot be created.
    pub fn make() -> io::Result<Self> {
        let home = tempfile::Builder::new()
            .prefix("mock-ecr-home-")
            .tempdir()?;
        for (_, folder) in FOLDERS {
            std::fs::create_dir_all(home.path().join(folder))?;
        }
        // Programs reject a runtime directory that others can read.
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(home.path().join("run"), private)?;
        Ok(TemporaryHome(home))
    }

    /// The path of the directory.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns the variables that point clients to files in this directory.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let home = self.0.path();
        let within =
            |(name, path): &(&'static str, &str)| (*name, home.join(path).into_os_string());
        let own = ("HOME", home.as_os_str().to_owned());
        [own]
            .into_iter()
            .chain(FOLDERS.iter().chain(FILES).map(within))
    }
}

const FOLDERS: &[(&str, &str)] = &[
    ("DOCKER_CONFIG", ".docker"),
    ("AWS_ECR_CACHE_DIR", ".ecr"),
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_CACHE_HOME", ".cache"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_RUNTIME_DIR", "run"),
];

const FILES: &[(&str, &str)] = &[
    ("AWS_CONFIG_FILE", ".aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
];

/// Variables that would point a client to files or sockets outside its home directory.
pub(super) const REMOVED: [&str; 3] = ["REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG", "DOCKER_HOST"];
