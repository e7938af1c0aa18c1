//! Explanations of pushes, layers and limits.

use std::time::Duration;

use mock_ecr::request_log::Explanation;
use mock_ecr::token::AuthorizationToken;
use mock_ecr::{MockEcr, PrincipalArn, Region};

use super::{check, check_all, explanation};
use crate::image::{IMAGE, OCI_MANIFEST, image_with};
use crate::raw::RawRequest;

/// The digest of `hello`.
const HELLO: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

pub(super) async fn explained() -> Vec<Explanation> {
    let builder = MockEcr::builder().frozen().repository("app");
    let ecr = builder.repository_quota(1).start().await.unwrap();
    let token = ecr.issue_token();
    let mut explained = of_tokens(&ecr).await;
    explained.extend(of_calls(&ecr).await);
    explained.extend(of_pushes(&ecr, &token).await);
    explained.extend(of_layers(&ecr, &token).await);
    explained
}

async fn of_tokens(ecr: &MockEcr) -> Vec<Explanation> {
    let stranger: PrincipalArn = "arn:aws:iam::123456789012:user/stranger".parse().unwrap();
    let token = ecr.issue_token_for(stranger, Region::default());
    let ping = RawRequest::ping("GET").with_token(&token);
    check_all(ecr, &[
        (ping, "principal_unknown", "The token is authentic, but arn:aws:iam::123456789012:user/stranger is not in the configuration."),
    ]).await
}

async fn of_calls(ecr: &MockEcr) -> Vec<Explanation> {
    let call = |name: &str, body: &str| RawRequest::call(name).body(body);
    let immutable = r#"{"repositoryName":"app","imageTagMutability":"IMMUTABLE"}"#;
    let changed = call("PutImageTagMutability", immutable)
        .signed()
        .to(ecr)
        .await;
    assert_eq!(changed.status(), 200);
    let partial =
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20151129/us-east-1/ecr/aws4_request";
    let long = "x".repeat(11 << 20);
    check_all(
        ecr,
        &[
            (
                call("CreateRepository", r#"{"repositoryName":"web"}"#).signed(),
                "limit",
                "The registry with id '123456789012' already has the maximum allowed number of repositories which is '1'.",
            ),
            (
                RawRequest::token_call().authorized(partial),
                "incomplete",
                "The signature is incomplete: Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) Authorization=3+YAxKiwbyNF86ydcp4MKjb6a1sIVBkvkIgRnNPTTw8=",
            ),
            (
                RawRequest::token_call().body(long),
                "too_large",
                "The body of the request is too large.",
            ),
        ],
    )
    .await
}

async fn of_pushes(ecr: &MockEcr, token: &AuthorizationToken) -> Vec<Explanation> {
    let put = |manifest: &str| {
        let request = RawRequest::new("PUT", "/v2/app/manifests/1").with_token(token);
        request.with("Content-Type", OCI_MANIFEST).body(manifest)
    };
    assert_eq!(put(IMAGE).to(ecr).await.status(), 201);
    let other = image_with(r#""annotations":{"a":"b"}"#);
    let rejected = image_with(r#""artifactType":"a/b;c=d""#);
    let missing = |method| RawRequest::new(method, "/v2/app/manifests/2").with_token(token);
    let mut explained = check_all(
        ecr,
        &[
            (put(&other), "immutable", "The image tag '1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable."),
            (put(&rejected), "rule_of_ecr", "ECR rejects this push (quirk plain_media_types): A manifest with a parameter, such as `;version=0.2`, in `artifactType` or in the media type of a layer."),
            (
                missing("GET"),
                "missing",
                "The image 2 does not exist in the repository app.",
            ),
        ],
    )
    .await;
    let head = explanation(ecr, &missing("HEAD")).await;
    let text = "The image 2 does not exist in the repository app.";
    explained.push(check(head, ("missing", text)));
    explained
}

async fn of_layers(ecr: &MockEcr, token: &AuthorizationToken) -> Vec<Explanation> {
    let upload = format!("/v2/app/blobs/uploads/?digest={HELLO}");
    let upload = RawRequest::new("POST", upload)
        .with_token(token)
        .body("hello");
    assert_eq!(upload.to(ecr).await.status(), 201);
    let layer = RawRequest::new("GET", format!("/v2/app/blobs/{HELLO}"));
    let redirect = layer.with_token(token).to(ecr).await;
    let url = redirect
        .header("location")
        .strip_prefix("http://127.0.0.1")
        .unwrap();
    let (_, signature) = url.rsplit_once('=').unwrap();
    let forged = url.replace(signature, &"0".repeat(signature.len()));
    let call = RawRequest::call("DeleteRepository").body(r#"{"repositoryName":"app"}"#);
    let mut explained = check_all(
        ecr,
        &[
            (
                RawRequest::new("GET", forged),
                "layer_url_invalid",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
            (call.signed(), "other", "The repository with name 'app' in registry with id '123456789012' cannot be deleted because it still contains images."),
        ],
    )
    .await;
    ecr.clock().advance(Duration::from_secs(24 * 3600));
    explained.extend(
        check_all(
            ecr,
            &[(
                RawRequest::new("GET", url),
                "layer_url_expired",
                "The URL of the layer expired before this request.",
            )],
        )
        .await,
    );
    explained
}
