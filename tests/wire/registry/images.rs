//! Images by tag and by digest.

use super::{HELLO, Registry, error};
use crate::image::{IMAGE, IMAGE_DIGEST, OCI_INDEX, OCI_MANIFEST, OTHER_IMAGE};
use crate::raw::RawRequest;

#[tokio::test]
async fn the_response_to_a_push_has_no_location() {
    // Source: apple/swift-container-plugin#27.
    let registry = Registry::ecr().await;
    for reference in ["latest", IMAGE_DIGEST] {
        let pushed = registry.put(reference, IMAGE).await;
        assert_eq!(pushed.status(), 201);
        assert_eq!(pushed.header("docker-content-digest"), IMAGE_DIGEST);
        assert!(!pushed.has("location"));
    }
}

#[tokio::test]
async fn the_response_to_head_has_a_digest_and_to_get_has_none() {
    // Source: oras-project/oras-go#237, aws/containers-roadmap#1931.
    let registry = Registry::ecr().await;
    registry.put("latest", IMAGE).await;
    for reference in ["latest", IMAGE_DIGEST] {
        let path = format!("/v2/app/manifests/{reference}");
        let pulled = registry.request("GET", &path);
        let pulled = pulled.without("Connection").to(&registry.ecr).await;
        pulled.assert_is(
            "HTTP/1.1 200 OK",
            &[
                "Content-Length: 128",
                &format!("Content-Type: {OCI_MANIFEST}"),
                crate::response::DATE,
                "Docker-Distribution-Api-Version: registry/2.0",
            ],
            IMAGE,
        );
        let head = registry.request("HEAD", &path);
        let head = head.without("Connection").to(&registry.ecr).await;
        head.assert_is(
            "HTTP/1.1 200 OK",
            &[
                "Content-Length: 128",
                &format!("Content-Type: {OCI_MANIFEST}"),
                crate::response::DATE,
                &format!("Docker-Content-Digest: {IMAGE_DIGEST}"),
                "Docker-Distribution-Api-Version: registry/2.0",
                "Sizes: ",
            ],
            "",
        );
    }
}

#[tokio::test]
async fn several_accept_headers_are_accepted() {
    let registry = Registry::ecr().await;
    registry.put("latest", IMAGE).await;
    let mut bytes = b"GET /v2/app/manifests/latest HTTP/1.1\r\nHost: localhost\r\n".to_vec();
    let token = registry.token.as_str();
    let rest = format!(
        "Authorization: Basic {token}\r\nAccept: text/plain\r\nAccept: {OCI_MANIFEST}\r\nConnection: close\r\n\r\n"
    );
    bytes.extend_from_slice(rest.as_bytes());
    let response = crate::raw::send_bytes(&registry.ecr, &bytes, crate::raw::until_closed).await;
    assert!(response.starts_with(b"HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn an_absent_image_is_unknown() {
    // Source of the text: aws-ia/taskcat#872.
    let registry = Registry::ecr().await;
    for reference in ["latest", HELLO] {
        let path = format!("/v2/app/manifests/{reference}");
        let response = registry.send("GET", &path).await;
        let body = error("MANIFEST_UNKNOWN", "Requested image not found");
        assert_eq!((response.status(), response.body), (404, body));
        assert_eq!(registry.send("DELETE", &path).await.status(), 404);
    }
}

#[tokio::test]
async fn an_absent_repository_is_unknown() {
    // Source: actions/starter-workflows#2647; of the status: docker/cli#5275.
    let registry = Registry::ecr().await;
    let text =
        "The repository with name 'no/such' does not exist in the registry with id '123456789012'";
    for (method, path) in [
        ("GET", "manifests/latest"),
        ("PUT", "manifests/latest"),
        ("GET", "tags/list"),
        ("POST", "blobs/uploads/"),
        ("GET", &format!("blobs/{HELLO}")),
        ("GET", &format!("referrers/{HELLO}")),
    ] {
        let response = registry.send(method, &format!("/v2/no/such/{path}")).await;
        assert_eq!(
            (response.status(), response.body),
            (404, error("NAME_UNKNOWN", text))
        );
    }
}

#[tokio::test]
async fn a_push_can_create_its_repository() {
    let builder = mock_ecr::MockEcr::builder().create_on_push();
    let registry = Registry::from_builder(builder).await;
    assert_eq!(
        registry.send("GET", "/v2/new/one/tags/list").await.status(),
        404
    );
    let begun = registry.send("POST", "/v2/new/one/blobs/uploads/").await;
    assert_eq!(begun.status(), 202);
    assert_eq!(
        registry.send("GET", "/v2/new/one/tags/list").await.status(),
        200
    );
}

#[tokio::test]
async fn a_manifest_that_is_not_json_is_unsupported() {
    // Source: opcr-io/policy#149.
    let registry = Registry::ecr().await;
    let response = registry.put("latest", "{").await;
    let text =
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'";
    assert_eq!(
        (response.status(), response.body),
        (405, error("UNSUPPORTED", text))
    );
}

#[tokio::test]
async fn an_invalid_tag_is_unsupported_for_get_and_a_bad_request_for_head() {
    // Source: google/go-containerregistry#704, bazel-contrib/rules_oci#720.
    let registry = Registry::ecr().await;
    let path = "/v2/app/manifests/a@b";
    let response = registry.send("GET", path).await;
    let text = "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_.]+''";
    assert_eq!(
        (response.status(), response.body),
        (405, error("UNSUPPORTED", text))
    );
    assert_eq!(registry.send("HEAD", path).await.status(), 400);
}

#[tokio::test]
async fn a_manifest_with_absent_layers_or_images_is_rejected() {
    let registry = Registry::ecr().await;
    for (media_type, member, kind, status, code) in [
        (OCI_MANIFEST, "layers", "Layers", 404, "BLOB_UPLOAD_UNKNOWN"),
        (
            OCI_INDEX,
            "manifests",
            "Images",
            400,
            "MANIFEST_BLOB_UNKNOWN",
        ),
    ] {
        let manifest = format!(
            r#"{{"mediaType":"{media_type}","{member}":[{{"digest":"{HELLO}","size":5}}]}}"#
        );
        let request = registry.request("PUT", "/v2/app/manifests/latest");
        let response = request.body(manifest).to(&registry.ecr).await;
        let text = format!(
            "{kind} with digests '[{HELLO}]' required for pushing image into repository with name 'app' in the registry with id '123456789012' do not exist"
        );
        assert_eq!(
            (response.status(), response.body),
            (status, error(code, &text))
        );
    }
    assert_eq!(
        registry.send("GET", "/v2/app/tags/list").await.body,
        "{\"name\":\"app\",\"tags\":[]}\n"
    );
}

/// Sources: the user guide of Amazon ECR, `image-manifest-formats.html`, for the format; the table in `domain/rejection/` for the error.
#[tokio::test]
async fn the_layers_of_a_manifest_of_schema_1_must_exist() {
    let registry = Registry::ecr().await;
    let manifest = format!(r#"{{"schemaVersion":1,"fsLayers":[{{"blobSum":"{HELLO}"}}]}}"#);
    let put = registry.request("PUT", "/v2/app/manifests/latest");
    let put = put.with("Content-Type", SCHEMA_1).body(manifest);
    let text = format!(
        "Layers with digests '[{HELLO}]' required for pushing image into repository with name 'app' in the registry with id '123456789012' do not exist"
    );
    let rejected = put.clone().to(&registry.ecr).await;
    assert_eq!(
        (rejected.status(), rejected.body),
        (404, error("BLOB_UPLOAD_UNKNOWN", &text))
    );
    registry.push_hello().await;
    assert_eq!(put.to(&registry.ecr).await.status(), 201);
}

const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";

#[tokio::test]
async fn an_index_of_layers_is_rejected() {
    // Source of the status: overhangio/tutor#1118, docker/build-push-action#858, for a cache that buildx exports as an index.
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    let index = format!(r#"{{"manifests":[{{"digest":"{HELLO}","size":5}}]}}"#);
    let request = registry.request("PUT", "/v2/app/manifests/latest");
    let request = request.with("Content-Type", OCI_INDEX).body(index);
    let response = request.to(&registry.ecr).await;
    assert_eq!(
        (response.status(), response.error().as_str()),
        (400, "MANIFEST_BLOB_UNKNOWN")
    );
}

#[tokio::test]
async fn a_size_that_contradicts_the_layer_is_accepted() {
    // [ASSUME]
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    let sizes = format!(r#""digest":"{HELLO}","size":6"#);
    let image = format!(r#"{{"mediaType":"{OCI_MANIFEST}","layers":[{{{sizes}}}]}}"#);
    let request = registry.request("PUT", "/v2/app/manifests/latest");
    let request = request.with("Content-Type", OCI_MANIFEST).body(image);
    assert_eq!(request.to(&registry.ecr).await.status(), 201);
}

#[tokio::test]
async fn an_immutable_tag_cannot_be_moved() {
    // Source of the status and the code: a log of jib; of the end of the text: a recording of 2026.
    let config = "[[repositories]]\nname = 'fixed'\nimage_tag_mutability = 'IMMUTABLE'\n";
    let config = mock_ecr::Config::parse(config).unwrap();
    let registry = Registry::from_builder(mock_ecr::MockEcr::from_config(config)).await;
    let put = |manifest: &'static str| {
        let path = "/v2/fixed/manifests/1.0.2";
        let request = registry.request("PUT", path).body(manifest);
        let ecr = &registry.ecr;
        async move { request.to(ecr).await }
    };
    assert_eq!(put(IMAGE).await.status(), 201);
    assert_eq!(put(IMAGE).await.status(), 201);
    let rejected = put(OTHER_IMAGE).await;
    let text = "The image tag '1.0.2' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable.";
    assert_eq!(
        (rejected.status(), rejected.body),
        (400, error("TAG_INVALID", text))
    );
    let head = registry.send("HEAD", "/v2/fixed/manifests/1.0.2").await;
    assert_eq!(head.header("docker-content-digest"), IMAGE_DIGEST);
}

#[tokio::test]
async fn a_manifest_with_a_wrong_digest_is_rejected() {
    let registry = Registry::ecr().await;
    let rejected = registry.put(HELLO, IMAGE).await;
    assert_eq!(
        (rejected.status(), rejected.error()),
        (400, "MANIFEST_INVALID".to_owned())
    );
}

#[tokio::test]
async fn a_delete_by_tag_removes_the_tag_and_by_digest_the_image() {
    let registry = Registry::ecr().await;
    registry.put("one", IMAGE).await;
    registry.put("two", IMAGE).await;
    assert_eq!(
        registry
            .send("DELETE", "/v2/app/manifests/one")
            .await
            .status(),
        202
    );
    assert_eq!(
        registry.send("GET", "/v2/app/manifests/two").await.status(),
        200
    );
    let by_digest = format!("/v2/app/manifests/{IMAGE_DIGEST}");
    assert_eq!(registry.send("DELETE", &by_digest).await.status(), 202);
    assert_eq!(
        registry.send("GET", "/v2/app/manifests/two").await.status(),
        404
    );
    assert_eq!(registry.send("GET", &by_digest).await.status(), 404);
}

/// As in `BatchDeleteImage`. [ASSUME]
#[tokio::test]
async fn a_delete_of_the_last_tag_deletes_the_image() {
    let by_digest = format!("/v2/app/manifests/{IMAGE_DIGEST}");
    let index =
        format!(r#"{{"mediaType":"{OCI_INDEX}","manifests":[{{"digest":"{IMAGE_DIGEST}"}}]}}"#);
    for (registry, found, listed) in [
        (Registry::ecr().await, 404, 405),
        (Registry::oci().await, 200, 202),
    ] {
        registry.put("one", IMAGE).await;
        registry.put("two", IMAGE).await;
        for (tag, status, image) in [("one", 202, 200), ("one", 404, 200), ("two", 202, found)] {
            let deleted = registry
                .send("DELETE", &format!("/v2/app/manifests/{tag}"))
                .await;
            assert_eq!(deleted.status(), status, "{}", deleted.body);
            assert_eq!(registry.send("GET", &by_digest).await.status(), image);
        }
        registry.put("image", IMAGE).await;
        let put = registry.request("PUT", "/v2/app/manifests/index");
        put.body(&index[..]).to(&registry.ecr).await;
        let deleted = registry.send("DELETE", "/v2/app/manifests/image").await;
        assert_eq!(deleted.status(), listed, "{}", deleted.body);
        assert_eq!(registry.send("GET", &by_digest).await.status(), 200);
    }
}

#[tokio::test]
async fn an_image_that_an_index_lists_is_not_deleted() {
    // Source of the text: the user guide of Amazon ECR, `image-artifact-delete.html`.
    let index =
        format!(r#"{{"mediaType":"{OCI_INDEX}","manifests":[{{"digest":"{IMAGE_DIGEST}"}}]}}"#);
    let image = format!("/v2/app/manifests/{IMAGE_DIGEST}");
    for (registry, status) in [(Registry::ecr().await, 405), (Registry::oci().await, 202)] {
        registry.put("image", IMAGE).await;
        let put = registry.request("PUT", "/v2/app/manifests/index");
        let put = put.body(&index[..]).to(&registry.ecr).await;
        let digest = put.header("docker-content-digest");
        let deleted = registry.send("DELETE", &image).await;
        assert_eq!(deleted.status(), status, "{}", deleted.body);
        if status == 405 {
            let text = format!("Requested image referenced by manifest list: [{digest}]");
            assert_eq!(deleted.body, error("UNSUPPORTED", &text));
            let path = format!("/v2/app/manifests/{digest}");
            assert_eq!(registry.send("DELETE", &path).await.status(), 202);
            assert_eq!(registry.send("DELETE", &image).await.status(), 202);
        }
    }
}

#[tokio::test]
async fn the_name_of_a_repository_has_2_to_256_characters() {
    // Source of the form of the text: aws/aws-dotnet-deploy#549.
    let registry = Registry::ecr().await;
    for (length, constraint) in [
        (1, "greater than or equal to 2"),
        (257, "less than or equal to 256"),
    ] {
        let path = format!("/v2/{}/tags/list", "a".repeat(length));
        let response = registry.send("GET", &path).await;
        let text = format!(
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length {constraint}'"
        );
        assert_eq!(
            (response.status(), response.body),
            (405, error("UNSUPPORTED", &text))
        );
    }
}

#[tokio::test]
async fn a_pull_of_a_manifest_is_recorded() {
    let registry = Registry::ecr().await;
    registry.put("latest", IMAGE).await;
    let describe = RawRequest::call("DescribeImages").body(r#"{"repositoryName":"app"}"#);
    let describe = describe.signed();
    registry.send("HEAD", "/v2/app/manifests/latest").await;
    let described = describe.clone().to(&registry.ecr).await.body;
    assert!(!described.contains("lastRecordedPullTime"), "{described}");
    registry.send("GET", "/v2/app/manifests/latest").await;
    let described = describe.to(&registry.ecr).await.body;
    let time = r#""lastRecordedPullTime":1.448832653241E9,"registryId""#;
    assert!(described.contains(time), "{described}");
}
