//! Real clients around the mock: what they print must not depend on which of them is asked.
//!
//! `scripts/test` installs AWS CLI v1 and boto3 and says where they are. Every client here is led to the mock by its
//! environment, and calls nobody else.

use std::path::PathBuf;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

fn around(client: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(cargo_bin("mock-ecr"))
        .args(["run", "--clock", "frozen", "--"])
        .args(client)
        .env("HOME", home.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{client:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// `ecr` is another package's program; it lies where this one does, once the workspace is built.
pub(crate) fn ecr() -> String {
    let program = cargo_bin("mock-ecr").with_file_name("ecr");
    assert!(
        program.exists(),
        "{} is missing: build the workspace first",
        program.display()
    );
    program.to_str().unwrap().to_owned()
}

pub(crate) fn installed(variable: &str) -> String {
    let path = std::env::var(variable)
        .map(PathBuf::from)
        .unwrap_or_default();
    assert!(
        path.is_file(),
        "{variable} must name a program: scripts/test installs it and sets the variable"
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
        let of_ecr = around(&[&[ecr().as_str()], &arguments[1..]].concat());
        let of_aws = around(&[&[aws.as_str()], arguments].concat());
        assert_eq!(of_ecr, of_aws, "{arguments:?}");
        assert!(!of_ecr.is_empty());
    }
}

#[test]
fn boto3_is_given_what_ecr_is_given() {
    let python = installed("MOCK_ECR_PYTHON");
    let script = "import boto3, json\n\
        data = boto3.client('ecr').get_authorization_token()['authorizationData']\n\
        for entry in data: entry['expiresAt'] = entry['expiresAt'].timestamp()\n\
        print(json.dumps({'authorizationData': data}, indent=4))";
    let of_boto3 = around(&[&python, "-c", script]);
    assert_eq!(of_boto3, around(&[&ecr(), "get-authorization-token"]));
    assert!(of_boto3.contains("1448875853.241"), "{of_boto3}");
}
