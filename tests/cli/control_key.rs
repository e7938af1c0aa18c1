//! The control key in the URL of a running mock.

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

use crate::mock::Mock;

fn clock(url: &str) -> Command {
    let mut command = cargo_bin_cmd!("mock-ecr");
    command.arg("clock").env("MOCK_ECR_URL", url);
    command
}

#[test]
fn no_message_contains_the_text_before_the_at_sign_of_a_url() {
    for url in [
        "k3y@127.0.0.1:1",
        "http:/k3y@127.0.0.1:1",
        "//k3y@127.0.0.1:1",
        "http://k3y@127.0.0.1:1",
        "http://my/k3y@127.0.0.1:1",
        "https://k3y@127.0.0.1:1",
    ] {
        let failed = clock(url).assert().code(1).stdout("");
        failed
            .stderr(predicate::str::contains("127.0.0.1:1"))
            .stderr(predicate::str::contains("k3y").not());
    }
}

#[test]
fn a_key_in_a_url_can_contain_a_slash() {
    let mock = Mock::serve(&["--control-key", "my/k3y-of-8"]);
    let url = format!("http://my/k3y-of-8@{}", mock.address);
    clock(&url).assert().success();
}

#[test]
fn the_option_takes_precedence_over_a_key_in_the_variable_of_the_url() {
    let mock = Mock::serve(&["--control-key", "k3y-of-8"]);
    let with = |key: &str| format!("http://{key}@{}", mock.address);
    clock(&with("old")).assert().code(1);
    let option = clock(&with("old"))
        .args(["--control-key", "k3y-of-8"])
        .assert();
    option.success();
    let mut url = clock(&with("old"));
    url.args(["--control-key", "old", "--url", &with("k3y-of-8")]);
    url.assert().success();
    let variable = |url: &str| {
        let mut command = clock(url);
        command.env("MOCK_ECR_CONTROL_KEY", "k3y-of-8").assert()
    };
    variable(&with("old")).code(1);
    variable(&with("")).success();
}
