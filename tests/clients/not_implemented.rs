//! Clients that call an operation that the mock does not implement: they show the message and do not retry.

use serde_json::Value;

use crate::shell::{Redirection, Shell};

#[test]
fn aws_cli_v1_shows_the_message() {
    assert_shows_the_message("aws ecr describe-pull-through-cache-rules");
}

#[test]
fn boto3_shows_the_message() {
    assert_shows_the_message(
        r#"python3 -c "import boto3; boto3.client('ecr').describe_pull_through_cache_rules()""#,
    );
}

#[test]
fn the_sdk_for_javascript_shows_the_message() {
    assert_shows_the_message(
        r#"node -e "new (require('@aws-sdk/client-ecr').ECR)().describePullThroughCacheRules({})""#,
    );
}

#[track_caller]
fn assert_shows_the_message(call: &str) {
    let commands = [
        format!("if {call} 2>&1; then exit 1; fi"),
        "echo REQUESTS; mock-ecr request --operation DescribePullThroughCacheRules --json"
            .to_owned(),
    ];
    let printed = Shell::redirected_by(Redirection::Env).run(&commands);
    let message = "mock-ecr does not implement the operation DescribePullThroughCacheRules of ecr";
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
