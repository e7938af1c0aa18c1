//! The Rust version that `scripts/check` and `scripts/test` use.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::architecture::sources::repository;

/// Returns the version that `scripts/steps.sh` names.
pub(crate) fn recorded_version() -> String {
    let steps = fs::read_to_string(repository().join("scripts/steps.sh")).unwrap();
    let mut lines = steps.lines();
    let value = lines.find_map(|line| line.strip_prefix("rust_version="));
    value.unwrap().to_owned()
}

/// Runs `use_toolchain` with the given programs only, and prints the toolchain that is selected after it.
fn select(programs: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in programs {
        write_program(&folder.path().join(name), script);
    }
    let script = "set -euo pipefail; source scripts/steps.sh; use_toolchain; echo selected ${RUSTUP_TOOLCHAIN-none}";
    Command::new("/bin/bash")
        .args(["-c", script])
        .current_dir(repository())
        .env("PATH", folder.path())
        .env_remove("RUSTUP_TOOLCHAIN")
        .output()
        .unwrap()
}

fn write_program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

const CARGO: (&str, &str) = ("cargo", "");
const NEWER: (&str, &str) = ("rustc", "echo 'rustc 1.99.1 (0123456789 2026-11-01)'");

#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_recorded_version_is_used_as_it_is() {
    let rustc = format!(
        "echo 'rustc {} (0123456789 2026-01-01)'",
        recorded_version()
    );
    let rustup = ("rustup", "echo called; exit 1");
    let output = select(&[CARGO, ("rustc", &rustc), rustup]);
    assert_eq!(printed(&output), "selected none\n");
}

#[test]
fn another_version_is_replaced_by_the_recorded_version() {
    let version = recorded_version();
    let install =
        format!("toolchain install {version} --profile minimal --component clippy,rustfmt");
    let installs = format!("test \"$*\" = '{install}' && echo \"rustup $*\"");
    let output = printed(&select(&[CARGO, NEWER, ("rustup", &installs)]));
    let lines: Vec<_> = output.lines().collect();
    assert!(lines[0].contains("instead of 1.99.1"), "{output}");
    let start = format!("installing Rust {version} with rustup");
    assert!(lines[1].starts_with(&start), "{output}");
    let selected = format!("selected {version}");
    let expected = [format!("rustup {install}"), selected.clone()];
    assert_eq!(lines[2..], expected);

    let is_installed = format!("test \"$*\" = 'run {version} cargo clippy --version'");
    let output = printed(&select(&[CARGO, NEWER, ("rustup", &is_installed)]));
    assert!(!output.contains("installing"), "{output}");
    assert!(output.trim_end().ends_with(&selected), "{output}");
}

#[test]
fn another_version_without_rustup_is_used_with_a_warning() {
    let output = printed(&select(&[CARGO, NEWER]));
    assert!(
        output.contains("can differ from those of Rust "),
        "{output}"
    );
    assert!(output.ends_with("selected none\n"), "{output}");
}

#[test]
fn an_installation_that_fails_and_a_missing_cargo_are_errors() {
    let failed = select(&[CARGO, NEWER, ("rustup", "exit 1")]);
    let missing = select(&[]);
    for (output, expected) in [
        (failed, "error: rustup cannot install Rust "),
        (missing, "error: cargo is not on the PATH"),
    ] {
        assert!(!output.status.success());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.starts_with(expected), "{stderr}");
    }
}
