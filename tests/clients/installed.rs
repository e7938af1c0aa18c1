//! Paths of clients that are not installed by the system. A missing client fails the test that needs it.

use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin;

/// Returns the path of a program of Debian testing.
#[track_caller]
pub(crate) fn newer(name: &str) -> PathBuf {
    existing(directory().join("newer/usr/bin").join(name))
}

/// Returns the path of the docker-credential-ecr-login that supports endpoint variables.
#[track_caller]
pub(crate) fn newer_helper() -> PathBuf {
    newer("docker-credential-ecr-login")
}

/// Returns the directory of the SDK for JavaScript and its dependencies.
#[track_caller]
pub(crate) fn node_modules() -> PathBuf {
    existing(directory().join("node_modules"))
}

/// Returns the path of a program of this workspace.
#[track_caller]
pub(crate) fn built(name: &str) -> PathBuf {
    let program = cargo_bin("mock-ecr").with_file_name(name);
    let path = program.display();
    assert!(
        program.exists(),
        "{path} is missing: build the workspace first"
    );
    program
}

/// Returns the path in a variable.
#[track_caller]
pub(crate) fn from_variable(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from);
    let path = path.filter(|path| path.is_file());
    path.unwrap_or_else(|| {
        panic!("{variable} is not the path of a program: scripts/test installs it and sets the variable")
    })
}

#[track_caller]
fn directory() -> PathBuf {
    let directory = std::env::var_os("MOCK_ECR_CLIENTS").map(PathBuf::from);
    directory.unwrap_or_else(|| {
        panic!("MOCK_ECR_CLIENTS is not set to a directory: scripts/install-clients creates it")
    })
}

#[track_caller]
fn existing(path: PathBuf) -> PathBuf {
    let missing = path.display();
    assert!(
        Path::new(&path).exists(),
        "{missing} is missing: run scripts/install-clients"
    );
    path
}
