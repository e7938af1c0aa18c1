//! A temporary home directory for a client.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use crate::access;
use crate::system::System;

/// A temporary home directory. On Unix, its mode is 0700. At first it contains only empty directories and docker's `config.json` without a
/// login. It is deleted with its contents when this value is dropped.
#[derive(Debug)]
pub struct TemporaryHome(TempDir);

impl TemporaryHome {
    /// Creates the home directory in the system's temporary directory, with most directories that [`TemporaryHome::variables`]
    /// contains. `DOCKER_CONFIG` contains a `config.json` with an empty object.
    ///
    /// # Errors
    ///
    /// Returns an error if a directory cannot be created.
    pub fn make() -> io::Result<Self> {
        let home = access::temporary_directory("mock-ecr-home-")?;
        for (_, folder) in folders(System::CURRENT) {
            std::fs::create_dir_all(home.path().join(folder))?;
        }
        // buildah fails if `DOCKER_CONFIG` names a directory without this file.
        // docker does not change the mode of an existing file, and creates the file with mode 0600.
        access::write_private(&home.path().join(".docker/config.json"), "{}\n")?;
        // Programs reject an `XDG_RUNTIME_DIR` that other users can read.
        access::make_private(&home.path().join("run"))?;
        Ok(TemporaryHome(home))
    }

    /// Returns the path of the home directory.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns the environment variables, with their values, that make clients use this home directory: `HOME`, `DOCKER_CONFIG`,
    /// `AWS_ECR_CACHE_DIR`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, and `XDG_CONFIG_HOME`, `XDG_CACHE_HOME`, `XDG_DATA_HOME`
    /// and `XDG_RUNTIME_DIR`, and on Windows also `USERPROFILE`, `APPDATA` and `LOCALAPPDATA`. The paths of the three `AWS_…`
    /// variables do not exist at first.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, OsString)> {
        let home = self.0.path();
        let within =
            |(name, path): &(&'static str, &str)| (*name, home.join(path).into_os_string());
        let itself = |name: &&'static str| (*name, home.as_os_str().to_owned());
        names(System::CURRENT)
            .iter()
            .map(itself)
            .chain(folders(System::CURRENT).chain(MISSING).map(within))
    }
}

/// Returns the variables with the path of the home directory.
fn names(system: System) -> &'static [&'static str] {
    match system {
        System::Unix => &["HOME"],
        System::Windows => &["HOME", "USERPROFILE"],
    }
}

/// Returns the variables with the path of a directory in the home directory.
fn folders(system: System) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let further = match system {
        System::Unix => &[][..],
        System::Windows => WINDOWS_FOLDERS,
    };
    FOLDERS.iter().chain(further)
}

const FOLDERS: &[(&str, &str)] = &[
    ("DOCKER_CONFIG", ".docker"),
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_CACHE_HOME", ".cache"),
    ("XDG_DATA_HOME", ".local/share"),
    ("XDG_RUNTIME_DIR", "run"),
];

/// Windows: the directories of the user's profile in which programs keep their data.
const WINDOWS_FOLDERS: &[(&str, &str)] = &[
    ("APPDATA", "AppData/Roaming"),
    ("LOCALAPPDATA", "AppData/Local"),
];

/// The directory for the cache of amazon-ecr-credential-helper. Clients create it, with the mode that they choose.
pub(crate) const CACHE_DIRECTORY: &str = ".ecr";

/// Paths that do not exist at first.
const MISSING: &[(&str, &str)] = &[
    ("AWS_ECR_CACHE_DIR", CACHE_DIRECTORY),
    ("AWS_CONFIG_FILE", ".aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
];

/// Environment variables to remove: they contain paths of files or sockets outside the home directory, or credentials.
pub(super) const REMOVED: [&str; 3] = ["REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG", "DOCKER_HOST"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_the_variables_exist_unless_clients_create_them() {
        let home = TemporaryHome::make().unwrap();
        for (name, value) in home.variables() {
            let is_missing = MISSING.iter().any(|(missing, _)| *missing == name);
            assert_eq!(Path::new(&value).exists(), !is_missing, "{name}");
        }
    }

    #[test]
    fn other_users_cannot_access_the_home_directory() {
        let home = TemporaryHome::make().unwrap();
        assert_eq!(access::open_mode(home.path()), None);
    }

    #[test]
    fn windows_has_the_variables_of_the_profile_too() {
        assert_eq!(names(System::Unix), ["HOME"]);
        assert_eq!(names(System::Windows), ["HOME", "USERPROFILE"]);
        let variables = |system| -> Vec<&str> { folders(system).map(|(name, _)| *name).collect() };
        let further = variables(System::Windows).split_off(variables(System::Unix).len());
        assert_eq!(further, ["APPDATA", "LOCALAPPDATA"]);
    }
}
