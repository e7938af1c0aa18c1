use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};
use mock_ecr::MockEcr;
use predicates::prelude::*;
use rustix::process::{Signal, kill_process};

use crate::mock;

#[test]
fn the_environment_has_the_url_of_the_mock_and_credentials() {
    let output = cargo_bin_cmd!("mock-ecr")
        .args(["run", "--region", "eu-west-3", "--", "env"])
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1")
        .env("AWS_PROFILE", "other")
        .env_remove("AWS_ENDPOINT_URL")
        .env("AWS_SESSION_TOKEN", "other")
        .env("AWS_CREDENTIAL_EXPIRATION", "2015-11-29T21:30:53Z")
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "other")
        .output()
        .unwrap();
    let environment = String::from_utf8(output.stdout).unwrap();
    let value = |name: &str| {
        let mut lines = environment.lines().filter_map(|line| line.split_once('='));
        lines
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value.to_owned())
    };
    let url = value("MOCK_ECR_URL").unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let endpoints: Vec<_> = environment
        .lines()
        .filter(|line| line.starts_with("AWS_ENDPOINT_URL"))
        .collect();
    let services = MockEcr::supported_operations().map(|(service, _)| service);
    let services: BTreeSet<_> = services.collect();
    assert_eq!(endpoints.len(), services.len(), "{endpoints:?}");
    assert_eq!(value("AWS_ENDPOINT_URL_ECR").as_ref(), Some(&url));
    assert_eq!(value("AWS_ENDPOINT_URL_STS").as_ref(), Some(&url));
    assert_eq!(
        value("AWS_ACCESS_KEY_ID").as_deref(),
        Some("AKIAIOSFODNN7EXAMPLE")
    );
    assert_eq!(
        value("AWS_SECRET_ACCESS_KEY").as_deref(),
        Some("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    );
    assert_eq!(value("AWS_REGION").as_deref(), Some("eu-west-3"));
    assert_eq!(value("AWS_DEFAULT_REGION").as_deref(), Some("eu-west-3"));
    assert_eq!(value("AWS_EC2_METADATA_DISABLED").as_deref(), Some("true"));
    for name in [
        "HTTPS_PROXY",
        "http_proxy",
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ] {
        assert_eq!(value(name), None, "{name}");
    }
}

#[test]
fn the_exit_code_is_that_of_the_command() {
    for code in [0, 7, 255] {
        let script = format!("exit {code}");
        cargo_bin_cmd!("mock-ecr")
            .args(["run", "--", "sh", "-c", &script])
            .assert()
            .code(code);
    }
    cargo_bin_cmd!("mock-ecr")
        .args(["run", "--", "sh", "-c", "kill -TERM $$"])
        .assert()
        .code(128 + 15);
}

#[test]
fn options_after_the_command_are_passed_to_it() {
    cargo_bin_cmd!("mock-ecr")
        .args(["run", "echo", "--region", "-x", "--", "y"])
        .assert()
        .code(0)
        .stdout("--region -x -- y\n");
}

#[test]
fn a_command_that_cannot_be_run_is_an_error_of_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    for (command, code, why) in [
        (
            "no-such-command",
            127,
            "No such file or directory (os error 2)",
        ),
        (folder, 126, "Permission denied (os error 13)"),
    ] {
        cargo_bin_cmd!("mock-ecr")
            .args(["run", "--", command])
            .assert()
            .code(code)
            .stderr(format!("mock-ecr: cannot run {command}: {why}\n"));
    }
    cargo_bin_cmd!("mock-ecr")
        .args(["run", "--", "ecr"])
        .env("PATH", folder)
        .assert()
        .code(127)
        .stderr(predicate::str::contains(
            "; the archives for Linux and the Debian package contain ecr, ",
        ));
    cargo_bin_cmd!("mock-ecr")
        .arg("run")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("<COMMAND>"));
}

#[test]
fn signals_are_forwarded_to_the_command() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::USR1] {
        let script =
            "trap 'echo caught; exit 3' TERM HUP INT USR1; echo ready; while :; do read line; done";
        let mut process = Command::new(cargo_bin("mock-ecr"))
            .args(["run", "--", "sh", "-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");

        kill_process(mock::pid(&process), signal).unwrap();

        assert_eq!(lines.next().unwrap().unwrap(), "caught", "{signal:?}");
        assert_eq!(process.wait().unwrap().code(), Some(3), "{signal:?}");
    }
}
