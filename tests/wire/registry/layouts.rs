//! Repositories whose initial images come from an OCI image layout.

use mock_ecr::{Config, MockEcr, StartError};

use super::Registry;
use crate::errors::chain;
use crate::raw::RawRequest;

const CONFIGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/configs");
/// The digest of the index in `crates/ecr-contract/layouts/hello`.
const INDEX: &str = "sha256:acb0996b591f46b2e56594dd52dc322dbc819c1e67b80c8eede56c89f1217d7b";

#[tokio::test]
async fn a_layout_is_imported_with_its_index_and_images() {
    let config = Config::from_file(format!("{CONFIGS}/full.toml")).unwrap();
    let registry = Registry::from_builder(MockEcr::from_config(config)).await;
    let index = registry.send("GET", "/v2/team/app/manifests/1.0").await;
    assert_eq!(index.status(), 200);
    assert_eq!(
        index.header("content-type"),
        "application/vnd.oci.image.index.v1+json"
    );
    let images: serde_json::Value = serde_json::from_str(&index.body).unwrap();
    for image in images["manifests"].as_array().unwrap() {
        let path = format!(
            "/v2/team/app/manifests/{}",
            image["digest"].as_str().unwrap()
        );
        let image = registry.send("GET", &path).await;
        let image: serde_json::Value = serde_json::from_str(&image.body).unwrap();
        let layer = image["layers"][0]["digest"].as_str().unwrap();
        let layer = registry
            .send("HEAD", &format!("/v2/team/app/blobs/{layer}"))
            .await;
        assert_eq!(
            (layer.status(), layer.header("content-length")),
            (200, "101")
        );
    }
    let head = registry.send("HEAD", "/v2/team/app/manifests/1.0").await;
    assert_eq!(head.header("docker-content-digest"), INDEX);
}

#[tokio::test]
async fn a_stored_repository_is_not_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        "store = 'file:{}'\n[[repositories]]\nname = 'app'\nlayout = '{CONFIGS}/../../crates/ecr-contract/layouts/hello'\n",
        folder.path().display()
    );
    let start = async || {
        let config = Config::parse(&toml).unwrap();
        MockEcr::from_config(config).frozen().start().await.unwrap()
    };
    let first = start().await;
    let token = first.issue_token();
    let path = "/v2/app/manifests/1.0";
    let delete = RawRequest::new("DELETE", path).with_token(&token);
    assert_eq!(delete.to(&first).await.status(), 202);
    drop(first);
    let second = start().await;
    let get = RawRequest::new("GET", path).with_token(&token);
    assert_eq!(get.to(&second).await.status(), 404);
}

#[tokio::test]
async fn an_error_for_an_invalid_layout_names_the_configuration_file_and_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mock.toml");
    std::fs::write(&file, "[[repositories]]\nname = 'app'\nlayout = 'none'\n").unwrap();
    let config = Config::from_file(&file).unwrap();
    let error = MockEcr::from_config(config).start().await.unwrap_err();
    let (file, folder) = (file.display(), folder.path().display());
    let expected = format!(
        "cannot create the repositories of the configuration: {file}:3:10: repositories[0].layout: cannot import the image \
         layout: {folder}/none/index.json cannot be read: No such file"
    );
    assert!(chain(&error).starts_with(&expected), "{error:?}");
    assert_eq!(format!("{error:?}"), chain(&error));
}

#[tokio::test]
async fn an_error_for_an_invalid_layout_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().display();
    let start = async || {
        let toml = format!("[[repositories]]\nname = 'app'\nlayout = '{folder}'\n");
        let started = MockEcr::from_config(Config::parse(&toml).unwrap())
            .start()
            .await;
        let error = started.err().unwrap();
        assert!(matches!(error, StartError::Repositories(_)), "{error:?}");
        chain(&error)
    };
    let index = format!("{folder}/index.json");
    let error = start().await;
    assert!(
        error.contains(&format!("{index} cannot be read: No such file")),
        "{error}"
    );
    std::fs::write(&index, "{}").unwrap();
    let error = start().await;
    assert!(
        error.contains(&format!(
            "{index} is not the index of an OCI layout: missing field"
        )),
        "{error}"
    );
    let digest = format!("sha256:{}", "0".repeat(64));
    std::fs::write(
        &index,
        format!(r#"{{"manifests":[{{"digest":"{digest}"}}]}}"#),
    )
    .unwrap();
    let error = start().await;
    assert!(error.contains("/blobs/sha256/0000"), "{error}");
    let tagged = format!(
        r#"{{"manifests":[{{"digest":"{digest}","annotations":{{"org.opencontainers.image.ref.name":"a b"}}}}]}}"#
    );
    std::fs::write(&index, tagged).unwrap();
    let error = start().await;
    assert!(
        error.contains(r#"index.json: invalid tag "a b""#),
        "{error}"
    );
}
