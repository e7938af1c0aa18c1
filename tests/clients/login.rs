use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use predicates::prelude::*;

use crate::client::Client;
use crate::layout::Layout;
use crate::mock::{ADDRESS, Mock, Password};
use crate::skopeo;

#[test]
fn the_token_logs_every_client_in() {
    let mock = Mock::serve(&["--create-on-push"]);
    skopeo::push(&Client::skopeo(&mock), &Layout::image("hello"), "app:1");
    for client in Client::all(&mock) {
        let succeeded = predicate::str::contains("Login Succeeded");
        client.login(Password::Good).success().stdout(succeeded);
        client.allowed(&client.read("app:1"));
    }
}

#[test]
fn a_wrong_password_is_refused_to_every_client() {
    let mock = Mock::serve(&[]);
    for client in Client::all(&mock) {
        let refused = predicate::str::contains("400").and(predicate::str::contains("Bad Request"));
        client.login(Password::Wrong).failure().stderr(refused);
        let words = predicate::str::contains("400");
        let asserted = client.login_with(Password::Wrong, "hunter2");
        asserted.failure().stderr(words);
    }
}

#[test]
fn an_expired_token_is_forbidden_to_every_client() {
    let mock = Mock::serve(&[]);
    for client in Client::all(&mock) {
        let forbidden = predicate::str::contains("403").and(predicate::str::contains("Forbidden"));
        client.login(Password::Expired).failure().stderr(forbidden);
    }
}

/// `aws ecr get-login-password | docker login …`, as everyone does it; `ecr` stands in for `aws`.
#[test]
fn the_password_that_the_api_issues_logs_every_client_in() {
    let mock = Mock::serve(&[]);
    let output = with_aws_environment(mock.beside(cargo_bin("mock-ecr").with_file_name("ecr")))
        .arg("get-login-password")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{said} (build the workspace first)"
    );
    let password = String::from_utf8(output.stdout).unwrap();
    for client in Client::all(&mock) {
        client.login_with(Password::Good, &password).success();
    }
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
