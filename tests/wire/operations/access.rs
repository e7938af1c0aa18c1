//! Who may call what.

use super::Api;

/// The example principal of a configuration, which is allowed a few things.
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

/// What the developer may not do to a repository or to all of them.
fn denied(action: &str, resource: &str, why: &str) -> String {
    format!(
        "User: arn:aws:iam::123456789012:user/developer is not authorized to perform: ecr:{action} on resource: arn:aws:ecr:us-east-1:{resource} {why}"
    )
}

fn no_policy(kind: &str, action: &str) -> String {
    format!("because no {kind}-based policy allows the ecr:{action} action")
}

async fn forbids(api: &Api, action: &str, input: &str, message: &str) {
    api.rejects(action, input, "AccessDeniedException", message)
        .await;
}

#[tokio::test]
async fn what_no_policy_allows_is_rejected_in_the_recorded_words() {
    // Source: ministryofjustice/modernisation-platform-environments#10067 (2025).
    let api = Api::of(READER).await;
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
        forbids(&api, operation, &input, &text).await;
    }
    let arn = "arn:aws:ecr:us-east-1:123456789012:repository/app";
    let input = format!(r#"{{"resourceArn":"{arn}"}}"#);
    let why = no_policy("identity", "ListTagsForResource");
    let text = denied("ListTagsForResource", "123456789012:repository/app", &why);
    forbids(&api, "ListTagsForResource", &input, &text).await;
    let app = r#"{"repositoryName":"app"}"#;
    let described = api.gives("DescribeImages", app).await;
    assert_eq!(described, r#"{"imageDetails":[]}"#);
}

#[tokio::test]
async fn all_repositories_of_a_registry_are_a_resource_of_their_own() {
    // Source: aws-amplify/amplify-cli#10828 (2022).
    let api = Api::of(READER).await;
    let why = no_policy("identity", "DescribeRepositories");
    let text = denied("DescribeRepositories", "123456789012:repository/*", &why);
    forbids(&api, "DescribeRepositories", "{}", &text).await;
}

#[tokio::test]
async fn what_a_policy_denies_is_rejected_in_other_words() {
    // Source: aws/aws-cli#5592 (2020).
    let api = Api::of(READER).await;
    let text = denied(
        "ListImages",
        "123456789012:repository/app",
        "with an explicit deny",
    );
    let input = r#"{"repositoryName":"app"}"#;
    forbids(&api, "ListImages", input, &text).await;
}

#[tokio::test]
async fn another_account_s_repository_is_closed() {
    // Source: ministryofjustice/modernisation-platform#4454 (2023).
    let api = Api::of(READER).await;
    let input = r#"{"registryId":"210987654321","repositoryName":"theirs"}"#;
    let why = no_policy("resource", "DescribeImages");
    let text = denied("DescribeImages", "210987654321:repository/theirs", &why);
    forbids(&api, "DescribeImages", input, &text).await;
}

#[tokio::test]
async fn another_account_s_repositories_are_not_listed() {
    // Source: artsy/hokusai#27 (2017), whose text is older; the resource after aws-amplify/amplify-cli#10828 (2022).
    let theirs = "[[repositories]]\nname = 'theirs'\naccount = '210987654321'\n";
    let input = r#"{"registryId":"210987654321"}"#;
    let api = Api::of(theirs).await;
    let why = no_policy("resource", "DescribeRepositories");
    let text = denied("DescribeRepositories", "210987654321:repository/*", &why);
    forbids(&api, "DescribeRepositories", input, &text).await;
    let api = Api::of(&format!("cross_account = 'open'\n{theirs}")).await;
    let listed = api.gives("DescribeRepositories", input).await;
    assert!(listed.contains(r#""repositoryName":"theirs""#), "{listed}");
}

#[tokio::test]
async fn a_repository_s_policy_lets_its_own_account_in() {
    // Source: IAM's policy evaluation logic.
    let api = Api::of(READER).await;
    let input = r#"{"repositoryName":"app"}"#;
    let policy = r#"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:DeleteRepository\"}]}"#;
    let set = format!(r#"{{"repositoryName":"app","policyText":"{policy}"}}"#);
    api.gives("SetRepositoryPolicy", &set).await;
    api.gives("DeleteRepository", input).await;
}
