//! Authorization of operations.

use super::Api;

/// A configuration in which the example principal may call only some operations.
const READER: &str = r#"
[[repositories]]
name = "app"

[[repositories]]
name = "theirs"
account = "210987654321"

[[principals]]
arn = "arn:aws:iam::123456789012:user/developer"
access_key_id = "AKIAIOSFODNN7EXAMPLE"
secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
allow = ["ecr:DescribeImages", "ecr:SetRepositoryPolicy"]
deny = ["ecr:ListImages"]
"#;

/// Returns the message of a denied action on a repository or on all repositories.
fn denied(action: &str, resource: &str, why: &str) -> String {
    format!(
        "User: arn:aws:iam::123456789012:user/developer is not authorized to perform: ecr:{action} on resource: arn:aws:ecr:us-east-1:{resource} {why}"
    )
}

fn no_policy(kind: &str, action: &str) -> String {
    format!("because no {kind}-based policy allows the ecr:{action} action")
}

async fn assert_access_denied(api: &Api, action: &str, input: &str, message: &str) {
    api.assert_error(action, input, "AccessDeniedException", message)
        .await;
}

#[tokio::test]
async fn an_action_that_no_policy_allows_is_denied_with_the_recorded_text() {
    // Source: ministryofjustice/modernisation-platform-environments#10067 (2025).
    let api = Api::with_config(READER).await;
    for (operation, more) in [
        ("CreateRepository", ""),
        ("DeleteRepository", ""),
        ("BatchGetImage", r#","imageIds":[{"imageTag":"a"}]"#),
        ("PutImage", r#","imageManifest":"{}""#),
        ("InitiateLayerUpload", ""),
        ("DeleteRepositoryPolicy", ""),
    ] {
        let input = format!(r#"{{"repositoryName":"app"{more}}}"#);
        let why = no_policy("identity", operation);
        let text = denied(operation, "123456789012:repository/app", &why);
        assert_access_denied(&api, operation, &input, &text).await;
    }
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    let input = format!(r#"{{"resourceArn":"{arn}"}}"#);
    let why = no_policy("identity", "ListTagsForResource");
    let text = denied("ListTagsForResource", "123456789012:repository/app", &why);
    assert_access_denied(&api, "ListTagsForResource", &input, &text).await;
    let app = r#"{"repositoryName":"app"}"#;
    let described = api.output("DescribeImages", app).await;
    assert_eq!(described, r#"{"imageDetails":[]}"#);
}

#[tokio::test]
async fn describe_repositories_is_authorized_for_all_repositories() {
    // Source: aws-amplify/amplify-cli#10828 (2022).
    let api = Api::with_config(READER).await;
    let why = no_policy("identity", "DescribeRepositories");
    let text = denied("DescribeRepositories", "123456789012:repository/*", &why);
    assert_access_denied(&api, "DescribeRepositories", "{}", &text).await;
}

#[tokio::test]
async fn an_explicit_deny_has_its_own_text() {
    // [ANALOG] Source: errors of IAM, of 2026.
    let api = Api::with_config(READER).await;
    let text = denied(
        "ListImages",
        "123456789012:repository/app",
        "with an explicit deny in an identity-based policy",
    );
    let input = r#"{"repositoryName":"app"}"#;
    assert_access_denied(&api, "ListImages", input, &text).await;
}

#[tokio::test]
async fn access_to_another_account_s_repository_is_denied() {
    // Source: ministryofjustice/modernisation-platform#4454 (2023).
    let api = Api::with_config(READER).await;
    let input = r#"{"registryId":"210987654321","repositoryName":"theirs"}"#;
    let why = no_policy("resource", "DescribeImages");
    let text = denied("DescribeImages", "210987654321:repository/theirs", &why);
    assert_access_denied(&api, "DescribeImages", input, &text).await;
}

#[tokio::test]
async fn another_account_s_repositories_are_not_listed() {
    // Source: artsy/hokusai#27 (2017), with an older text; the resource is that of aws-amplify/amplify-cli#10828 (2022).
    let theirs = "[[repositories]]\nname = 'theirs'\naccount = '210987654321'\n";
    let input = r#"{"registryId":"210987654321"}"#;
    let api = Api::with_config(theirs).await;
    let why = no_policy("resource", "DescribeRepositories");
    let text = denied("DescribeRepositories", "210987654321:repository/*", &why);
    assert_access_denied(&api, "DescribeRepositories", input, &text).await;
    let api = Api::with_config(&format!("cross_account = 'open'\n{theirs}")).await;
    let listed = api.output("DescribeRepositories", input).await;
    assert!(listed.contains(r#""repositoryName":"theirs""#), "{listed}");
}

#[tokio::test]
async fn a_repository_policy_can_allow_its_own_account() {
    // Source: IAM's policy evaluation logic.
    let api = Api::with_config(READER).await;
    let input = r#"{"repositoryName":"app"}"#;
    let policy = r#"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:DeleteRepository\"}]}"#;
    let set = format!(r#"{{"repositoryName":"app","policyText":"{policy}"}}"#);
    api.output("SetRepositoryPolicy", &set).await;
    api.output("DeleteRepository", input).await;
}
