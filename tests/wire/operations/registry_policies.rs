//! The settings of a registry and its policy: its form, its scope, and the requests to which it applies.

use mock_ecr::{Preserve, Principal};

use super::Api;
use crate::raw::RawRequest;
use crate::response::Response;
use crate::signer::Signer;

const READER: &str = "arn:aws:iam::123456789012:user/reader";
const GUEST: &str = "arn:aws:iam::210987654321:user/guest";

/// Two accounts: the example user and a user without permissions in one, and a user in the other.
const CONFIG: &str = "
[[repositories]]
name = 'app'

[[repositories]]
name = 'other/app'

[[principals]]
arn = 'arn:aws:iam::123456789012:user/developer'
access_key_id = 'AKIAIOSFODNN7EXAMPLE'
secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

[[principals]]
arn = 'arn:aws:iam::123456789012:user/reader'
access_key_id = 'R'
secret_access_key = 'S'
allow = []

[[principals]]
arn = 'arn:aws:iam::210987654321:user/guest'
access_key_id = 'G'
secret_access_key = 'S'
";

async fn api() -> Api {
    Api::with_config(CONFIG).await
}

/// Returns an input with a policy.
fn input(policy: &str) -> String {
    serde_json::json!({ "policyText": policy }).to_string()
}

/// Returns a policy of one statement about a principal of type `AWS`.
fn policy(effect: &str, principal: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Principal":{{"AWS":"{principal}"}},"Action":{action},"Resource":"{resource}"}}]}}"#
    )
}

async fn put(api: &Api, policy: &str) {
    api.output("PutRegistryPolicy", &input(policy)).await;
}

/// Calls an operation as another principal than the default one.
async fn call_as(api: &Api, arn: &str, operation: &str, input: &str) -> Response {
    let id = if arn == GUEST { "G" } else { "R" };
    let signer = Signer::new(&Principal::new(arn.parse().unwrap(), id, "S"));
    let call = RawRequest::call(operation).body(input.to_owned());
    call.signed_by(&signer).to(&api.0).await
}

async fn status_as(api: &Api, arn: &str, operation: &str, input: &str) -> u16 {
    call_as(api, arn, operation, input).await.status()
}

#[tokio::test]
async fn a_registry_is_described_with_an_empty_replication_configuration() {
    // Source: an AWS blog post.
    let body =
        r#"{"registryId":"123456789012","replicationConfiguration":{"rules":[]}}"#.to_owned();
    assert_eq!(api().await.output("DescribeRegistry", "{}").await, body);
}

#[tokio::test]
async fn a_policy_is_returned_normalised() {
    // [ANALOG] Source: cloud-custodian/cloud-custodian, `test_ecr_image_modify_policy` (2021), for a repository.
    let api = api().await;
    let sent = r#"{"Statement":[{"Resource":["arn:aws:ecr:us-east-1:123456789012:repository/*"],"Action":["ecr:ReplicateImage","ecr:CreateRepository"],"Principal":{"AWS":["210987654321"]},"Effect":"Allow","Sid":"a"}],"Version":"2012-10-17"}"#;
    let text = r#"{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ {\n    \"Sid\" : \"a\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {\n      \"AWS\" : \"arn:aws:iam::210987654321:root\"\n    },\n    \"Action\" : [ \"ecr:ReplicateImage\", \"ecr:CreateRepository\" ],\n    \"Resource\" : \"arn:aws:ecr:us-east-1:123456789012:repository/*\"\n  } ]\n}"#;
    let output = format!(r#"{{"policyText":"{text}","registryId":"123456789012"}}"#);
    assert_eq!(api.output("PutRegistryPolicy", &input(sent)).await, output);
    assert_eq!(api.output("GetRegistryPolicy", "{}").await, output);
    assert_eq!(api.output("DeleteRegistryPolicy", "{}").await, output);
    // Source: getmoto/moto, `ecr/exceptions.py`.
    let none = "Registry policy does not exist in the registry with id '123456789012'";
    for operation in ["GetRegistryPolicy", "DeleteRegistryPolicy"] {
        api.assert_error(operation, "{}", "RegistryPolicyNotFoundException", none)
            .await;
    }
}

#[tokio::test]
async fn a_policy_belongs_to_one_region_and_a_reset_removes_it() {
    let api = api().await;
    put(&api, &policy("Allow", GUEST, r#""ecr:*""#, "*")).await;
    let elsewhere = Signer::default().in_region("eu-west-1");
    let get = RawRequest::call("GetRegistryPolicy").signed_by(&elsewhere);
    assert_eq!(get.to(&api.0).await.status(), 400);
    assert_eq!(api.call("GetRegistryPolicy", "{}").await.status(), 200);
    api.0.reset(Preserve::Nothing).await.unwrap();
    assert_eq!(api.call("GetRegistryPolicy", "{}").await.status(), 400);
}

#[tokio::test]
async fn an_invalid_policy_is_rejected_with_the_recorded_text() {
    // Sources: pulumi/pulumi-aws#2326 (2023), hashicorp/terraform-provider-aws#40933 (2025).
    let api = api().await;
    let text = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'";
    let without_resource = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}"#;
    for wrong in [
        "not JSON".to_owned(),
        without_resource.to_owned(),
        policy("Allow", GUEST, r#""s3:GetObject""#, "*"),
        policy("Allow", GUEST, r#""ecr:*""#, "app"),
        policy("Allow", "999999999999", r#""ecr:*""#, "*"),
        policy(
            "Allow",
            "arn:aws:iam::123456789012:user/nobody",
            r#""ecr:*""#,
            "*",
        ),
    ] {
        let code = "InvalidParameterException";
        api.assert_error("PutRegistryPolicy", &input(&wrong), code, text)
            .await;
    }
    // Source: aws/containers-roadmap#2675 (2025).
    let malformed_arn = "arn:aws:us-east-1:123456789012:repository/*";
    put(&api, &policy("Allow", GUEST, r#""ecr:*""#, malformed_arn)).await;
    let condition = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}"#;
    let response = api.call("PutRegistryPolicy", &input(condition)).await;
    assert_eq!(response.status(), 501);
}

#[tokio::test]
async fn the_scope_v1_has_three_actions() {
    // Source: "Private registry permissions in Amazon ECR" in the user guide of Amazon ECR; hashicorp/terraform-provider-aws#40933 (2025).
    let api = api().await;
    let all = policy("Allow", GUEST, r#""ecr:*""#, "*");
    put(&api, &all).await;
    let app = r#"{"repositoryName":"app","registryId":"123456789012"}"#;
    let create = r#"{"repositoryName":"new","registryId":"123456789012"}"#;
    assert_eq!(status_as(&api, GUEST, "ListImages", app).await, 200);
    let v1 = r#"{"name":"REGISTRY_POLICY_SCOPE","value":"V1"}"#;
    api.output("PutAccountSetting", v1).await;
    assert_eq!(status_as(&api, GUEST, "ListImages", app).await, 400);
    assert_eq!(
        status_as(&api, GUEST, "CreateRepository", create).await,
        200
    );

    let three = r#"["ecr:ReplicateImage","ecr:BatchImportUpstreamImage","ecr:createrepository"]"#;
    put(&api, &policy("Allow", GUEST, three, "*")).await;
    put(&api, &all).await;
    let list = policy(
        "Allow",
        GUEST,
        r#"["ecr:ReplicateImage","ecr:ListImages"]"#,
        "*",
    );
    let text = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided'";
    let code = "InvalidParameterException";
    api.assert_error("PutRegistryPolicy", &input(&list), code, text)
        .await;
    let v2 = v1.replace("V1", "V2");
    api.output("PutAccountSetting", &v2).await;
    put(&api, &list).await;
}

#[tokio::test]
async fn a_policy_applies_to_the_resources_that_it_names() {
    let api = api().await;
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/other/*";
    put(&api, &policy("Allow", GUEST, r#""ecr:ListImages""#, arn)).await;
    for (name, status) in [("app", 400), ("other/app", 200)] {
        let list = format!(r#"{{"repositoryName":"{name}","registryId":"123456789012"}}"#);
        assert_eq!(status_as(&api, GUEST, "ListImages", &list).await, status);
    }
    let others = format!(
        r#"{{"Statement":[{{"Effect":"Deny","Principal":"*","Action":"ecr:ListImages","NotResource":"{arn}"}}]}}"#
    );
    put(&api, &others).await;
    let list = r#"{"repositoryName":"app"}"#;
    let denied = api.call("ListImages", list).await;
    let text = "with an explicit deny in a resource-based policy";
    assert!(denied.body.contains(text), "{}", denied.body);
    let list = r#"{"repositoryName":"other/app"}"#;
    assert_eq!(api.call("ListImages", list).await.status(), 200);
}

#[tokio::test]
async fn a_policy_and_the_policy_of_a_repository_are_evaluated_together() {
    // Source: "Policy evaluation logic" in AWS's IAM user guide: one policy that allows is sufficient, and one that denies has precedence.
    let api = api().await;
    let app = r#"{"repositoryName":"app"}"#;
    assert_eq!(status_as(&api, READER, "ListImages", app).await, 400);
    put(&api, &policy("Allow", READER, r#""ecr:ListImages""#, "*")).await;
    assert_eq!(status_as(&api, READER, "ListImages", app).await, 200);
    let deny = format!(
        r#"{{"Statement":[{{"Effect":"Deny","Principal":{{"AWS":"{READER}"}},"Action":"ecr:ListImages"}}]}}"#
    );
    let set = serde_json::json!({"repositoryName": "app", "policyText": deny}).to_string();
    api.output("SetRepositoryPolicy", &set).await;
    assert_eq!(status_as(&api, READER, "ListImages", app).await, 400);
    put(&api, &policy("Deny", READER, r#""ecr:ListImages""#, "*")).await;
    let allow = set.replace("Deny", "Allow");
    api.output("SetRepositoryPolicy", &allow).await;
    assert_eq!(status_as(&api, READER, "ListImages", app).await, 400);
    api.output("DeleteRegistryPolicy", "{}").await;
    assert_eq!(status_as(&api, READER, "ListImages", app).await, 200);
}

#[tokio::test]
async fn a_policy_applies_to_actions_on_the_registry_and_on_all_repositories() {
    // [ASSUME]: an action without a resource has the resource `*`, and no policy of a registry applies to GetAuthorizationToken.
    let api = api().await;
    let repositories = "arn:aws:ecr:us-east-1:123456789012:repository/*";
    put(
        &api,
        &policy("Allow", READER, r#""ecr:Describe*""#, repositories),
    )
    .await;
    assert_eq!(
        status_as(&api, READER, "DescribeRepositories", "{}").await,
        200
    );
    assert_eq!(status_as(&api, READER, "DescribeRegistry", "{}").await, 400);
    put(&api, &policy("Allow", READER, r#""ecr:*""#, "*")).await;
    assert_eq!(status_as(&api, READER, "DescribeRegistry", "{}").await, 200);
    assert_eq!(
        status_as(&api, READER, "GetAuthorizationToken", "{}").await,
        400
    );
    put(&api, &policy("Allow", GUEST, r#""ecr:*""#, "*")).await;
    let theirs = r#"{"registryId":"123456789012"}"#;
    assert_eq!(
        status_as(&api, GUEST, "DescribeRepositories", theirs).await,
        200
    );
}

#[tokio::test]
async fn a_policy_applies_to_requests_to_the_registry() {
    let api = api().await;
    let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    let get = async |path: &str| {
        let region = "us-east-1".parse().unwrap();
        let token = api.0.issue_token_for(READER.parse().unwrap(), region);
        let request = RawRequest::new("GET", path)
            .with_token(&token)
            .on_host(host);
        request.to(&api.0).await.status()
    };
    assert_eq!(get("/v2/app/tags/list").await, 403);
    assert_eq!(get("/v2/_catalog").await, 403);
    put(&api, &policy("Allow", READER, r#""ecr:*""#, "*")).await;
    assert_eq!(get("/v2/app/tags/list").await, 200);
    assert_eq!(get("/v2/_catalog").await, 200);
}

#[tokio::test]
async fn the_policy_of_a_registry_can_let_the_caller_set_another_policy() {
    let api = api().await;
    put(
        &api,
        &policy("Allow", READER, r#""ecr:SetRepositoryPolicy""#, "*"),
    )
    .await;
    let other = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:ListImages"}]}"#;
    let set = serde_json::json!({"repositoryName": "app", "policyText": other}).to_string();
    let set = call_as(&api, READER, "SetRepositoryPolicy", &set).await;
    assert_eq!(set.status(), 200, "{}", set.body);
}
