use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use predicates::prelude::*;

use crate::client::Client;
use crate::engine::Engine;
use crate::layout::Layout;
use crate::mock::{ADDRESS, Mock, Password};
use crate::skopeo;

#[test]
fn every_client_logs_in_with_a_token() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::image("hello"), "app:1");
    let engine = Engine::start(&mock);
    for client in Client::all(&mock, &engine) {
        let succeeded = predicate::str::contains("Login Succeeded");
        client.login(Password::Valid).success().stdout(succeeded);
        client.run_authenticated(&client.read("app:1"));
    }
}

#[test]
fn no_client_logs_in_without_a_valid_token() {
    let mock = Mock::serve(&[]);
    let engine = Engine::start(&mock);
    for client in Client::all(&mock, &engine) {
        let invalid =
            predicate::str::is_match("400 .?Bad Request|Your Authorization Token is invalid")
                .unwrap();
        let guessed = client.login_with(Password::Wrong, "hunter2");
        guessed.failure().stderr(invalid.clone());
        client.login(Password::Wrong).failure().stderr(invalid);
        let forbidden =
            predicate::str::is_match("403 .?Forbidden|Your authorization token has expired")
                .unwrap();
        client.login(Password::Expired).failure().stderr(forbidden);
    }
}

/// The usual `aws ecr get-login-password | docker login …`, with `ecr` instead of `aws`.
#[test]
fn every_client_logs_in_with_a_password_of_the_api() {
    let mock = Mock::serve(&[]);
    let password = password_of_api(&mock);
    let engine = Engine::start(&mock);
    for client in Client::all(&mock, &engine) {
        client.login_with(Password::Valid, &password).success();
    }
}

/// Without an engine, docker tries TLS first. Versions before 29 then use plain HTTP at loopback addresses.
#[test]
fn docker_without_an_engine_logs_in_by_plain_http_before_version_29() {
    let mock = Mock::serve(&[]);
    let docker = Client::docker(&mock);
    let login = docker.login(Password::Valid);
    match docker_version() < 29 {
        true => login.success(),
        false => login
            .failure()
            .stderr(predicate::str::contains("HTTP response to HTTPS client")),
    };
}

fn docker_version() -> u32 {
    let output = Command::new("docker").arg("--version").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let version = printed.split(' ').nth(2).unwrap();
    version.split('.').next().unwrap().parse().unwrap()
}

fn password_of_api(mock: &Mock) -> String {
    let ecr = cargo_bin("mock-ecr").with_file_name("ecr");
    let mut command = with_aws_environment(mock.command(ecr));
    let output = command.arg("get-login-password").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{stderr} (build the workspace first)"
    );
    String::from_utf8(output.stdout).unwrap()
}

fn with_aws_environment(mut command: Command) -> Command {
    command
        .env("AWS_ENDPOINT_URL", format!("http://{ADDRESS}"))
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env(
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        )
        .env("AWS_REGION", "us-east-1")
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN");
    command
}
