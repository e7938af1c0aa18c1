//! Images of an upstream registry that are invalid, or whose manifests have unusual members.

use mock_ecr::config::Dialect;
use mock_ecr::{Config, MockEcr};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wiremock::ResponseTemplate;

use super::layers::assert_not_imported;
use super::upstream::{EMPTY, HELLO, MANIFEST, Upstream, blob, content, manifest, manifest_text};
use super::{Cache, builder};
use crate::image::{OCI_INDEX, OCI_MANIFEST};
use crate::log::Log;

const APP: &str = "quay/team/app/manifests/1.0";

/// Starts a registry with the layers of the image and another manifest.
async fn with_manifest(text: impl Into<Vec<u8>>, media_type: &str) -> Upstream {
    let upstream = Upstream::empty().await;
    let response = ResponseTemplate::new(200).set_body_raw(text, media_type);
    upstream.add(MANIFEST, response).await;
    upstream.add_layers().await;
    upstream
}

pub(super) fn sha256(bytes: &str) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn path_of(digest: &str) -> String {
    format!("/v2/team/app/manifests/{digest}")
}

fn index(digests: &[&str]) -> String {
    let listed = digests
        .iter()
        .map(|digest| json!({"mediaType": OCI_MANIFEST, "digest": digest, "size": 2}));
    json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed.collect::<Vec<_>>()})
        .to_string()
}

/// Asserts that the layers of an image are not requested.
async fn assert_no_layer_is_requested(upstream: &Upstream) {
    let paths = upstream.paths().await;
    assert!(!paths.contains(&blob(HELLO)), "{paths:?}");
}

#[tokio::test]
async fn a_layer_has_the_size_that_its_manifest_states() {
    let missing = manifest_text(5).replace(r#","size":5"#, "");
    assert_ne!(missing, manifest_text(5));
    for (text, size) in [(missing, 0), (manifest_text(0), 0), (manifest_text(6), 6)] {
        let upstream = with_manifest(text, OCI_MANIFEST).await;
        let reason = format!("has not the {size} bytes that its manifest states");
        assert_not_imported(&upstream, &reason).await;
    }
}

#[tokio::test]
async fn a_layer_of_more_than_52000_mebibytes_is_not_requested() {
    let upstream = with_manifest(manifest_text((52_000 << 20) + 1), OCI_MANIFEST).await;
    assert_not_imported(&upstream, "more than 52,000 MiB").await;
    assert_no_layer_is_requested(&upstream).await;
}

/// The first image has the layer with its size.
#[tokio::test]
async fn a_layer_of_the_repository_has_the_size_that_the_manifest_states() {
    let upstream = Upstream::with_image().await;
    let response = ResponseTemplate::new(200).set_body_raw(manifest_text(6), OCI_MANIFEST);
    upstream.add("/v2/team/app/manifests/2.0", response).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    cache.assert_missing("quay/team/app/manifests/2.0").await;
}

#[tokio::test]
async fn a_deleted_layer_is_fetched_with_the_size_of_its_manifest() {
    let upstream = Upstream::with_image().await;
    let cache = builder()
        .dialect(Dialect::Oci)
        .upstream("quay.io", &upstream.url());
    let cache = Cache::start(cache).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let layer = format!("quay/team/app/blobs/{HELLO}");
    let deleted = cache.send_as(super::DEVELOPER, "DELETE", &layer).await;
    assert_eq!(deleted.status(), 202);
    upstream.0.reset().await;
    upstream.add(&blob(HELLO), content("hello world")).await;
    let log = Log::default();
    let guards = log.capture();
    let input = json!({"repositoryName": "quay/team/app", "layerDigest": HELLO});
    let text =
        "There was an issue getting the upstream layer matching the pull through cache rule.";
    let code = "UnableToGetUpstreamLayerException";
    cache
        .assert_error("GetDownloadUrlForLayer", &input, code, text)
        .await;
    drop(guards);
    let reason = "has not the 5 bytes that its manifest states";
    assert!(log.text().contains(reason), "{}", log.text());
}

#[tokio::test]
async fn the_media_type_is_that_of_a_manifest() {
    for sent in ["text/html", "application/json", "a/b, c/d"] {
        let text = manifest_text(5).replace(&format!(r#""mediaType":"{OCI_MANIFEST}","#), "");
        assert_ne!(text, manifest_text(5));
        for text in [text, manifest_text(5)] {
            let upstream = with_manifest(text, sent).await;
            let cache = Cache::of(&upstream.url()).await;
            let pulled = cache.get(APP).await;
            assert_eq!(pulled.header("content-type"), OCI_MANIFEST, "{sent}");
        }
    }
    // The manifest and the response state different types.
    let upstream = with_manifest(manifest_text(5), OCI_INDEX).await;
    assert_not_imported(&upstream, "its media type differs").await;
}

#[tokio::test]
async fn a_manifest_of_another_format_is_invalid() {
    let signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    let layers = json!([{"blobSum": HELLO}]);
    let first = json!({"schemaVersion": 1, "name": "team/app", "tag": "1.0", "fsLayers": layers, "history": [], "signatures": []});
    let other = json!({"schemaVersion": 2, "mediaType": "application/vnd.example+json", "config": {"digest": EMPTY, "size": 2}});
    for (text, sent) in [(&first, signed), (&other, "application/vnd.example+json")] {
        let upstream = with_manifest(text.to_string(), sent).await;
        assert_not_imported(&upstream, "the manifest is not one of OCI").await;
        assert_no_layer_is_requested(&upstream).await;
    }
}

#[tokio::test]
async fn a_listed_image_has_its_digest_before_its_layers_are_requested() {
    let listed = sha256("other");
    let upstream = with_manifest(index(&[&listed]), OCI_INDEX).await;
    upstream.add(&path_of(&listed), manifest()).await;
    let reason = format!("the manifest {listed} has the digest");
    assert_not_imported(&upstream, &reason).await;
    assert_no_layer_is_requested(&upstream).await;
}

/// The second image has the manifest of the first one as a layer.
#[tokio::test]
async fn a_listed_image_can_be_a_layer_of_another_one() {
    let first = manifest_text(5);
    let digest = sha256(&first);
    let mut second: Value = serde_json::from_str(&first).unwrap();
    second["layers"] = json!([{"digest": digest, "size": first.len()}]);
    let second = second.to_string();
    let both = index(&[&digest, &sha256(&second)]);
    let upstream = with_manifest(both, OCI_INDEX).await;
    for text in [&first, &second] {
        let response = ResponseTemplate::new(200).set_body_raw(&text[..], OCI_MANIFEST);
        upstream.add(&path_of(&sha256(text)), response).await;
    }
    upstream.add(&blob(&digest), content(&first[..])).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
}

/// A client repeats a request with the status 503, and not one with 404.
#[tokio::test]
async fn an_image_for_which_the_mock_has_not_enough_memory_is_not_missing() {
    let listed: Vec<String> = (0..9)
        .map(|index| format!("{{\"schemaVersion\":{index}}}{}", " ".repeat(4_000_000)))
        .collect();
    let digests: Vec<String> = listed.iter().map(|text| sha256(text)).collect();
    let digests: Vec<&str> = digests.iter().map(String::as_str).collect();
    let upstream = with_manifest(index(&digests), OCI_INDEX).await;
    for (text, digest) in listed.iter().zip(&digests) {
        let response = ResponseTemplate::new(200).set_body_raw(&text[..], OCI_MANIFEST);
        upstream.add(&path_of(digest), response).await;
    }
    let config = Config::parse("[limits]\nbuffer_bytes = 67108864\n").unwrap();
    let rule = mock_ecr::config::PullThroughCacheRule::new("quay", "quay.io");
    let cache = MockEcr::from_config(config)
        .frozen()
        .pull_through_cache_rule(rule)
        .upstream("quay.io", &upstream.url());
    let cache = Cache::start(cache).await;
    let pulled = cache.get(APP).await;
    assert_eq!(
        (pulled.status(), pulled.error()),
        (503, "UNAVAILABLE".to_owned())
    );
    let input = json!({"repositoryName": "quay/team/app", "imageIds": [{"imageTag": "1.0"}]});
    let called = cache.call("BatchGetImage", &input).await;
    assert_eq!(called.status(), 503, "{}", called.body);
}
