use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

use crate::mock::Mock;

const ISSUE: [&str; 8] = [
    "token",
    "issue",
    "--account",
    "123456789012",
    "--region",
    "us-east-1",
    "--at",
    "2015-11-29T21:30:53.241Z",
];

fn issued(options: &[&str]) -> String {
    let output = cargo_bin_cmd!("mock-ecr")
        .args(ISSUE)
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_same_seed_and_claims_result_in_the_same_token() {
    assert_eq!(
        issued(&[]),
        include_str!("../../crates/mock-ecr/src/token/example.txt")
    );
}

#[test]
fn a_token_is_accepted_only_by_mocks_with_its_seed() {
    let token = issued(&["--seed", "blue"]);
    let status = |seed: &str| {
        let mock = Mock::serve(&["--clock", "frozen", "--seed", seed]);
        mock.ping(token.trim())[..12].to_owned()
    };
    assert_eq!(status("blue"), "HTTP/1.1 200");
    assert_eq!(status("red"), "HTTP/1.1 400");
}

#[test]
fn a_token_is_inspected() {
    let token = issued(&[]);
    for (at, state, code) in [
        ("2015-11-30T09:30:53.240Z", "valid", 0),
        (
            "2015-11-30T09:30:53.241Z",
            "invalid: expired since 2015-11-30T09:30:53.241Z",
            1,
        ),
    ] {
        cargo_bin_cmd!("mock-ecr")
            .args(["token", "inspect", "--at", at])
            .write_stdin(token.as_str())
            .assert()
            .code(code)
            .stdout(format!(
                "id         fa44db647e557a51\n\
                 principal  arn:aws:iam::123456789012:root\n\
                 account    123456789012\n\
                 region     us-east-1\n\
                 issued     2015-11-29T21:30:53.241Z\n\
                 expires    2015-11-30T09:30:53.241Z\n\
                 state      {state}\n"
            ));
    }
}

#[test]
fn a_password_is_inspected_like_its_token() {
    let password = issued(&["--password"]);
    cargo_bin_cmd!("mock-ecr")
        .args(["token", "inspect", "--clock", "frozen", password.trim()])
        .assert()
        .code(0)
        .stdout(
            predicate::str::contains("fa44db647e557a51")
                .and(predicate::str::ends_with("state      valid\n")),
        );
}

#[test]
fn a_text_that_is_not_a_token_of_the_seed_is_invalid() {
    let token = issued(&["--seed", "blue"]);
    for (text, why) in [
        (token.trim(), "issued with another seed, or changed"),
        ("%%%", "not base64"),
        ("e30=", "not in the form of a token"),
    ] {
        cargo_bin_cmd!("mock-ecr")
            .args(["token", "inspect", "--clock", "frozen", text])
            .assert()
            .code(1)
            .stdout(
                predicate::str::starts_with("state      invalid: ")
                    .and(predicate::str::contains(why)),
            );
    }
}

#[test]
fn at_most_a_mebibyte_of_stdin_is_read() {
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("mock-ecr"))
        .args(["token", "inspect"])
        .stdin(std::fs::File::open("/dev/zero").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.ends_with(b": not base64\n"));
}

#[test]
fn a_write_error_is_an_error_of_one_line() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("mock-ecr"))
        .args(ISSUE)
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "mock-ecr: cannot write to stdout: No space left on device (os error 28)\n"
    );
}
