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
    for client in Client::all(&mock) {
        let succeeded = predicate::str::contains("Login Succeeded");
        client.login(Password::Valid).success().stdout(succeeded);
        client.run_authenticated(&client.read("app:1"));
    }
}

#[test]
fn no_client_logs_in_without_a_valid_token() {
    let mock = Mock::serve(&[]);
    let engine = Engine::start(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    for client in Client::all(&mock).into_iter().chain([docker]) {
        let invalid = predicate::str::is_match("400 .?Bad Request").unwrap();
        let guessed = client.login_with(Password::Wrong, "hunter2");
        guessed.failure().stderr(invalid.clone());
        client.login(Password::Wrong).failure().stderr(invalid);
        let forbidden = predicate::str::is_match("403 .?Forbidden").unwrap();
        client.login(Password::Expired).failure().stderr(forbidden);
    }
}

/// The usual `aws ecr get-login-password | docker login …`, with `ecr` instead of `aws`.
#[test]
fn every_client_logs_in_with_a_password_of_the_api() {
    let mock = Mock::serve(&[]);
    let password = password_of_api(&mock);
    let engine = Engine::start(&mock);
    let docker = Client::docker_with(&mock, &engine.host());
    for client in Client::all(&mock).into_iter().chain([docker]) {
        client.login_with(Password::Valid, &password).success();
    }
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
