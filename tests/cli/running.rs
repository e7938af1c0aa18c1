//! `env`, `ca` and `login`: what is asked of a mock that runs already.

use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

use crate::mock::Mock;

fn about(mock: &Mock, command: &str) -> Command {
    let mut about = cargo_bin_cmd!("mock-ecr");
    about.arg(command);
    about.env("MOCK_ECR_URL", format!("http://{}", mock.address));
    about
}

fn said(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn a_shell_that_evaluates_the_environment_calls_the_mock() {
    let mock = Mock::serve(&["--tls"]);
    let environment = said(about(&mock, "env").args(["--redirect", "proxy"]));
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
fn the_environment_by_endpoints_needs_no_tls_and_by_proxy_says_so() {
    let mock = Mock::serve(&[]);
    let endpoint = format!("export AWS_ENDPOINT_URL_ECR='http://{}'\n", mock.address);
    assert!(said(&mut about(&mock, "env")).contains(&endpoint));
    about(&mock, "env")
        .args(["--redirect", "proxy"])
        .assert()
        .code(1)
        .stdout("")
        .stderr(predicate::str::contains("start it with --tls"));
}

#[test]
fn a_mock_that_does_not_run_is_named_with_the_way_to_start_one() {
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
fn the_certificate_is_printed_or_its_path() {
    let mock = Mock::serve(&["--tls"]);
    let certificate = said(&mut about(&mock, "ca"));
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
    let path = said(about(&mock, "ca").arg("--path"));
    assert_eq!(std::fs::read_to_string(path.trim()).unwrap(), certificate);
}

#[test]
fn the_authority_of_a_directory_is_made_before_any_mock_runs() {
    let directory = tempfile::tempdir().unwrap();
    let location = format!("--tls=file:{}", directory.path().join("tls").display());
    let certificate = said(cargo_bin_cmd!("mock-ecr").args(["ca", &location]));
    let mock = Mock::serve(&[&location]);
    assert_eq!(said(&mut about(&mock, "ca")), certificate);
    cargo_bin_cmd!("mock-ecr")
        .args(["ca", "--tls=memory"])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("file:DIR"));
}

#[test]
fn with_images_in_a_directory_the_authority_is_beside_them() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("file:{}", directory.path().display());
    let mock = Mock::serve(&["--store", &store, "--tls"]);
    let kept = std::fs::read_to_string(directory.path().join("tls/ca.pem")).unwrap();
    assert_eq!(said(&mut about(&mock, "ca")), kept);
}

fn login(mock: &Mock, directory: &Path, options: &[&str]) -> Command {
    let mut login = about(mock, "login");
    login.args(options).env("DOCKER_CONFIG", directory);
    login
}

fn config(directory: &Path) -> serde_json::Value {
    let json = std::fs::read(directory.join("config.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn login_adds_a_token_that_opens_the_registry_and_keeps_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let before = r#"{"z":1,"auths":{"other":{"auth":"eA=="}},"a":[2]}"#;
    std::fs::write(path.join("config.json"), before).unwrap();
    let mock = Mock::serve(&[]);
    login(&mock, path, &[]).assert().success();

    let after = config(path);
    let token = after["auths"][&mock.address]["auth"].as_str().unwrap();
    assert!(mock.ping(token).starts_with("HTTP/1.1 200 "));
    assert_eq!(after["auths"]["other"]["auth"], "eA==");
    let keys: Vec<_> = after.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["z", "auths", "a"]);
}

#[test]
fn login_by_a_helper_takes_the_place_of_a_token() {
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
fn a_file_that_is_none_of_docker_s_is_left_as_it_is() {
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
