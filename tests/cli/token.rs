use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;

use crate::mock::Mock;

const MINT: [&str; 8] = [
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
        .args(MINT)
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_issued_token_is_the_one_that_every_machine_issues() {
    assert_eq!(
        issued(&[]),
        include_str!("../../fixtures/tokens/example.txt")
    );
}

#[test]
fn a_issued_token_opens_a_mock_of_the_same_seed_and_no_other() {
    let token = issued(&["--seed", "blue"]);
    let status = |seed: &str| {
        let mock = Mock::serve(&["--clock", "frozen", "--seed", seed]);
        mock.ping(token.trim())[..12].to_owned()
    };
    assert_eq!(status("blue"), "HTTP/1.1 200");
    assert_eq!(status("red"), "HTTP/1.1 400");
}

#[test]
fn a_token_is_explained() {
    let token = issued(&[]);
    for (at, verdict, code) in [
        (
            "2015-11-30T09:30:53.240Z",
            "valid at 2015-11-30T09:30:53.240Z",
            0,
        ),
        (
            "2015-11-30T09:30:53.241Z",
            "worth nothing at 2015-11-30T09:30:53.241Z: expired since 2015-11-30T09:30:53.241Z",
            1,
        ),
    ] {
        cargo_bin_cmd!("mock-ecr")
            .args(["token", "inspect", "--at", at])
            .write_stdin(token.as_str())
            .assert()
            .code(code)
            .stdout(format!(
                "token      fa44db647e557a51\n\
                 principal  arn:aws:iam::123456789012:root\n\
                 account    123456789012\n\
                 region     us-east-1\n\
                 issued     2015-11-29T21:30:53.241Z\n\
                 expires    2015-11-30T09:30:53.241Z\n\
                 verdict    {verdict}\n"
            ));
    }
}

#[test]
fn a_password_is_explained_like_its_token() {
    let password = issued(&["--password"]);
    cargo_bin_cmd!("mock-ecr")
        .args(["token", "inspect", "--clock", "frozen", password.trim()])
        .assert()
        .code(0)
        .stdout(
            predicate::str::contains("fa44db647e557a51").and(predicate::str::contains("valid at")),
        );
}

#[test]
fn what_is_no_token_of_this_seed_is_told_apart() {
    let token = issued(&["--seed", "blue"]);
    for (text, why) in [
        (token.trim(), "not issued under this seed, or changed since"),
        ("%%%", "not base64"),
        ("e30=", "not of a token's form"),
    ] {
        cargo_bin_cmd!("mock-ecr")
            .args(["token", "inspect", "--clock", "frozen", text])
            .assert()
            .code(1)
            .stdout(
                predicate::str::starts_with("verdict    worth nothing at")
                    .and(predicate::str::contains(why)),
            );
    }
}

#[test]
fn a_stdin_without_an_end_is_judged_all_the_same() {
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("mock-ecr"))
        .args(["token", "inspect"])
        .stdin(std::fs::File::open("/dev/zero").unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.ends_with(b": not base64\n"));
}

#[test]
fn a_closed_stdout_is_one_clear_line() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin("mock-ecr"))
        .args(MINT)
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "mock-ecr: cannot write to stdout: No space left on device (os error 28)\n"
    );
}
