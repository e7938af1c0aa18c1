//! Clients that call an operation that the mock does not implement: they show the message and do not retry.

use serde_json::Value;

use crate::shell::{Redirection, Shell};

#[test]
fn aws_cli_v1_shows_the_message() {
    assert_shows_the_message(
        "aws ecr-public describe-registries --endpoint-url $AWS_ENDPOINT_URL_ECR",
    );
}

#[test]
fn boto3_shows_the_message() {
    assert_shows_the_message(
        r#"python3 -c "import boto3, os; boto3.client('ecr-public', endpoint_url=os.environ['AWS_ENDPOINT_URL_ECR']).describe_registries()""#,
    );
}

#[test]
fn the_sdk_for_javascript_shows_the_message() {
    assert_shows_the_message(
        // The client has no operation that the mock does not implement, so the request is changed to one of another service.
        r#"node -e "const ecr = new (require('@aws-sdk/client-ecr').ECR)(); const other = (next) => (call) => { call.request.headers['x-amz-target'] = 'SpencerFrontendService.DescribeRegistries'; return next(call); }; ecr.middlewareStack.add(other, { step: 'build' }); ecr.describeRegistry({})""#,
    );
}

#[track_caller]
fn assert_shows_the_message(call: &str) {
    let commands = [
        format!("if {call} 2>&1; then exit 1; fi"),
        "echo REQUESTS; mock-ecr request --operation DescribeRegistries --json".to_owned(),
    ];
    let printed = Shell::redirected_by(Redirection::Env).run(&commands);
    let message = "mock-ecr does not implement the operation DescribeRegistries of ecr-public";
    assert!(printed.contains(message), "{printed}");
    let (_, json) = printed
        .split_once(
            "REQUESTS
",
        )
        .unwrap();
    let requests: Value = serde_json::from_str(json).unwrap();
    assert_eq!(requests["matched"], 1, "{printed}");
}
