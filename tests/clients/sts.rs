//! Clients that call `GetCallerIdentity`, as many login scripts do first.

use serde_json::Value;

use crate::shell::{Redirection, Shell};

const CLI: &str = "aws sts get-caller-identity --output json";
const BOTO3: &str = r#"python3 -c "import boto3, json; print(json.dumps(boto3.client('sts').get_caller_identity()))""#;

#[test]
fn a_script_gets_its_account_from_sts_and_logs_in() {
    let commands = [
        "account=$(aws sts get-caller-identity --query Account --output text)",
        r#"aws ecr get-login-password | skopeo login --username AWS --password-stdin "$account.dkr.ecr.us-east-1.amazonaws.com""#,
    ];
    for redirection in [Redirection::Sandbox, Redirection::Proxy] {
        let printed = Shell::redirected_by(redirection).run(&commands.map(str::to_owned));
        assert!(
            printed.contains("Login Succeeded"),
            "{redirection:?}: {printed}"
        );
    }
}

#[test]
fn aws_cli_v1_and_boto3_get_the_caller_identity() {
    for client in [CLI, BOTO3] {
        for redirection in [Redirection::Env, Redirection::Sandbox, Redirection::Proxy] {
            let printed = Shell::redirected_by(redirection).run(&[client.to_owned()]);
            let identity: Value = serde_json::from_str(&printed).unwrap();
            let arn = "arn:aws:iam::123456789012:user/developer";
            assert_eq!(identity["Arn"], arn, "{redirection:?} {client}");
            assert_eq!(
                identity["Account"], "123456789012",
                "{redirection:?} {client}"
            );
        }
    }
}

#[test]
fn the_global_endpoint_is_served() {
    let legacy = format!("AWS_STS_REGIONAL_ENDPOINTS=legacy {CLI}");
    let commands = [
        legacy,
        "echo HOST; mock-ecr request --service sts --host sts.amazonaws.com --json".to_owned(),
    ];
    let printed = Shell::redirected_by(Redirection::Proxy).run(&commands);
    let (_, json) = printed.split_once("HOST\n").unwrap();
    let requests: Value = serde_json::from_str(json).unwrap();
    assert_eq!(requests["matched"], 1, "{printed}");
}

#[test]
fn a_wrong_key_is_rejected_with_the_error_of_sts() {
    let shell = Shell::redirected_by(Redirection::Env).with_wrong_secret_key();
    shell.assert_fails(&[CLI.to_owned()], "SignatureDoesNotMatch");
}

#[test]
fn an_operation_that_is_not_implemented_is_named() {
    let message = "mock-ecr does not implement the operation GetSessionToken of sts";
    let shell = Shell::redirected_by(Redirection::Env);
    shell.assert_fails(&["aws sts get-session-token".to_owned()], message);
}
