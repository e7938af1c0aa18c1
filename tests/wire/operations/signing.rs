//! The signing configuration of a registry, and the signatures of pushed images.

use std::time::Duration;

use mock_ecr::repository::Image;
use mock_ecr::{MockEcr, MockEcrBuilder, Preserve, Principal};
use serde_json::{Value, json};

use super::Api;
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_MANIFEST, OTHER_IMAGE};
use crate::raw::RawRequest;
use crate::response::Response;

const PROFILE: &str = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/ecr_a";
const OTHER_PROFILE: &str = "arn:aws:signer:us-east-1:210987654321:/signing-profiles/ecr_b";
const ARTIFACT_TYPE: &str = "application/vnd.cncf.notary.signature";

/// Returns a rule for the repositories that a pattern matches, or for all of them.
fn rule(profile: &str, filter: Option<&str>) -> Value {
    let mut rule = json!({ "signingProfileArn": profile });
    if let Some(filter) = filter {
        let filters = json!([{"filter": filter, "filterType": "WILDCARD_MATCH"}]);
        rule["repositoryFilters"] = filters;
    }
    rule
}

/// Returns a mock that signs images at once.
async fn api() -> Api {
    let config = "background.signing_duration = '0s'\n[[repositories]]\nname = 'app'\n";
    Api::with_config(config).await
}

/// A principal that is not allowed to sign.
const PUSHER: &str = "arn:aws:iam::123456789012:user/pusher";

/// Returns the builder of a mock with a principal that can sign, and [`PUSHER`].
fn with_pusher() -> MockEcrBuilder {
    let pusher = Principal::from_arn(PUSHER).unwrap().allow(["ecr:*"]);
    let developer = Principal::example(
        "123456789012".parse().unwrap(),
        &"us-east-1".parse().unwrap(),
    );
    let ecr = MockEcr::builder().frozen().repository("app");
    ecr.principal(developer).principal(pusher)
}

/// Pushes the image to the registry.
async fn push_as(api: &Api, principal: &str, tag: &str) {
    let region = "us-east-1".parse().unwrap();
    let token = api.0.issue_token_for(principal.parse().unwrap(), region);
    let push = RawRequest::new("PUT", format!("/v2/app/manifests/{tag}")).with_token(&token);
    let push = push.with("Content-Type", OCI_MANIFEST).body(IMAGE);
    assert_eq!(push.to(&api.0).await.status(), 201);
}

async fn put(api: &Api, rules: &[Value]) {
    let input = json!({ "signingConfiguration": { "rules": rules } }).to_string();
    api.output("PutSigningConfiguration", &input).await;
}

async fn statuses(api: &Api, image: Value) -> Value {
    let input = json!({"repositoryName": "app", "imageId": image}).to_string();
    let output = api.output("DescribeImageSigningStatus", &input).await;
    let output: Value = serde_json::from_str(&output).unwrap();
    output["signingStatuses"].clone()
}

async fn signatures(api: &Api, digest: &str) -> Vec<Value> {
    let input = json!({"repositoryName": "app", "subjectId": {"imageDigest": digest},
        "filter": {"artifactTypes": [ARTIFACT_TYPE]}});
    let output = api.output("ListImageReferrers", &input.to_string()).await;
    let output: Value = serde_json::from_str(&output).unwrap();
    output["referrers"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_configuration_is_put_and_deleted() {
    // Source: the service model. The texts are [ASSUME].
    let api = api().await;
    let none = "The specified signing configuration was not found. This occurs when attempting to retrieve or delete a signing configuration that does not exist.";
    for operation in ["GetSigningConfiguration", "DeleteSigningConfiguration"] {
        let code = "SigningConfigurationNotFoundException";
        api.assert_error(operation, "{}", code, none).await;
    }
    let configuration = format!(
        r#""signingConfiguration":{{"rules":[{{"repositoryFilters":[{{"filter":"prod/*","filterType":"WILDCARD_MATCH"}}],"signingProfileArn":"{PROFILE}"}},{{"signingProfileArn":"{OTHER_PROFILE}"}}]}}"#
    );
    let input = format!("{{{configuration}}}");
    assert_eq!(api.output("PutSigningConfiguration", &input).await, input);
    let output = format!(r#"{{"registryId":"123456789012",{configuration}}}"#);
    for operation in ["GetSigningConfiguration", "DeleteSigningConfiguration"] {
        assert_eq!(api.output(operation, "{}").await, output);
    }
    let get = api.call("GetSigningConfiguration", "{}").await;
    assert_eq!(get.status(), 400);
    put(&api, &[]).await;
    let empty = r#"{"registryId":"123456789012","signingConfiguration":{"rules":[]}}"#;
    assert_eq!(api.output("GetSigningConfiguration", "{}").await, empty);
    let elsewhere = PROFILE.replace("us-east-1", "eu-west-1");
    let input = json!({"signingConfiguration": {"rules": [rule(&elsewhere, None)]}}).to_string();
    let text = "Invalid parameter at 'signingProfileArn' failed to satisfy constraint: 'must be the ARN of a signing profile in the Region of the registry'";
    let code = "InvalidParameterException";
    api.assert_error("PutSigningConfiguration", &input, code, text)
        .await;
}

#[tokio::test]
async fn a_pushed_image_is_signed_by_each_matching_profile() {
    let api = api().await;
    api.put("0.9", OTHER_IMAGE).await;
    put(
        &api,
        &[
            rule(PROFILE, Some("a*")),
            rule(OTHER_PROFILE, None),
            rule(OTHER_PROFILE, Some("app")),
            rule(&format!("{PROFILE}2"), Some("ap")),
        ],
    )
    .await;
    api.put("1.0", IMAGE).await;
    let complete = |profile| json!({"signingProfileArn": profile, "status": "COMPLETE"});
    let found = statuses(&api, json!({"imageTag": "1.0"})).await;
    assert_eq!(found, json!([complete(PROFILE), complete(OTHER_PROFILE)]));
    assert_eq!(signatures(&api, IMAGE_DIGEST).await.len(), 2);
    // An image that was pushed before is not signed until it is pushed again.
    assert_eq!(statuses(&api, json!({"imageTag": "0.9"})).await, json!([]));
    api.put("2.0", OTHER_IMAGE).await;
    let again = statuses(&api, json!({"imageTag": "0.9"})).await;
    assert_eq!(again.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_signature_is_an_image_that_can_be_pulled_and_is_not_signed() {
    let api = api().await;
    put(&api, &[rule(PROFILE, None)]).await;
    api.put("1.0", IMAGE).await;
    let signature = signatures(&api, IMAGE_DIGEST).await.remove(0);
    let digest = signature["digest"].as_str().unwrap();
    let get = async |path: String| -> Response {
        let token = api.0.issue_token();
        let request = RawRequest::new("GET", path).with_token(&token);
        request.to(&api.0).await
    };
    let manifest = get(format!("/v2/app/manifests/{digest}")).await;
    assert_eq!(manifest.header("content-type"), OCI_MANIFEST);
    let manifest: Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!(manifest["artifactType"], ARTIFACT_TYPE);
    let subject = json!({"mediaType": OCI_MANIFEST, "digest": IMAGE_DIGEST, "size": IMAGE.len()});
    assert_eq!(manifest["subject"], subject);
    for blob in [&manifest["config"], &manifest["layers"][0]] {
        let head = RawRequest::new(
            "HEAD",
            format!("/v2/app/blobs/{}", blob["digest"].as_str().unwrap()),
        );
        let token = api.0.issue_token();
        let head = head.with_token(&token).to(&api.0).await;
        assert_eq!(head.header("content-length"), blob["size"].to_string());
    }
    let listed = get("/v2/app/referrers/".to_owned() + IMAGE_DIGEST).await;
    assert!(listed.body.contains(digest), "{}", listed.body);
    assert_eq!(
        statuses(&api, json!({"imageDigest": digest})).await,
        json!([])
    );
    assert_eq!(signatures(&api, digest).await.len(), 0);
}

#[tokio::test]
async fn a_push_to_the_registry_is_signed_if_the_caller_may_sign() {
    // Source: the documentation of `PutSigningConfiguration` in the service model. The code and the reason are [ASSUME].
    let ecr = with_pusher().signing_duration(Duration::ZERO);
    let api = Api(ecr.start().await.unwrap());
    put(&api, &[rule(PROFILE, None)]).await;
    push_as(&api, PUSHER, "1.0").await;
    let input = json!({"repositoryName": "app", "imageId": {"imageTag": "1.0"}}).to_string();
    let output = api.output("DescribeImageSigningStatus", &input).await;
    let failed = format!(
        r#"{{"imageId":{{"imageDigest":"{IMAGE_DIGEST}","imageTag":"1.0"}},"registryId":"123456789012","repositoryName":"app","signingStatuses":[{{"failureCode":"AccessDeniedException","failureReason":"The principal that pushed the image is not authorized to perform: signer:SignPayload","signingProfileArn":"{PROFILE}","status":"FAILED"}}]}}"#
    );
    assert_eq!(output, failed);
    assert!(signatures(&api, IMAGE_DIGEST).await.is_empty());
    push_as(&api, "arn:aws:iam::123456789012:user/developer", "2.0").await;
    let found = statuses(&api, json!({"imageTag": "1.0"})).await;
    assert_eq!(found[0]["status"], "COMPLETE");
}

#[tokio::test]
async fn the_status_of_a_missing_image_is_an_error() {
    let api = api().await;
    let input = r#"{"repositoryName":"app","imageId":{"imageTag":"x"}}"#;
    let text = "The image with imageId {imageDigest:'null', imageTag:'x'} does not exist within the repository with name 'app' in the registry with id '123456789012'";
    let operation = "DescribeImageSigningStatus";
    api.assert_error(operation, input, "ImageNotFoundException", text)
        .await;
    // [ASSUME]: the member in the text.
    let empty = r#"{"repositoryName":"app","imageId":{}}"#;
    let text =
        "Invalid parameter at 'imageId' failed to satisfy constraint: 'Invalid image identifier'";
    api.assert_error(operation, empty, "InvalidParameterException", text)
        .await;
    // The states of an image are removed with it.
    put(&api, &[rule(PROFILE, None)]).await;
    api.put("1.0", IMAGE).await;
    let delete = r#"{"repositoryName":"app","imageIds":[{"imageTag":"1.0"}]}"#;
    api.output("BatchDeleteImage", delete).await;
    api.output("DeleteSigningConfiguration", "{}").await;
    api.put("1.0", IMAGE).await;
    assert_eq!(statuses(&api, json!({"imageTag": "1.0"})).await, json!([]));
}

#[tokio::test]
async fn an_image_is_signed_after_the_configured_duration_of_the_clock() {
    // The duration is [ASSUME].
    let api = Api::start().await;
    put(&api, &[rule(PROFILE, None)]).await;
    api.put("1.0", IMAGE).await;
    let status = async || {
        let found = statuses(&api, json!({"imageTag": "1.0"})).await;
        found[0]["status"].as_str().unwrap().to_owned()
    };
    api.0.clock().advance(Duration::from_millis(999));
    assert_eq!(status().await, "IN_PROGRESS");
    assert!(signatures(&api, IMAGE_DIGEST).await.is_empty());
    api.0.clock().advance(Duration::from_secs(3600));
    let signature = signatures(&api, IMAGE_DIGEST).await.remove(0);
    assert_eq!(status().await, "COMPLETE");
    // The signature has the time at which it was due.
    let image =
        json!({"repositoryName": "app", "imageIds": [{"imageDigest": signature["digest"]}]});
    let described = api.output("DescribeImages", &image.to_string()).await;
    assert!(
        described.contains(r#""imagePushedAt":1.448832654241E9"#),
        "{described}"
    );
    // A signature that is due after its image was deleted is not stored.
    api.put("2.0", OTHER_IMAGE).await;
    let delete = r#"{"repositoryName":"app","imageIds":[{"imageTag":"2.0"}]}"#;
    api.output("BatchDeleteImage", delete).await;
    api.0.clock().advance(Duration::from_secs(3600));
    let images = api
        .output("ListImages", r#"{"repositoryName":"app"}"#)
        .await;
    let images: Value = serde_json::from_str(&images).unwrap();
    assert_eq!(images["imageIds"].as_array().unwrap().len(), 2);
}

async fn set_class(api: &Api, class: &str) {
    let input = format!(
        r#"{{"repositoryName":"app","imageId":{{"imageTag":"1.0"}},"targetStorageClass":"{class}"}}"#
    );
    api.output("UpdateImageStorageClass", &input).await;
}

async fn status(api: &Api) -> Value {
    let found = statuses(api, json!({"imageTag": "1.0"})).await;
    found[0]["status"].clone()
}

#[tokio::test]
async fn a_restored_image_is_signed() {
    // [ASSUME]: as an image that is scanned then, which is documented.
    for (duration, is_pushed) in [(0_u32, false), (1, false), (1, true)] {
        let config =
            format!("background.restore_duration = '{duration}s'\n[[repositories]]\nname = 'app'");
        let api = Api::with_config(&config).await;
        api.put("1.0", IMAGE).await;
        put(&api, &[rule(PROFILE, None)]).await;
        set_class(&api, "ARCHIVE").await;
        match is_pushed {
            true => drop(api.put("1.0", IMAGE).await),
            false => {
                set_class(&api, "STANDARD").await;
                api.0.clock().advance(Duration::from_secs(duration.into()));
            }
        }
        assert_eq!(status(&api).await, "IN_PROGRESS");
        api.0.clock().advance(Duration::from_secs(1));
        assert_eq!(status(&api).await, "COMPLETE");
        assert_eq!(signatures(&api, IMAGE_DIGEST).await.len(), 1);
    }
}

#[tokio::test]
async fn an_image_that_is_archived_while_it_is_signed_is_signed_when_it_is_restored() {
    let api = Api::start().await;
    put(&api, &[rule(PROFILE, None)]).await;
    api.put("1.0", IMAGE).await;
    set_class(&api, "ARCHIVE").await;
    api.0.clock().advance(Duration::from_secs(1));
    assert_eq!(statuses(&api, json!({"imageTag": "1.0"})).await, json!([]));
    assert!(signatures(&api, IMAGE_DIGEST).await.is_empty());
    set_class(&api, "STANDARD").await;
    api.0.clock().advance(Duration::from_secs(2));
    assert_eq!(status(&api).await, "COMPLETE");
    assert_eq!(signatures(&api, IMAGE_DIGEST).await.len(), 1);
}

#[tokio::test]
async fn the_signature_of_a_deleted_image_does_not_end_that_of_the_next_push() {
    let config = "background.signing_duration = '10s'\n[[repositories]]\nname = 'app'\n";
    let api = Api::with_config(config).await;
    put(&api, &[rule(PROFILE, None)]).await;
    api.put("1.0", IMAGE).await;
    api.0.clock().advance(Duration::from_secs(5));
    let delete = r#"{"repositoryName":"app","imageIds":[{"imageTag":"1.0"}]}"#;
    api.output("BatchDeleteImage", delete).await;
    api.0.clock().advance(Duration::from_secs(1));
    api.put("1.0", IMAGE).await;
    api.0.clock().advance(Duration::from_secs(9));
    assert_eq!(status(&api).await, "IN_PROGRESS");
    api.0.clock().advance(Duration::from_secs(1));
    assert_eq!(status(&api).await, "COMPLETE");
}

#[tokio::test]
async fn a_permitted_push_replaces_a_signature_that_is_not_permitted() {
    let api = Api(with_pusher().start().await.unwrap());
    put(&api, &[rule(PROFILE, None)]).await;
    push_as(&api, PUSHER, "1.0").await;
    // The tag is another one, and the caller is allowed to sign.
    api.0.clock().advance(Duration::from_millis(500));
    api.put("2.0", IMAGE).await;
    api.0.clock().advance(Duration::from_millis(500));
    assert_eq!(status(&api).await, "IN_PROGRESS");
    api.0.clock().advance(Duration::from_millis(500));
    assert_eq!(status(&api).await, "COMPLETE");
}

#[tokio::test]
async fn a_push_that_is_rejected_stores_nothing() {
    let api = api().await;
    let immutable = r#"{"repositoryName":"app","imageTagMutability":"IMMUTABLE"}"#;
    api.output("PutImageTagMutability", immutable).await;
    api.put("1.0", IMAGE).await;
    put(&api, &[rule(PROFILE, None)]).await;
    let rejected = api
        .call("PutImage", &super::put_input("1.0", OTHER_IMAGE))
        .await;
    assert_eq!(rejected.status(), 400);
    // The configuration of a signature.
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let check = format!(r#"{{"repositoryName":"app","layerDigests":["{digest}"]}}"#);
    let checked = api.output("BatchCheckLayerAvailability", &check).await;
    assert!(checked.contains("UNAVAILABLE"), "{checked}");
}

#[tokio::test]
async fn a_reset_does_not_sign_the_images_of_the_initial_state() {
    let image = Image::new().layer("a").tag("1.0");
    let ecr = MockEcr::builder().frozen().image("app", image);
    let ecr = ecr.signing_duration(Duration::ZERO);
    let api = Api(ecr.start().await.unwrap());
    put(&api, &[rule(PROFILE, None)]).await;
    api.0.reset(Preserve::Nothing).await.unwrap();
    let found = statuses(&api, json!({"imageTag": "1.0"})).await;
    assert_eq!(found, json!([]));
    let list = r#"{"repositoryName":"app"}"#;
    let images = api.output("ListImages", list).await;
    assert_eq!(images.matches("imageDigest").count(), 1, "{images}");
}
