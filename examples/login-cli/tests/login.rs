//! The program with a mock of ECR.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use mock_ecr::{MockEcr, Principal};
use predicates::str::contains;
use serde_json::{Value, json};
use tempfile::TempDir;

const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// Returns the command that logs in to the mock. It has no variables of the environment of the test.
fn login(ecr: &MockEcr, docker: &TempDir) -> Command {
    let mut command = cargo_bin_cmd!("ecr-login");
    command.env_clear().envs(ecr.env());
    command.env("DOCKER_CONFIG", docker.path());
    command
}

fn config_of(directory: &Path) -> Value {
    let bytes = fs::read(directory.join("config.json")).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn the_registry_accepts_the_login() {
    let ecr = MockEcr::start_blocking().unwrap();
    let docker = TempDir::new().unwrap();
    let outcome = login(&ecr, &docker).assert().success();
    outcome.stdout(format!("logged in to {REGISTRY}\n"));
    let config = config_of(docker.path());
    let token = config["auths"][REGISTRY]["auth"].as_str().unwrap();
    assert!(ecr.verify_token(token).is_ok());
}

#[test]
fn other_logins_are_preserved() {
    let ecr = MockEcr::start_blocking().unwrap();
    let docker = TempDir::new().unwrap();
    let other = json!({ "auths": { "ghcr.io": { "auth": "other" } }, "psFormat": "x" });
    fs::write(docker.path().join("config.json"), other.to_string()).unwrap();
    login(&ecr, &docker).assert().success();
    let config = config_of(docker.path());
    assert_eq!(config["auths"]["ghcr.io"]["auth"], "other");
    assert_eq!(config["psFormat"], "x");
    assert!(config["auths"][REGISTRY].is_object());
}

#[test]
fn an_invalid_file_is_not_replaced() {
    let ecr = MockEcr::start_blocking().unwrap();
    let docker = TempDir::new().unwrap();
    let file = docker.path().join("config.json");
    fs::write(&file, "{").unwrap();
    let outcome = login(&ecr, &docker).assert().failure();
    outcome.stderr(contains("config.json: EOF while parsing an object"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "{");
}

#[test]
fn a_throttled_call_is_repeated() {
    let ecr = MockEcr::start_blocking().unwrap();
    let docker = TempDir::new().unwrap();
    ecr.faults().throttling().times(1).expect(1).set().unwrap();
    login(&ecr, &docker).assert().success();
    ecr.requests().operation("GetAuthorizationToken").expect(2);
}

#[test]
fn without_permission_nothing_is_written() {
    let ci = Principal::from_arn("arn:aws:iam::123456789012:user/ci").unwrap();
    let builder = MockEcr::builder().principal(ci.deny(["ecr:GetAuthorizationToken"]));
    let ecr = builder.start_blocking().unwrap();
    let docker = TempDir::new().unwrap();
    let outcome = login(&ecr, &docker).assert().failure();
    outcome.stderr(contains(
        "ecr-login: AccessDeniedException: User: arn:aws:iam::123456789012:user/ci",
    ));
    assert!(!docker.path().join("config.json").exists());
}
