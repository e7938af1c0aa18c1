//! Real clients with the mock: all clients must return the same data.
//!
//! `scripts/test` installs AWS CLI v1 and boto3 and sets the variables with their paths. Environment variables redirect each client to
//! the mock.

use std::path::PathBuf;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

/// Runs a client with a mock and returns its stdout.
fn run_with_mock(client: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(cargo_bin("mock-ecr"))
        // Each run has its own port, which the form `mock` contains.
        .args(["run", "--clock", "frozen", "--proxy-endpoint", "aws", "--"])
        .args(client)
        .env("HOME", home.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{client:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the path of `ecr`, which belongs to another package of the workspace.
fn ecr() -> String {
    let program = cargo_bin("mock-ecr").with_file_name("ecr");
    assert!(
        program.exists(),
        "{} is missing: build the workspace first",
        program.display()
    );
    program.to_str().unwrap().to_owned()
}

/// Returns the path in a variable.
pub(crate) fn installed(variable: &str) -> String {
    let path = std::env::var(variable)
        .map(PathBuf::from)
        .unwrap_or_default();
    assert!(
        path.is_file(),
        "{variable} is not the path of a program: scripts/test installs it and sets the variable"
    );
    path.to_str().unwrap().to_owned()
}

#[test]
fn ecr_and_aws_cli_v1_print_the_same_bytes() {
    let aws = installed("AWS_V1");
    for arguments in [
        &["ecr", "get-authorization-token"][..],
        &[
            "ecr",
            "get-authorization-token",
            "--registry-ids",
            "210987654321",
            "123456789012",
        ],
        &["ecr", "get-login-password"],
    ] {
        let ecr_output = run_with_mock(&[&[ecr().as_str()], &arguments[1..]].concat());
        let aws_output = run_with_mock(&[&[aws.as_str()], arguments].concat());
        assert_eq!(ecr_output, aws_output, "{arguments:?}");
        assert!(!ecr_output.is_empty());
    }
}

#[test]
fn boto3_and_ecr_return_the_same_data() {
    let python = installed("MOCK_ECR_PYTHON");
    let script = "import boto3, json\n\
        data = boto3.client('ecr').get_authorization_token()['authorizationData']\n\
        for entry in data: entry['expiresAt'] = entry['expiresAt'].timestamp()\n\
        print(json.dumps({'authorizationData': data}, indent=4))";
    let boto3_output = run_with_mock(&[&python, "-c", script]);
    assert_eq!(
        boto3_output,
        run_with_mock(&[&ecr(), "get-authorization-token"])
    );
    assert!(boto3_output.contains("1448875853.241"), "{boto3_output}");
}
