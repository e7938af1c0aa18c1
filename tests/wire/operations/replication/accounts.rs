//! Images that are replicated to another account, as the policy of its registry allows.

use super::*;

/// Calls an operation as the root user of the other account.
async fn call_as_other(api: &Api, operation: &str, input: &Value) -> Response {
    let mut other = Principal::from_arn(&format!("arn:aws:iam::{OTHER}:user/admin")).unwrap();
    other.access_key_id = "OTHER".to_owned();
    let signer = Signer::new(&other).at(api.0.clock().now());
    let call = RawRequest::call(operation).body(input.to_string());
    call.signed_by(&signer).to(&api.0).await
}

/// Starts a mock whose other account has a user.
async fn api() -> Api {
    let other = Principal::from_arn(&format!("arn:aws:iam::{OTHER}:user/admin")).unwrap();
    let config = format!(
        "[[accounts]]\nid = '{OWN}'\n[[accounts]]\nid = '{OTHER}'\n\
         [[principals]]\narn = 'arn:aws:iam::{OWN}:user/developer'\n\
         access_key_id = '{}'\nsecret_access_key = '{}'\n\
         [[principals]]\narn = '{}'\naccess_key_id = 'OTHER'\nsecret_access_key = '{}'\n\
         [[repositories]]\nname = 'app'\n",
        Principal::EXAMPLE_ACCESS_KEY_ID,
        Principal::EXAMPLE_SECRET_ACCESS_KEY,
        other.arn,
        other.secret_access_key.expose(),
    );
    Api::with_config(&config).await
}

/// Returns a statement about the source.
fn statement(effect: &str, actions: &[&str]) -> Value {
    json!({"Effect": effect, "Principal": {"AWS": format!("arn:aws:iam::{OWN}:root")},
        "Action": actions, "Resource": format!("arn:aws:ecr:us-east-1:{OTHER}:repository/*")})
}

const BOTH: [&str; 2] = ["ecr:ReplicateImage", "ecr:CreateRepository"];

/// Sets the policy of the registry of the other account, pushes an image, and returns the state of its replication.
async fn push(api: &Api, tag: &str, statements: &[Value]) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let put = call_as_other(api, "PutRegistryPolicy", &json!({"policyText": policy})).await;
    assert_eq!(put.status(), 200, "{}", put.body);
    replicate(api, tag).await
}

async fn replicate(api: &Api, tag: &str) -> Value {
    api.replicate(json!([rule(&[("us-east-1", OTHER)])])).await;
    api.put(tag, IMAGE).await;
    api.finish();
    api.statuses(tag).await
}

/// Source of the code: aws/containers-roadmap#2675 (2025).
fn denied() -> Value {
    json!([{"failureCode": "DESTINATION_REGISTRY_ACCESS_DENIED", "region": "us-east-1",
        "registryId": OTHER, "status": "FAILED"}])
}

fn complete() -> Value {
    json!([{"region": "us-east-1", "registryId": OTHER, "status": "COMPLETE"}])
}

#[tokio::test]
async fn without_a_policy_the_replication_is_denied() {
    let api = api().await;
    assert_eq!(replicate(&api, "1").await, denied());
    let output = api
        .output(
            "DescribeImageReplicationStatus",
            r#"{"repositoryName":"app","imageId":{"imageTag":"1"}}"#,
        )
        .await;
    let expected = format!(
        r#"{{"imageId":{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"1"}},"replicationStatuses":[{{"failureCode":"DESTINATION_REGISTRY_ACCESS_DENIED","region":"us-east-1","registryId":"{OTHER}","status":"FAILED"}}],"repositoryName":"app"}}"#
    );
    assert_eq!(output, expected);
    let repositories = call_as_other(&api, "DescribeRepositories", &json!({})).await;
    assert_eq!(repositories.body, r#"{"repositories":[]}"#);
}

#[tokio::test]
async fn a_policy_allows_the_replication_and_the_creation_of_the_repository() {
    let api = api().await;
    let allow = |actions: &[&str]| [statement("Allow", actions)];
    let replicate_only = allow(&["ecr:ReplicateImage"]);
    assert_eq!(push(&api, "1", &replicate_only).await, denied());
    let create_only = allow(&["ecr:CreateRepository"]);
    assert_eq!(push(&api, "2", &create_only).await, denied());
    assert_eq!(push(&api, "3", &allow(&BOTH)).await, complete());
    // The repository exists now.
    assert_eq!(push(&api, "4", &replicate_only).await, complete());
    let images = json!({"repositoryName": "app"});
    let images = call_as_other(&api, "ListImages", &images).await;
    let expected = format!(
        r#"{{"imageIds":[{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"3"}},{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"4"}}]}}"#
    );
    assert_eq!(images.body, expected);
    let denying = [
        statement("Allow", &BOTH),
        statement("Deny", &["ecr:ReplicateImage"]),
    ];
    assert_eq!(push(&api, "5", &denying).await, denied());
}

/// Source: a report of a user (2026).
#[tokio::test]
async fn a_condition_on_the_source_account_does_not_match() {
    let api = api().await;
    let mut conditional = statement("Allow", &BOTH);
    conditional["Condition"] = json!({"StringEquals": {"aws:SourceAccount": OWN}});
    assert_eq!(push(&api, "1", &[conditional.clone()]).await, denied());
    conditional["Condition"] = json!({"StringEquals": {"aws:PrincipalAccount": OWN}});
    assert_eq!(push(&api, "2", &[conditional]).await, complete());
}

/// A statement must contain the repository in its resources.
#[tokio::test]
async fn a_policy_for_other_repositories_does_not_allow_the_replication() {
    let api = api().await;
    let mut elsewhere = statement("Allow", &BOTH);
    elsewhere["Resource"] = json!(format!("arn:aws:ecr:us-east-1:{OTHER}:repository/prod/*"));
    assert_eq!(push(&api, "1", &[elsewhere]).await, denied());
}

/// The policies of the mock do not separate accounts in the mode `open`.
#[tokio::test]
async fn without_separate_accounts_a_policy_is_not_required() {
    let config = format!(
        "cross_account = 'open'\n[[accounts]]\nid = '{OWN}'\n[[accounts]]\nid = '{OTHER}'\n[[repositories]]\nname = 'app'\n"
    );
    let api = Api::with_config(&config).await;
    assert_eq!(replicate(&api, "1").await, complete());
}
