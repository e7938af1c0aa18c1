//! AWS CLI v1 in plain `#[test]` functions. The guide on Rust shows the code below the first blank line, with `aws` as the program.

use std::time::Duration;

use assert_cmd::Command;
use mock_ecr::MockEcr;
use predicates::str::contains;

use crate::installed;

fn aws(ecr: &MockEcr) -> Command {
    let mut aws = Command::new(installed::from_variable("AWS_V1"));
    aws.arg("ecr").envs(ecr.env());
    aws
}

#[test]
fn the_password_expires_after_twelve_hours() {
    let ecr = MockEcr::builder().frozen().start_blocking().unwrap();
    let output = aws(&ecr).arg("get-login-password").output().unwrap();
    let password = String::from_utf8(output.stdout).unwrap();
    assert!(ecr.verify_token(password.trim_end()).is_ok());
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let error = ecr.verify_token(password.trim_end()).unwrap_err();
    assert_eq!(error.to_string(), "expired since 2015-11-30T09:30:53.241Z");
}

#[test]
fn a_throttled_call_is_repeated() {
    let ecr = MockEcr::start_blocking().unwrap();
    ecr.block_on(ecr.create_repository("team/app")).unwrap();
    let throttled = ecr.faults().throttling().times(1).set().unwrap();
    let call = aws(&ecr).arg("describe-repositories").assert();
    call.success().stdout(contains("team/app"));
    assert_eq!(throttled.triggered(), 1);
    ecr.requests().operation("DescribeRepositories").expect(2);
}

#[test]
fn the_guide_shows_these_tests() {
    let guide = include_str!("../../docs/src/guides/rust.md");
    let code = include_str!("plain_tests.rs");
    let (_, code) = code.split_once("\n\n").unwrap();
    let (code, _) = code.split_once("#[test]\nfn the_guide").unwrap();
    let code = code
        .replace("use crate::installed;\n\n", "")
        .replace(r#"installed::from_variable("AWS_V1")"#, r#""aws""#);
    let example = format!("```rust,no_run\n{}\n```", code.trim_end());
    assert!(
        guide.contains(&example),
        "expected in the guide:\n{example}"
    );
}
