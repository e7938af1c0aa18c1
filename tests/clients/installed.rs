//! Where the clients are that are not the system's; each that is missing fails the test that needs it.

use std::path::{Path, PathBuf};

use assert_cmd::cargo::cargo_bin;

/// A program of Debian testing.
#[track_caller]
pub(crate) fn newer(name: &str) -> PathBuf {
    existing(directory().join("newer/usr/bin").join(name))
}

/// The docker-credential-ecr-login that reads endpoint variables.
#[track_caller]
pub(crate) fn newer_helper() -> PathBuf {
    newer("docker-credential-ecr-login")
}

/// The SDK for JavaScript, and what it needs.
#[track_caller]
pub(crate) fn node_modules() -> PathBuf {
    existing(directory().join("node_modules"))
}

/// A program of this workspace, which lies where `mock-ecr` does.
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

/// A program that a variable names.
#[track_caller]
pub(crate) fn named_by(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from);
    let path = path.filter(|path| path.is_file());
    path.unwrap_or_else(|| {
        panic!("{variable} must name a program: scripts/test installs it and sets the variable")
    })
}

#[track_caller]
fn directory() -> PathBuf {
    let directory = std::env::var_os("MOCK_ECR_CLIENTS").map(PathBuf::from);
    directory.unwrap_or_else(|| {
        panic!("MOCK_ECR_CLIENTS must name a directory: scripts/install-clients fills it")
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
