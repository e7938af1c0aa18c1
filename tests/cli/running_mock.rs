//! `env`, `ca` and `login`: commands for a running mock.

use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

use crate::mock::{Mock, failing};

fn mock_command(mock: &Mock, command: &str) -> Command {
    let mut mock_ecr = cargo_bin_cmd!("mock-ecr");
    mock_ecr.arg(command);
    mock_ecr.env("MOCK_ECR_URL", format!("http://{}", mock.address));
    mock_ecr
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn a_shell_that_evaluates_env_calls_the_mock() {
    let mock = Mock::serve(&["--tls"]);
    let environment = stdout(mock_command(&mock, "env").args(["--redirect", "proxy"]));
    let script = format!(
        "{environment}\ncurl -s -o /dev/null -w '%{{http_code}}' https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/"
    );
    Command::new("sh")
        .args(["-c", &script])
        .env("NO_PROXY", "*")
        .env("SSL_CERT_DIR", "/etc/ssl/certs")
        .assert()
        .success()
        .stdout("401");
}

#[test]
fn env_for_one_service_prints_only_its_endpoint_variable() {
    let mock = Mock::serve(&[]);
    for (service, name) in [("ecr", "ECR"), ("sts", "STS")] {
        let expected = format!("export AWS_ENDPOINT_URL_{name}='http://{}'\n", mock.address);
        let mut command = mock_command(&mock, "env");
        command.env("MOCK_ECR_CONTROL_KEY", "key");
        assert_eq!(stdout(command.args(["--only", service])), expected);
    }
    for options in [
        &["--only", "ecr-public"][..],
        &["--only", "ecr", "--redirect", "proxy"],
    ] {
        let refused = mock_command(&mock, "env").args(options).assert();
        refused.code(2).stdout("");
    }
}

#[test]
fn the_environment_for_a_proxy_requires_tls() {
    let mock = Mock::serve(&[]);
    let endpoint = format!("export AWS_ENDPOINT_URL_ECR='http://{}'\n", mock.address);
    assert!(stdout(&mut mock_command(&mock, "env")).contains(&endpoint));
    mock_command(&mock, "env")
        .args(["--redirect", "proxy"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(predicate::str::contains("start it with --tls"));
}

#[test]
fn an_error_for_an_absent_mock_says_how_to_start_one() {
    for command in ["env", "ca", "login"] {
        cargo_bin_cmd!("mock-ecr")
            .args([command, "--url", "http://127.0.0.1:1"])
            .assert()
            .code(1)
            .stdout("")
            .stderr(predicate::str::contains("no mock at http://127.0.0.1:1"))
            .stderr(predicate::str::contains("mock-ecr serve"));
        cargo_bin_cmd!("mock-ecr")
            .args([command, "--url", "https://127.0.0.1:1"])
            .assert()
            .code(1)
            .stderr(predicate::str::contains("expected http://"));
    }
}

#[test]
fn the_certificate_or_its_path_is_printed() {
    let mock = Mock::serve(&["--tls"]);
    let certificate = stdout(&mut mock_command(&mock, "ca"));
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
    let path = stdout(mock_command(&mock, "ca").arg("--path"));
    assert_eq!(std::fs::read_to_string(path.trim()).unwrap(), certificate);
}

#[test]
fn a_certificate_authority_is_created_without_a_running_mock() {
    let directory = tempfile::tempdir().unwrap();
    let location = format!("--tls=file:{}", directory.path().join("tls").display());
    let certificate = stdout(cargo_bin_cmd!("mock-ecr").args(["ca", &location]));
    let mock = Mock::serve(&[&location]);
    assert_eq!(stdout(&mut mock_command(&mock, "ca")), certificate);
    cargo_bin_cmd!("mock-ecr")
        .args(["ca", "--tls=memory"])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("file:DIR"));
}

#[test]
fn the_certificate_authority_is_in_the_directory_of_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("file:{}", directory.path().display());
    let mock = Mock::serve(&["--store", &store, "--tls"]);
    let stored = std::fs::read_to_string(directory.path().join("tls/ca.pem")).unwrap();
    assert_eq!(stdout(&mut mock_command(&mock, "ca")), stored);
}

fn login(mock: &Mock, directory: &Path, options: &[&str]) -> Command {
    let mut login = mock_command(mock, "login");
    login.args(options).env("DOCKER_CONFIG", directory);
    login
}

fn config(directory: &Path) -> serde_json::Value {
    let json = std::fs::read(directory.join("config.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn login_adds_a_valid_token_and_preserves_other_settings() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let before = r#"{"z":1,"auths":{"other":{"auth":"eA=="}},"a":[2]}"#;
    std::fs::write(path.join("config.json"), before).unwrap();
    let mock = Mock::serve(&[]);
    login(&mock, path, &[]).assert().success();

    let after = config(path);
    let registry = mock.address.replace("127.0.0.1", "localhost");
    let token = after["auths"][&registry]["auth"].as_str().unwrap();
    assert!(mock.ping(token).starts_with("HTTP/1.1 200 "));
    assert_eq!(after["auths"]["other"]["auth"], "eA==");
    let keys: Vec<_> = after.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["z", "auths", "a"]);
}

#[test]
fn login_with_a_registry_and_a_helper_does_not_call_the_mock() {
    let directory = tempfile::tempdir().unwrap();
    let options = ["login", "--registry", "a.test", "--helper", "ecr-login"];
    cargo_bin_cmd!("mock-ecr")
        .args(options)
        .args(["--url", "http://127.0.0.1:1"])
        .env("DOCKER_CONFIG", directory.path())
        .assert()
        .success();
    assert_eq!(
        config(directory.path())["credHelpers"]["a.test"],
        "ecr-login"
    );
}

#[test]
fn login_with_a_helper_replaces_a_token() {
    let directory = tempfile::tempdir().unwrap();
    let (path, mock) = (directory.path(), Mock::serve(&[]));
    let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    login(&mock, path, &["--registry", host]).assert().success();
    assert!(config(path)["auths"][host].is_object());
    let options = ["--registry", host, "--helper", "ecr-login"];
    login(&mock, path, &options).assert().success();
    assert_eq!(config(path)["credHelpers"][host], "ecr-login");
    assert_eq!(config(path)["auths"][host], serde_json::Value::Null);
}

#[test]
fn an_invalid_docker_configuration_is_not_changed() {
    let directory = tempfile::tempdir().unwrap();
    let (path, mock) = (directory.path(), Mock::serve(&[]));
    for wrong in ["not json", "[]", r#"{"auths":[]}"#] {
        std::fs::write(path.join("config.json"), wrong).unwrap();
        login(&mock, path, &[])
            .assert()
            .code(1)
            .stderr(predicate::str::contains("cannot change"))
            .stderr(predicate::str::contains("config.json"));
        let after = std::fs::read_to_string(path.join("config.json")).unwrap();
        assert_eq!(after, wrong);
    }
    assert_eq!(std::fs::read_dir(path).unwrap().count(), 1);
}

#[test]
fn a_configuration_of_docker_that_is_a_named_pipe_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.json");
    let made = std::process::Command::new("mkfifo").arg(&file).status();
    assert!(made.unwrap().success());
    let expected = format!(
        "mock-ecr: cannot change {}: it is not a regular file\n",
        file.display()
    );
    failing()
        .args(["login", "--registry", "localhost:1", "--helper", "ecr"])
        .arg("--config")
        .arg(directory.path())
        .assert()
        .code(1)
        .stderr(expected);
}
