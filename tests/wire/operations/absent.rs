//! Repositories that do not exist, or that exist in another region.

use super::{Api, HELLO};
use crate::raw::RawRequest;
use crate::signer::Signer;

#[tokio::test]
async fn every_operation_reports_an_absent_repository() {
    // Source: turbot/steampipe-plugin-aws#1938.
    let api = Api::start().await;
    let upload = "00000000-0000-4000-8000-000000000000";
    let layer = format!(r#","layerDigest":"{HELLO}""#);
    let part = format!(
        r#","uploadId":"{upload}","partFirstByte":0,"partLastByte":0,"layerPartBlob":"YQ==""#
    );
    let end = format!(r#","uploadId":"{upload}","layerDigests":["{HELLO}"]"#);
    let ids = r#","imageIds":[{"imageTag":"a"}]"#;
    for (operation, more) in [
        ("BatchCheckLayerAvailability", r#","layerDigests":["a:0"]"#),
        ("BatchDeleteImage", ids),
        ("BatchGetImage", ids),
        ("CompleteLayerUpload", &end),
        ("DeleteRepository", ""),
        ("DeleteRepositoryPolicy", ""),
        ("DescribeImages", ""),
        ("DescribeImages", ids),
        ("GetDownloadUrlForLayer", &layer),
        ("GetRepositoryPolicy", ""),
        ("InitiateLayerUpload", ""),
        ("ListImages", ""),
        (
            "PutImage",
            r#","imageManifest":"{\"manifests\":[]}","imageManifestMediaType":"application/vnd.oci.image.index.v1+json""#,
        ),
        (
            "PutImageTagMutability",
            r#","imageTagMutability":"MUTABLE""#,
        ),
        (
            "SetRepositoryPolicy",
            r#","policyText":"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"ecr:*\"}}""#,
        ),
        ("UploadLayerPart", &part),
    ] {
        let input = format!(r#"{{"repositoryName":"no/such"{more}}}"#);
        assert_repository_not_found(&api, operation, &input).await;
    }
    let arn = r#""resourceArn":"arn:aws:ecr:us-east-1:123456789012:repository/no/such""#;
    for (operation, more) in [
        ("ListTagsForResource", ""),
        ("TagResource", r#","tags":[{"Key":"a","Value":""}]"#),
        ("UntagResource", r#","tagKeys":["a"]"#),
    ] {
        assert_repository_not_found(&api, operation, &format!("{{{arn}{more}}}")).await;
    }
}

async fn assert_repository_not_found(api: &Api, operation: &str, input: &str) {
    let text =
        "The repository with name 'no/such' does not exist in the registry with id '123456789012'";
    let code = "RepositoryNotFoundException";
    api.assert_error(operation, input, code, text).await;
}

#[tokio::test]
async fn each_region_has_its_own_repositories() {
    let api = Api::start().await;
    let signer = Signer::default().in_region("eu-west-1");
    let call = RawRequest::call("DescribeRepositories").signed_by(&signer);
    let response = call.to(&api.0).await;
    assert_eq!(response.body, r#"{"repositories":[]}"#);
}

#[tokio::test]
async fn a_digest_of_an_unsupported_form_is_not_found() {
    // [ASSUME]; the form is that of LayerDigest in the service model.
    let api = Api::start().await;
    for digest in ["sha256:0A", "md5:d41d8cd98f00b204e9800998ecf8427e"] {
        let input = format!(r#"{{"repositoryName":"app","layerDigests":["{digest}"]}}"#);
        assert_eq!(
            api.output("BatchCheckLayerAvailability", &input).await,
            format!(
                r#"{{"failures":[],"layers":[{{"layerAvailability":"UNAVAILABLE","layerDigest":"{digest}"}}]}}"#
            )
        );
        let input =
            format!(r#"{{"repositoryName":"app","imageIds":[{{"imageDigest":"{digest}"}}]}}"#);
        let got = api.output("BatchGetImage", &input).await;
        assert!(got.contains(r#""failureCode":"ImageNotFound""#), "{got}");
    }
    for text in [":", "sha256", "sha256:", ":0a", "sha256:0g", "a/b:0a"] {
        let input = format!(r#"{{"repositoryName":"app","layerDigests":["{text}"]}}"#);
        let output = api.output("BatchCheckLayerAvailability", &input).await;
        let code = r#""failureCode":"InvalidLayerDigest""#;
        assert!(output.contains(code), "{output}");
    }
}
