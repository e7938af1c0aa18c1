//! Authorization of requests to the registry.

use mock_ecr::{Config, MockEcr};

use super::{HELLO, Registry, error};
use crate::image::IMAGE;
use crate::response::Response;

/// A configuration in which the caller may only read.
const READER: &str = r#"
[[repositories]]
name = "app"

[[principals]]
arn = "arn:aws:iam::123456789012:user/reader"
access_key_id = "A"
secret_access_key = "S"
allow = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
deny = ["ecr:ListImages"]
"#;

#[tokio::test]
async fn an_action_that_no_policy_allows_is_denied_with_the_text_of_ecr() {
    // Source: ministryofjustice/cloud-platform#7245 (2025).
    let registry =
        Registry::from_builder(MockEcr::from_config(Config::parse(READER).unwrap())).await;
    for (method, path, action) in [
        (
            "POST",
            "blobs/uploads/".to_owned(),
            "ecr:InitiateLayerUpload",
        ),
        ("PUT", "manifests/latest".to_owned(), "ecr:PutImage"),
        (
            "DELETE",
            "manifests/latest".to_owned(),
            "ecr:BatchDeleteImage",
        ),
        (
            "GET",
            format!("referrers/{HELLO}"),
            "ecr:ListImageReferrers",
        ),
    ] {
        let response = registry.send(method, &format!("/v2/app/{path}")).await;
        let text = format!(
            "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: {action} on resource: arn:aws:ecr:us-east-1:123456789012:repository/app because no identity-based policy allows the {action} action"
        );
        assert_eq!(
            (response.status(), response.body),
            (403, error("DENIED", &text))
        );
    }
    assert_eq!(
        registry
            .send("GET", "/v2/app/manifests/latest")
            .await
            .status(),
        404
    );
}

#[tokio::test]
async fn an_explicit_deny_has_another_text() {
    // [ANALOG] Source: errors of IAM, of 2026.
    let registry =
        Registry::from_builder(MockEcr::from_config(Config::parse(READER).unwrap())).await;
    let response = registry.send("GET", "/v2/app/tags/list").await;
    assert_eq!(response.status(), 403);
    assert!(
        response
            .body
            .contains("repository/app with an explicit deny in an identity-based policy\"")
    );
}

/// Pushes a manifest to the registry of another account.
async fn push_to_other_account(cross_account: &str) -> Response {
    let config =
        format!("{cross_account}\n[[repositories]]\nname = 'theirs'\naccount = '210987654321'\n");
    let config = Config::parse(&config).unwrap();
    let registry = Registry::from_builder(MockEcr::from_config(config)).await;
    let request = registry
        .request("PUT", "/v2/theirs/manifests/latest")
        .body(IMAGE);
    let host = "210987654321.dkr.ecr.us-east-1.amazonaws.com";
    request.on_host(host).to(&registry.ecr).await
}

#[tokio::test]
async fn cross_account_access_is_denied_unless_the_configuration_allows_it() {
    // Source of the text: aws-actions/amazon-ecr-login#232.
    let response = push_to_other_account("").await;
    let text = "User: arn:aws:iam::123456789012:user/developer is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:us-east-1:210987654321:repository/theirs because no resource-based policy allows the ecr:PutImage action";
    assert_eq!(
        (response.status(), response.body),
        (403, error("DENIED", text))
    );
    assert_eq!(
        push_to_other_account("cross_account = 'open'")
            .await
            .status(),
        201
    );
}

#[tokio::test]
async fn an_expired_token_is_rejected_on_every_route() {
    // Source: flipt-io/flipt#3043; on routes below /v2/, google/go-containerregistry#861.
    let registry = Registry::ecr().await;
    let ttl = registry.ecr.config().token_ttl;
    registry.ecr.clock().advance(ttl);
    for (method, path) in [
        ("GET", "/v2/app/manifests/latest"),
        ("PUT", "/v2/app/manifests/latest"),
        ("POST", "/v2/app/blobs/uploads/"),
        ("GET", "/v2/app/tags/list"),
        ("GET", "/v2/_catalog"),
    ] {
        let expired = registry.send(method, path).await;
        let text = "Your authorization token has expired. Reauthenticate and try again.";
        assert_eq!(
            (expired.status(), expired.body),
            (403, error("DENIED", text))
        );
        let stranger = registry.request(method, path).without("Authorization");
        assert_eq!(stranger.to(&registry.ecr).await.status(), 401);
    }
}

#[tokio::test]
async fn another_account_s_repositories_are_not_in_a_catalog() {
    // [ASSUME], after artsy/hokusai#27 (2017) and aws-amplify/amplify-cli#10828 (2022), which concern the API.
    let theirs = "[[repositories]]\nname = 'theirs'\naccount = '210987654321'\n";
    let catalog = async |config: &str| {
        let registry =
            Registry::from_builder(MockEcr::from_config(Config::parse(config).unwrap())).await;
        let host = "210987654321.dkr.ecr.us-east-1.amazonaws.com";
        let request = registry.request("GET", "/v2/_catalog").on_host(host);
        request.to(&registry.ecr).await
    };
    let closed = catalog(theirs).await;
    let text = "User: arn:aws:iam::123456789012:user/developer is not authorized to perform: ecr:DescribeRepositories on resource: arn:aws:ecr:us-east-1:210987654321:repository/* because no resource-based policy allows the ecr:DescribeRepositories action";
    assert_eq!((closed.status(), closed.body), (403, error("DENIED", text)));
    let open = catalog(&format!("cross_account = 'open'\n{theirs}")).await;
    assert_eq!(open.body, "{\"repositories\":[\"theirs\"]}\n");
}
