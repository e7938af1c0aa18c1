//! The referrers of images of a cache.
//!
//! Source of the interval: "Pull through cache" in the user guide. Source of the exception and its text: the service model. When it is returned, and
//! that the registry ignores a failure, is `[ASSUME]`.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::Cache;
use super::invalid::sha256;
use super::upstream::{HELLO, Upstream, blob, content, manifest_text};
use crate::image::{OCI_INDEX, OCI_MANIFEST};

const APP: &str = "quay/team/app/manifests/1.0";
const TYPE: &str = "application/vnd.example.signature";

fn subject() -> String {
    sha256(&manifest_text(5))
}

fn list() -> String {
    format!("/v2/team/app/referrers/{}", subject())
}

/// Returns the manifest of a referrer, which has the layers of the image.
fn referrer() -> String {
    let mut manifest: Value = serde_json::from_str(&manifest_text(5)).unwrap();
    manifest["artifactType"] = json!(TYPE);
    manifest["subject"] = json!({"mediaType": OCI_MANIFEST, "digest": subject(), "size": 1});
    manifest.to_string()
}

/// Adds an image and its referrer to an upstream registry.
async fn add_referrer(upstream: &Upstream) {
    upstream.add_image().await;
    add_list(upstream, &[sha256(&referrer())]).await;
    add_manifest(upstream, &sha256(&referrer()), &referrer()).await;
}

async fn add_list(upstream: &Upstream, digests: &[String]) {
    let listed: Vec<Value> = digests.iter().map(|digest| descriptor(digest)).collect();
    let list_of =
        json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}).to_string();
    upstream.add(&list(), served(&list_of, OCI_INDEX)).await;
}

async fn add_manifest(upstream: &Upstream, digest: &str, text: &str) {
    let parsed: Value = serde_json::from_str(text).unwrap();
    let media_type = parsed["mediaType"].as_str().unwrap();
    let path = format!("/v2/team/app/manifests/{digest}");
    upstream.add(&path, served(text, media_type)).await;
}

fn input() -> Value {
    json!({"repositoryName": "quay/team/app", "subjectId": {"imageDigest": subject()}})
}

/// Returns the number of requests for the list of referrers.
async fn requested(upstream: &Upstream) -> usize {
    let paths = upstream.paths().await;
    paths.iter().filter(|path| **path == list()).count()
}

#[tokio::test]
async fn the_referrers_of_a_cached_image_are_imported_every_six_hours() {
    let upstream = Upstream::empty().await;
    add_referrer(&upstream).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    assert_eq!(requested(&upstream).await, 0);
    let listed = cache.output("ListImageReferrers", &input()).await;
    let found = &listed["referrers"][0];
    assert_eq!(found["digest"], sha256(&referrer()));
    assert_eq!(found["artifactType"], TYPE);
    assert_eq!(requested(&upstream).await, 1);
    let six_hours = Duration::from_secs(6 * 3600);
    let millisecond = Duration::from_millis(1);
    for (wait, count) in [(six_hours - millisecond, 1), (millisecond, 2)] {
        cache.0.clock().advance(wait);
        assert_eq!(cache.output("ListImageReferrers", &input()).await, listed);
        assert_eq!(requested(&upstream).await, count);
    }
    // The image of the referrer was fetched once.
    let path = format!("quay/team/app/manifests/{}", sha256(&referrer()));
    assert_eq!(cache.get(&path).await.body, referrer());
}

#[tokio::test]
async fn requests_for_the_referrers_of_an_image_share_an_import() {
    let upstream = Upstream::empty().await;
    add_referrer(&upstream).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let listings = (0..6).map(|_| async {
        let listed = cache.output("ListImageReferrers", &input()).await;
        listed["referrers"].as_array().unwrap().len()
    });
    assert_eq!(futures_util::future::join_all(listings).await, [1; 6]);
    assert_eq!(requested(&upstream).await, 1);
}

#[tokio::test]
async fn the_registry_lists_the_referrers_of_a_cached_image() {
    let upstream = Upstream::empty().await;
    add_referrer(&upstream).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let path = format!("quay/team/app/referrers/{}", subject());
    let listed = cache.get(&path).await;
    assert!(
        listed.body.contains(&sha256(&referrer())),
        "{}",
        listed.body
    );
    // A failure does not affect those that the repository has.
    upstream.0.reset().await;
    upstream.add(&list(), ResponseTemplate::new(500)).await;
    cache.0.clock().advance(Duration::from_secs(7 * 3600));
    assert_eq!(cache.get(&path).await.body, listed.body);
    assert_eq!(requested(&upstream).await, 1);
}

#[tokio::test]
async fn referrers_that_cannot_be_listed_are_an_error() {
    let upstream = Upstream::with_image().await;
    upstream.add(&list(), ResponseTemplate::new(500)).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let text = "The referrer or referrers were unable to be listed using the pull through cache rule. This is usually caused because of an issue with the Secrets Manager secret containing the credentials for the upstream registry.";
    let code = "UnableToListUpstreamImageReferrersException";
    cache
        .assert_error("ListImageReferrers", &input(), code, text)
        .await;
    // The next call requests the upstream registry again.
    upstream.0.reset().await;
    add_referrer(&upstream).await;
    let listed = cache.output("ListImageReferrers", &input()).await;
    assert_eq!(listed["referrers"].as_array().unwrap().len(), 1);
}

/// The client `go-containerregistry` takes the statuses 400, 404 and 406 for a registry without the list: `pkg/v1/remote/referrers.go`. Registries
/// without the path respond with 405 or 501.
#[tokio::test]
async fn an_upstream_registry_without_the_list_has_no_referrers() {
    for status in [400, 404, 405, 406, 501] {
        let upstream = Upstream::with_image().await;
        upstream.add(&list(), ResponseTemplate::new(status)).await;
        let cache = Cache::of(&upstream.url()).await;
        assert_eq!(cache.get(APP).await.status(), 200);
        for _ in 0..2 {
            let listed = cache.output("ListImageReferrers", &input()).await;
            assert_eq!(listed, json!({"referrers": []}), "{status}");
        }
        assert_eq!(requested(&upstream).await, 1, "{status}");
    }
}

/// The registry requires a token, and its token service does not issue one.
#[tokio::test]
async fn a_token_service_that_rejects_the_request_is_a_failure() {
    for status in [400, 404, 405, 501] {
        let upstream = Upstream::with_image().await;
        let challenge = format!("Bearer realm=\"{}/token\"", upstream.url());
        let guarded = ResponseTemplate::new(401).insert_header("www-authenticate", challenge);
        upstream.add(&list(), guarded).await;
        upstream.add("/token", ResponseTemplate::new(status)).await;
        let cache = Cache::of(&upstream.url()).await;
        assert_eq!(cache.get(APP).await.status(), 200);
        let response = cache.call("ListImageReferrers", &input()).await;
        let code = "UnableToListUpstreamImageReferrersException";
        assert!(response.body.contains(code), "{status}: {}", response.body);
    }
}

#[tokio::test]
async fn a_list_that_is_no_index_is_a_failure() {
    let code = "UnableToListUpstreamImageReferrersException";
    for body in ["", "{}", "[]", r#"{"manifests":null}"#, &manifest_text(5)] {
        let upstream = Upstream::with_image().await;
        let response = ResponseTemplate::new(200).set_body_raw(body, OCI_INDEX);
        upstream.add(&list(), response).await;
        let cache = Cache::of(&upstream.url()).await;
        assert_eq!(cache.get(APP).await.status(), 200);
        let response = cache.call("ListImageReferrers", &input()).await;
        assert!(response.body.contains(code), "{body}: {}", response.body);
    }
}

fn descriptor(digest: &str) -> Value {
    json!({"mediaType": OCI_MANIFEST, "digest": digest, "size": 1})
}

/// Returns an index that names the image as its subject.
fn index(name: usize, children: &[String]) -> String {
    let children: Vec<Value> = children.iter().map(|digest| descriptor(digest)).collect();
    let subject = descriptor(&subject());
    json!({"mediaType": OCI_INDEX, "manifests": children, "subject": subject, "name": name})
        .to_string()
}

fn served(text: &str, media_type: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text, media_type)
}

/// Returns the digests of invalid referrers, and the responses of the upstream registry.
fn invalid_referrers() -> Vec<(String, ResponseTemplate)> {
    let no_subject = manifest_text(5).replacen('{', r#"{"name":"no subject","#, 1);
    let other_type = referrer().replace("signature", "other");
    let stored_layer = referrer().replace(r#""size":5"#, r#""size":6"#);
    // The repository does not have this layer, which has 5 bytes.
    let new_layer = |size: usize| {
        let layer = referrer().replace(HELLO, &sha256("world"));
        layer.replace(r#""size":5"#, &format!(r#""size":{size}"#))
    };
    let missing = ResponseTemplate::new(404);
    let manifests = [no_subject, stored_layer, new_layer(4), new_layer(6)];
    let manifests = manifests.map(|text| (sha256(&text), served(&text, OCI_MANIFEST)));
    // Both list the image that does not exist.
    let indexes = [1, 2].map(|name| index(name, &[sha256("missing")]));
    let indexes = indexes.map(|text| (sha256(&text), served(&text, OCI_INDEX)));
    let others = [
        (sha256(&other_type), served(&other_type, OCI_INDEX)),
        (sha256("wrong digest"), served(&referrer(), OCI_MANIFEST)),
        (sha256("status"), ResponseTemplate::new(406)),
        (sha256("missing"), missing.clone()),
        (format!("blake3:{}", "0a".repeat(32)), missing),
    ];
    manifests.into_iter().chain(indexes).chain(others).collect()
}

#[tokio::test]
async fn invalid_referrers_are_passed_over() {
    let upstream = Upstream::empty().await;
    upstream.add_image().await;
    let world = blob(&sha256("world"));
    upstream.add(&world, content("world")).await;
    let mut digests = vec![sha256(&referrer()); 2];
    add_manifest(&upstream, &digests[0], &referrer()).await;
    let path = |digest: &str| format!("/v2/team/app/manifests/{digest}");
    for (digest, response) in invalid_referrers() {
        upstream.add(&path(&digest), response).await;
        // Each image is listed twice, and requested once.
        digests.extend([digest.clone(), digest]);
    }
    add_list(&upstream, &digests).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let listed = cache.output("ListImageReferrers", &input()).await;
    let listed = listed["referrers"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["digest"], digests[0]);
    let repository = json!({"repositoryName": "quay/team/app"});
    let images = cache.output("ListImages", &repository).await;
    assert_eq!(images["imageIds"].as_array().unwrap().len(), 2, "{images}");
    let paths = upstream.paths().await;
    let requests = paths.iter().filter(|one| **one == path(&sha256("status")));
    assert_eq!(requests.count(), 1);
}

/// An index whose second image does not exist is fetched before an index that lists its first image, too.
#[tokio::test]
async fn nothing_of_an_invalid_referrer_remains() {
    let upstream = Upstream::empty().await;
    upstream.add_image().await;
    let child = |name: &str| manifest_text(5).replacen('{', &format!(r#"{{"name":"{name}","#), 1);
    let (shared, other) = (child("shared"), child("other"));
    let valid = index(0, &[sha256(&shared)]);
    let children = [sha256(&other), sha256(&shared), sha256("missing")];
    // Referrers are fetched in the order of their digests.
    let mut invalid = (1..).map(|name| index(name, &children));
    let invalid = invalid.find(|text| sha256(text) < sha256(&valid)).unwrap();
    for text in [&shared, &other, &valid, &invalid] {
        add_manifest(&upstream, &sha256(text), text).await;
    }
    add_list(&upstream, &[sha256(&valid), sha256(&invalid)]).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let listed = cache.output("ListImageReferrers", &input()).await;
    let listed = listed["referrers"].as_array().unwrap();
    assert_eq!(
        (listed.len(), &listed[0]["digest"]),
        (1, &json!(sha256(&valid)))
    );
    let repository = json!({"repositoryName": "quay/team/app"});
    let images = cache.output("ListImages", &repository).await;
    let mut found: Vec<_> = images["imageIds"].as_array().unwrap().iter().collect();
    found.sort_by_key(|image| image["imageDigest"].to_string());
    let found: Vec<_> = found
        .iter()
        .map(|image| image["imageDigest"].clone())
        .collect();
    let mut expected = [subject(), sha256(&valid), sha256(&shared)];
    expected.sort();
    assert_eq!(found, expected);
}
