//! boto3 and the AWS SDK for JavaScript call every operation of ECR: `steps.json` lists the calls, and what the client must find in the
//! parsed responses. `tests/sdk/all_operations` does the same with the AWS SDK for Rust.

use std::collections::BTreeSet;
use std::fs;

use mock_ecr::MockEcr;
use mock_ecr::request_log::Service;
use serde_json::Value;

use crate::shell::{Redirection, Shell};

#[test]
fn boto3_calls_every_operation() {
    let program = include_str!("with_boto3.py");
    assert_every_operation_is_called("python3", program, "Boto3/");
}

#[test]
fn the_sdk_for_javascript_calls_every_operation() {
    let program = include_str!("with_javascript.js");
    assert_every_operation_is_called("node", program, "aws-sdk-js/");
}

/// The work in the background does not end, so that a test can stop a backfill.
const CONFIG: &str = "
background = { replication_delay = '1h', lifecycle_preview_duration = '1h', scan_duration = '1h' }
";

/// Runs a program of a client, and asserts that requests of this client succeeded for each operation.
#[track_caller]
fn assert_every_operation_is_called(interpreter: &str, program: &str, user_agent: &str) {
    let shell = Shell::redirected_by(Redirection::Nowhere);
    fs::write(shell.file("steps.json"), include_str!("steps.json")).unwrap();
    fs::write(shell.file("program"), program).unwrap();
    fs::write(shell.file("mock.toml"), CONFIG).unwrap();
    let log = format!("mock-ecr request --service ecr --user-agent {user_agent} --json");
    let command = format!(
        "mock-ecr run --isolate --config mock.toml -- sh -c '{interpreter} program && {log}'"
    );
    let printed = shell.run(&[command]);
    let log: Value = serde_json::from_str(&printed).unwrap();
    let mut called = BTreeSet::new();
    for request in log["requests"].as_array().unwrap() {
        assert_eq!(request["status"], 200, "{request}");
        called.insert(request["operation"].as_str().unwrap());
    }
    let operations = MockEcr::operations().filter(|one| one.service == Service::Ecr);
    let expected: BTreeSet<_> = operations.map(|one| one.operation).collect();
    assert_eq!(called, expected);
}
