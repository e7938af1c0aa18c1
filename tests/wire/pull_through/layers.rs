//! The content that an upstream registry sends: its limits, redirects and errors.

use std::time::Duration;

use mock_ecr::MockEcr;
use serde_json::json;
use wiremock::ResponseTemplate;

use super::upstream::{EMPTY, HELLO, MANIFEST, Upstream, blob, content, manifest, manifest_text};
use super::{Cache, builder};
use crate::image::OCI_MANIFEST;
use crate::log::Log;

const APP: &str = "quay/team/app/manifests/1.0";

/// Asserts that a pull finds no image, that nothing is visible, and that a warning has the reason.
pub(crate) async fn assert_not_imported(upstream: &Upstream, reason: &str) {
    let cache = Cache::of(&upstream.url()).await;
    assert_not_imported_by(&cache, reason).await;
}

async fn assert_not_imported_by(cache: &Cache, reason: &str) {
    let log = Log::default();
    let guards = log.capture();
    cache.assert_missing(APP).await;
    drop(guards);
    assert!(log.text().contains(reason), "{}", log.text());
    assert!(cache.0.repositories().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_to_a_layer_is_followed_to_an_address_of_the_configuration_only() {
    let (upstream, layers) = (
        Upstream::with_redirect("https://cdn.quay.io/hello").await,
        Upstream::empty().await,
    );
    layers.add("/hello", content("hello")).await;
    let reason = "upstreams.addresses has no address for cdn.quay.io, the host of a redirect";
    assert_not_imported(&upstream, reason).await;
    let both = builder().upstream("quay.io", &upstream.url());
    let cache = Cache::start(both.upstream("cdn.quay.io", &layers.url())).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let cached = cache.0.repository("quay/team/app");
    assert_eq!(cached.layers("1.0").await.unwrap(), [b"hello"]);
    let requests = layers.0.received_requests().await.unwrap();
    assert!(!requests[0].headers.contains_key("authorization"));
}

/// A location without a host is relative to the server that has sent it, which does not receive the credentials of the registry.
#[tokio::test]
async fn a_redirect_without_a_host_is_relative_to_the_server_that_has_sent_it() {
    for location in ["/second", "//cdn.quay.io/second"] {
        let upstream = Upstream::with_redirect("https://cdn.quay.io/first").await;
        let layers = Upstream::empty().await;
        let again = ResponseTemplate::new(302).insert_header("location", location);
        layers.add("/first", again).await;
        layers.add("/second", content("hello")).await;
        let both = builder().upstream("quay.io", &upstream.url());
        let cache = Cache::start(both.upstream("cdn.quay.io", &layers.url())).await;
        assert_eq!(cache.get(APP).await.status(), 200, "{location}");
        assert_eq!(layers.paths().await, ["/first", "/second"]);
        let requests = layers.0.received_requests().await.unwrap();
        let mut headers = requests.iter().map(|request| &request.headers);
        assert!(headers.all(|headers| !headers.contains_key("x-mock-ecr-importing")));
    }
}

impl Upstream {
    /// Starts a registry that redirects the request for the layer.
    async fn with_redirect(location: &str) -> Self {
        let upstream = Upstream::empty().await;
        let redirect = ResponseTemplate::new(307).insert_header("location", location);
        upstream.add(&blob(HELLO), redirect).await;
        upstream.add_image().await;
        upstream
    }
}

#[tokio::test]
async fn redirects_end() {
    let upstream = Upstream::with_redirect(&blob(HELLO)).await;
    assert_not_imported(&upstream, "more than five times").await;
}

#[tokio::test]
async fn a_layer_has_its_digest_and_its_size() {
    let upstream = Upstream::empty().await;
    upstream.add(&blob(HELLO), content("world")).await;
    upstream.add_image().await;
    assert_not_imported(&upstream, "invalid digest of a layer").await;

    let upstream = Upstream::empty().await;
    let short = manifest_text(4);
    let short = ResponseTemplate::new(200).set_body_raw(short, OCI_MANIFEST);
    upstream.add(MANIFEST, short).await;
    upstream.add_layers().await;
    assert_not_imported(&upstream, "has not the 4 bytes that its manifest states").await;
}

#[tokio::test]
async fn a_manifest_has_at_most_four_mebibytes() {
    let upstream = Upstream::empty().await;
    let long = format!("{}{}", manifest_text(5), " ".repeat(4 << 20));
    let long = ResponseTemplate::new(200).set_body_raw(long, OCI_MANIFEST);
    upstream.add(MANIFEST, long).await;
    upstream.add_layers().await;
    assert_not_imported(&upstream, "the manifest has more than 4 MiB").await;
}

#[tokio::test]
async fn a_manifest_is_valid() {
    for (text, media_type, reason) in [
        ("[]", OCI_MANIFEST, "expected a JSON object"),
        (r#"{"layers":7}"#, OCI_MANIFEST, "expected the fields"),
    ] {
        let upstream = Upstream::empty().await;
        let response = ResponseTemplate::new(200).set_body_raw(text, media_type);
        upstream.add(MANIFEST, response).await;
        assert_not_imported(&upstream, reason).await;
    }
}

#[tokio::test]
async fn an_image_that_a_client_must_not_push_is_imported() {
    // [ASSUME]
    let upstream = Upstream::empty().await;
    let empty = format!(r#"{{"schemaVersion":2,"layers":[],"unknown":"{EMPTY}"}}"#);
    let response = ResponseTemplate::new(200).set_body_raw(empty, OCI_MANIFEST);
    upstream.add(MANIFEST, response).await;
    let cache = Cache::of(&upstream.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
}

#[tokio::test]
async fn a_layer_that_is_missing_leaves_nothing_visible() {
    let upstream = Upstream::empty().await;
    upstream.add(MANIFEST, manifest()).await;
    let cache = Cache::of(&upstream.url()).await;
    cache.assert_missing(APP).await;
    assert!(cache.0.repositories().await.unwrap().is_empty());
    upstream.add_layers().await;
    assert_eq!(cache.get(APP).await.status(), 200);
}

#[tokio::test]
async fn an_import_ends_after_the_timeout() {
    let upstream = Upstream::empty().await;
    let slow = manifest().set_delay(Duration::from_secs(600));
    upstream.add(MANIFEST, slow).await;
    let builder = builder().upstream("quay.io", &upstream.url());
    let cache = Cache::start(builder.upstream_timeout(Duration::from_millis(100))).await;
    assert_not_imported_by(&cache, "longer than upstreams.timeout").await;
}

#[tokio::test]
async fn a_registry_that_is_not_reached_has_no_image() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let cache = Cache::start(builder().upstream("quay.io", &address)).await;
    assert_not_imported_by(&cache, "an image was not imported").await;
}

#[tokio::test]
async fn a_throttled_pull_is_throttled() {
    // [ASSUME]
    let upstream = Upstream::empty().await;
    upstream.add(MANIFEST, ResponseTemplate::new(429)).await;
    let cache = Cache::of(&upstream.url()).await;
    let response = cache.get(APP).await;
    let body = "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"Rate exceeded\"}]}\n";
    assert_eq!((response.status(), &response.body[..]), (429, body));
}

#[tokio::test]
async fn a_deleted_layer_is_fetched_again() {
    // Source: UnableToGetUpstreamLayerException in the service model. When a layer is fetched again is [ASSUME].
    let upstream = Upstream::with_image().await;
    let oci = mock_ecr::config::Dialect::Oci;
    let cache = builder().dialect(oci).upstream("quay.io", &upstream.url());
    let cache = Cache::start(cache).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let layer = format!("quay/team/app/blobs/{HELLO}");
    let delete = || cache.send_as(super::DEVELOPER, "DELETE", &layer);
    assert_eq!(delete().await.status(), 202);
    let input = json!({"repositoryName": "quay/team/app", "layerDigest": HELLO});
    let url = cache.output("GetDownloadUrlForLayer", &input).await;
    assert_eq!(url["layerDigest"], HELLO);
    assert_eq!(
        cache
            .0
            .repository("quay/team/app")
            .layers("1.0")
            .await
            .unwrap(),
        [b"hello"]
    );

    assert_eq!(delete().await.status(), 202);
    upstream.0.reset().await;
    let text =
        "There was an issue getting the upstream layer matching the pull through cache rule.";
    let code = "UnableToGetUpstreamLayerException";
    cache
        .assert_error("GetDownloadUrlForLayer", &input, code, text)
        .await;
    let unknown =
        json!({"repositoryName": "quay/team/app", "layerDigest": EMPTY.replace('4', "5")});
    let response = cache.call("GetDownloadUrlForLayer", &unknown).await;
    assert!(
        response.body.contains("LayersNotFoundException"),
        "{}",
        response.body
    );
}

#[tokio::test]
async fn an_image_that_exceeds_the_quota_is_not_imported() {
    // [ASSUME]: the exception is that of a push.
    let upstream = Upstream::with_image().await;
    let builder = builder().image_quota(0);
    let cache = Cache::start(builder.upstream("quay.io", &upstream.url())).await;
    let input = json!({"repositoryName": "quay/team/app", "imageIds": [{"imageTag": "1.0"}]});
    let response = cache.call("BatchGetImage", &input).await;
    let code = r#""__type":"LimitExceededException""#;
    assert!(response.body.contains(code), "{}", response.body);
}

#[tokio::test]
async fn a_layer_of_many_chunks_is_streamed() {
    let layer = vec![7; 3 << 20];
    let source = MockEcr::builder().frozen();
    let image = mock_ecr::repository::Image::new()
        .layer(layer.clone())
        .tag("1.0");
    let source = source.image("team/app", image).start().await.unwrap();
    let cache = Cache::of(&source.url()).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let cached = cache.0.repository("quay/team/app");
    assert_eq!(cached.layers("1.0").await.unwrap(), [layer]);
}
