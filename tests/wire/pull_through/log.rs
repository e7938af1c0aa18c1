//! The log: one warning with the reason for each import that has failed.

use mock_ecr::config::StoredSecret;
use serde_json::json;
use wiremock::ResponseTemplate;

use super::login::{CREDENTIALS, hub};
use super::upstream::{EMPTY, HELLO, MANIFEST, Upstream, blob, content, manifest};
use super::{Cache, SECRET};
use crate::image::OCI_INDEX;
use crate::log::Log;

/// Returns the warnings of a pull that fails.
async fn warnings(cache: &Cache, path: &str) -> Vec<String> {
    let log = Log::default();
    let guards = log.capture();
    assert_ne!(cache.get(path).await.status(), 200);
    drop(guards);
    let text = log.text();
    let warnings = text.lines().filter(|line| line.contains("WARN"));
    warnings.map(str::to_owned).collect()
}

/// Asserts that the pull fails with one warning, which contains the texts.
async fn assert_warning(upstream: &Upstream, texts: &[&str]) {
    let cache = Cache::of(&upstream.url()).await;
    let found = warnings(&cache, "quay/team/app/manifests/1.0").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let address = upstream.0.address().to_string();
    for text in texts.iter().chain(&[&address[..], "upstream=quay.io"]) {
        assert!(found[0].contains(text), "{text}: {found:?}");
    }
}

const NOT_FOUND: &str = "status 404 Not Found";

#[tokio::test]
async fn a_missing_image_is_logged() {
    let upstream = Upstream::empty().await;
    assert_warning(&upstream, &[&format!("GET {MANIFEST} at "), NOT_FOUND]).await;
}

#[tokio::test]
async fn a_missing_layer_is_logged() {
    let upstream = Upstream::empty().await;
    upstream.add(MANIFEST, manifest()).await;
    upstream.add(&blob(EMPTY), content("{}")).await;
    let sent = format!("GET {} at ", blob(HELLO));
    assert_warning(&upstream, &[&sent, NOT_FOUND]).await;
}

#[tokio::test]
async fn a_missing_image_of_an_index_is_logged() {
    let upstream = Upstream::empty().await;
    let index = json!({"schemaVersion": 2, "manifests": [{"digest": HELLO, "size": 2}]});
    let index = ResponseTemplate::new(200).set_body_raw(index.to_string(), OCI_INDEX);
    upstream.add(MANIFEST, index).await;
    let sent = format!("GET /v2/team/app/manifests/{HELLO} at ");
    assert_warning(&upstream, &[&sent, NOT_FOUND]).await;
    // The image is invalid, and not missing.
    let cache = Cache::of(&upstream.url()).await;
    let input = json!({"repositoryName": "quay/team/app", "imageIds": [{"imageTag": "1.0"}]});
    let output = cache.output("BatchGetImage", &input).await;
    assert_eq!(output["failures"][0]["failureCode"], "UpstreamUnavailable");
}

#[tokio::test]
async fn a_missing_target_of_a_redirect_is_logged_without_its_query() {
    let upstream = Upstream::empty().await;
    upstream.add(MANIFEST, manifest()).await;
    let location = format!("{}/layer?signature=secret-1", upstream.url());
    let redirect = ResponseTemplate::new(307).insert_header("location", &location[..]);
    upstream.add(&blob(EMPTY), redirect).await;
    assert_warning(&upstream, &["GET /layer at ", NOT_FOUND]).await;
    let cache = Cache::of(&upstream.url()).await;
    let found = warnings(&cache, "quay/team/app/manifests/1.0").await;
    assert!(!found[0].contains("secret-1"), "{found:?}");
}

fn rejection(status: u16, message: &str) -> ResponseTemplate {
    let body = json!({"errors": [{"code": "DENIED", "message": message}]});
    ResponseTemplate::new(status).set_body_json(body)
}

#[tokio::test]
async fn the_reason_of_a_rejection_is_logged() {
    for status in [403, 429, 500] {
        let upstream = Upstream::empty().await;
        let message = "Your authorization token has expired.";
        upstream.add(MANIFEST, rejection(status, message)).await;
        let status = format!("status {status} ");
        let stated = format!("DENIED: {message}");
        assert_warning(&upstream, &[&status, &stated]).await;
    }
}

#[tokio::test]
async fn a_credential_in_the_reason_of_a_rejection_is_not_logged() {
    let upstream = Upstream::empty().await;
    let challenge = ResponseTemplate::new(401).insert_header("www-authenticate", "Basic");
    let once = wiremock::Mock::given(wiremock::matchers::path(MANIFEST));
    let once = once.respond_with(challenge).up_to_n_times(1);
    once.mount(&upstream.0).await;
    let message = "the token secret-token-1 is invalid";
    upstream.add(MANIFEST, rejection(403, message)).await;
    let cache = Cache::start(hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS))).await;
    let found = warnings(&cache, "hub/team/app/manifests/1.0").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("status 403 Forbidden"), "{found:?}");
    assert!(!found[0].contains("secret-token-1"), "{found:?}");
}
