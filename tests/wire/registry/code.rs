//! Repositories and images that are created in code.

use mock_ecr::config::Dialect;
use mock_ecr::repository::{Image, RepositoryError};
use mock_ecr::{Config, MockEcr, Preserve};

use super::{HELLO, Registry};
use crate::errors::assert_error_chain;
use crate::image::OCI_MANIFEST;
use crate::raw::RawRequest;

/// The default configuration of an image whose only layer is `hello`.
const CONFIG: &str = r#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"]}}"#;

/// The digest of the manifest of that image.
const HELLO_IMAGE: &str = "sha256:c161e5793e329443a4f2f8ac143a78379f6b6c4dc7fdbd43a252c608b2fceffb";

fn hello() -> Image {
    Image::new().layer("hello").tag("1.0")
}

#[tokio::test]
async fn the_registry_serves_images_pushed_in_code() {
    let registry = Registry::oci().await;
    let app = registry.ecr.repository("app");
    let digest = app.push(hello()).await.unwrap();
    assert_eq!(digest.as_str(), HELLO_IMAGE);

    let got = registry.send("GET", "/v2/app/manifests/1.0").await;
    assert_eq!(got.status(), 200);
    assert_eq!(got.header("content-type"), OCI_MANIFEST);
    assert_eq!(got.header("docker-content-digest"), digest.as_str());
    assert_eq!(app.manifest("1.0").await.unwrap(), got.body.as_bytes());
    let manifest: serde_json::Value = serde_json::from_str(&got.body).unwrap();
    let expected = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": manifest["config"]["digest"],
            "size": CONFIG.len(),
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": HELLO,
            "size": 5,
        }],
    });
    assert_eq!(manifest, expected);
    for (part, body) in [("/config", CONFIG), ("/layers/0", "hello")] {
        let digest = manifest.pointer(part).unwrap()["digest"].as_str();
        let path = format!("/v2/app/blobs/{}", digest.unwrap());
        assert_eq!(registry.send("GET", &path).await.body, body);
    }
}

#[tokio::test]
async fn images_pushed_over_http_are_read_in_code() {
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    let manifest = format!(r#"{{"layers":[{{"digest":"{HELLO}","size":5}}]}}"#);
    assert_eq!(registry.put("b", &manifest).await.status(), 201);
    assert_eq!(registry.put("a", &manifest).await.status(), 201);
    let app = registry.ecr.repository("app");
    assert_eq!(app.tags().await.unwrap(), ["a", "b"]);
    let digests = app.digests().await.unwrap();
    assert_eq!(digests.len(), 1);
    for reference in ["a", digests[0].as_str()] {
        let read = app.manifest(reference).await.unwrap();
        assert_eq!(read, manifest.as_bytes());
    }
}

#[tokio::test]
async fn equal_images_have_equal_digests() {
    let (one, other) = (Registry::ecr().await, Registry::oci().await);
    let digest = one.ecr.repository("app").push(hello()).await.unwrap();
    let app = other.ecr.repository("app");
    assert_eq!(app.push(hello()).await.unwrap(), digest);
    assert_eq!(app.push(hello().tag("latest")).await.unwrap(), digest);
    assert_eq!(app.tags().await.unwrap(), ["1.0", "latest"]);

    let untagged = app.push(Image::new().layer("other")).await.unwrap();
    assert_ne!(untagged, digest);
    assert_eq!(app.digests().await.unwrap().len(), 2);
    assert_eq!(app.tags().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_image_configuration_is_stored_unchanged() {
    let registry = Registry::oci().await;
    let config = r#"{ "architecture": "arm64", "os": "linux" }"#;
    let image = Image::new().layer(vec![0xff; 3]).config(config).tag("1");
    let app = registry.ecr.repository("app");
    app.push(image).await.unwrap();
    let manifest = app.manifest("1").await.unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let digest = manifest["config"]["digest"].as_str().unwrap();
    let path = format!("/v2/app/blobs/{digest}");
    assert_eq!(registry.send("GET", &path).await.body, config);
}

#[tokio::test]
async fn an_immutable_tag_cannot_be_moved_in_code() {
    let config = "[[repositories]]\nname = 'fixed'\nimage_tag_mutability = 'IMMUTABLE'\n";
    let ecr = MockEcr::from_config(Config::parse(config).unwrap());
    let ecr = ecr.start().await.unwrap();
    let fixed = ecr.repository("fixed");
    let digest = fixed.push(hello()).await.unwrap();
    assert_eq!(fixed.push(hello()).await.unwrap(), digest);
    let error = fixed.push(hello().layer("more")).await.unwrap_err();
    assert_error_chain(
        &error,
        &["the tag 1.0 of the repository fixed is immutable"],
    );
    assert_eq!(fixed.digests().await.unwrap(), [digest]);
}

#[tokio::test]
async fn methods_return_errors() {
    let ecr = MockEcr::start().await.unwrap();
    let app = ecr.repository("app");
    let error = app.tags().await.unwrap_err();
    assert!(matches!(error, RepositoryError::RepositoryNotFound { .. }));
    assert!(app.digests().await.is_err());

    let app = ecr.create_repository("app").await.unwrap();
    assert_eq!(app.tags().await.unwrap(), [""; 0]);
    let error = ecr.create_repository("app").await.unwrap_err();
    assert_error_chain(&error, &["the repository app already exists"]);
    let error = app.manifest("1.0").await.unwrap_err();
    assert_error_chain(&error, &["the repository app has no image 1.0"]);

    let invalid = |call: &str| format!("invalid argument in {call}");
    let error = ecr.create_repository("App").await.unwrap_err();
    assert_error_chain(&error, &[&invalid("create_repository(\"App\")"), "lower"]);
    let error = ecr.repository("App").tags().await.unwrap_err();
    assert_error_chain(&error, &[&invalid("repository(\"App\")"), "lower-case"]);
    let error = app.push(hello().tag("a b")).await.unwrap_err();
    assert_error_chain(&error, &[&invalid("tag(\"a b\")"), "invalid tag \"a b\""]);
    let error = app.manifest("a b").await.unwrap_err();
    assert_error_chain(
        &error,
        &[&invalid("manifest(\"a b\")"), "invalid tag \"a b\""],
    );
    assert_eq!(app.digests().await.unwrap(), []);
}

#[tokio::test]
async fn the_initial_state_can_have_images_in_code() {
    let builder = MockEcr::builder().repository("app").dialect(Dialect::Oci);
    let builder = builder.image("app", hello());
    let builder = builder.image("app", Image::new().layer("hello").tag("2.0"));
    let ecr = builder.image("team/new", hello()).start().await.unwrap();
    let app = ecr.repository("app");
    assert_eq!(app.tags().await.unwrap(), ["1.0", "2.0"]);
    assert_eq!(ecr.repository("team/new").tags().await.unwrap(), ["1.0"]);
    let token = ecr.issue_token();
    let get = RawRequest::new("GET", format!("/v2/app/blobs/{HELLO}")).with_token(&token);
    assert_eq!(get.to(&ecr).await.body, "hello");

    app.push(hello().tag("3.0")).await.unwrap();
    ecr.reset(Preserve::Nothing).await.unwrap();
    assert_eq!(app.tags().await.unwrap(), ["1.0", "2.0"]);
}

#[tokio::test]
async fn a_mock_with_an_invalid_image_does_not_start() {
    let builder = MockEcr::builder().image("App", hello());
    let error = builder.start().await.unwrap_err();
    assert_error_chain(
        &error,
        &["invalid argument in image(\"App\")", "lower-case"],
    );
    let builder = MockEcr::builder().image("app", hello().tag("a b"));
    let error = builder.start().await.unwrap_err();
    let expected = [
        "cannot create the repositories of the configuration",
        "invalid argument in tag(\"a b\")",
        "invalid tag \"a b\"",
    ];
    assert_error_chain(&error, &expected);
}
