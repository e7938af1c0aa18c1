//! The authentication at an upstream registry.

use mock_ecr::config::{PullThroughCacheRule, SecretAccess, StoredSecret};
use mock_ecr::repository::Image;
use mock_ecr::{MockEcr, MockEcrBuilder};
use serde_json::json;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use super::upstream::{EMPTY, Guarded, HELLO, MANIFEST, Upstream, blob, content, manifest};
use super::{Cache, SECRET};
use crate::log::Log;

const HUB: &str = "registry-1.docker.io";
pub(super) const CREDENTIALS: &str = r#"{"username":"me","accessToken":"secret-token-1"}"#;
/// `me:secret-token-1` in base64.
const BASIC: &str = "Basic bWU6c2VjcmV0LXRva2VuLTE=";
const APP: &str = "hub/team/app/manifests/1.0";

/// Adds the image to an upstream registry that requires an authorization.
async fn guard(upstream: &Upstream, authorization: &'static str, challenge: &str) {
    for (path, response) in [
        (MANIFEST.to_owned(), manifest()),
        (blob(EMPTY), content("{}")),
        (blob(HELLO), content("hello")),
        ("/v2/".to_owned(), content("{}")),
    ] {
        let challenge = challenge.to_owned();
        let guarded = Guarded {
            authorization,
            challenge,
            response,
        };
        upstream.add(&path, guarded).await;
    }
}

/// A builder with a rule for Docker Hub, whose secret has this text.
pub(super) fn hub(upstream: &Upstream, secret: StoredSecret) -> MockEcrBuilder {
    let rule = PullThroughCacheRule::new("hub", HUB).credential_arn(SECRET);
    MockEcr::builder()
        .frozen()
        .secret(secret)
        .pull_through_cache_rule(rule)
        .upstream(HUB, &upstream.url())
}

#[tokio::test]
async fn the_credentials_of_the_secret_are_sent_if_the_registry_requires_them() {
    let upstream = Upstream::empty().await;
    guard(&upstream, BASIC, "Basic realm=\"registry\"").await;
    let cache = Cache::start(hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS))).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let named = json!({"ecrRepositoryPrefix": "hub"});
    let validated = cache.output("ValidatePullThroughCacheRule", &named).await;
    assert_eq!(validated["isValid"], true);
    assert_eq!(validated.get("failure"), None);
}

/// Adds a token service that requires these credentials, if any.
async fn add_tokens(upstream: &Upstream, authorization: Option<&str>) {
    let scope = "repository:team/app:pull";
    let mut mock = Mock::given(method("GET"))
        .and(path("/token"))
        .and(query_param("service", "registry"))
        .and(query_param("scope", scope));
    if let Some(authorization) = authorization {
        mock = mock.and(header("authorization", authorization));
    }
    let token = ResponseTemplate::new(200).set_body_json(json!({"token": "bearer"}));
    mock.respond_with(token).mount(&upstream.0).await;
}

fn bearer(realm: &str) -> String {
    format!("Bearer realm=\"{realm}\",service=\"registry\",scope=\"repository:team/app:pull\"")
}

#[tokio::test]
async fn a_token_is_requested_with_the_credentials() {
    let upstream = Upstream::empty().await;
    add_tokens(&upstream, Some(BASIC)).await;
    let realm = format!("{}/token", upstream.url());
    guard(&upstream, "Bearer bearer", &bearer(&realm)).await;
    let cache = Cache::start(hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS))).await;
    assert_eq!(cache.get(APP).await.status(), 200);
}

#[tokio::test]
async fn an_anonymous_token_is_requested_without_credentials() {
    let upstream = Upstream::empty().await;
    add_tokens(&upstream, None).await;
    let realm = format!("{}/token", upstream.url());
    guard(&upstream, "Bearer bearer", &bearer(&realm)).await;
    let cache = Cache::of(&upstream.url()).await;
    let response = cache.get("quay/team/app/manifests/1.0").await;
    assert_eq!(response.status(), 200, "{}", response.body);
    let requests = upstream.0.received_requests().await.unwrap();
    let token = requests.iter().find(|one| one.url.path() == "/token");
    assert!(!token.unwrap().headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_token_service_has_an_address_of_the_configuration() {
    let (upstream, tokens) = (Upstream::empty().await, Upstream::empty().await);
    add_tokens(&tokens, Some(BASIC)).await;
    guard(
        &upstream,
        "Bearer bearer",
        &bearer("https://auth.docker.io/token"),
    )
    .await;
    let secret = StoredSecret::new(SECRET, CREDENTIALS);
    let cache = Cache::start(hub(&upstream, secret.clone())).await;
    let log = Log::default();
    let guards = log.capture();
    cache.assert_missing(APP).await;
    drop(guards);
    let text =
        "upstreams.addresses has no address for auth.docker.io, the host of the token service";
    assert!(log.text().contains(text), "{}", log.text());
    let builder = hub(&upstream, secret).upstream("auth.docker.io", &tokens.url());
    let cache = Cache::start(builder).await;
    assert_eq!(cache.get(APP).await.status(), 200);
}

/// The response for an upstream registry that rejects the credentials. Source: aws/containers-roadmap#2354 (2024), whose text is cut after
/// `credenti`. The rest and the status are `[ASSUME]`.
const DENIED: &str = "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"The authentication to the upstream registry failed. Verify that the credentials for the upstream registry are valid and try again.\"}]}\n";

#[tokio::test]
async fn credentials_that_the_registry_rejects_are_an_error() {
    let upstream = Upstream::empty().await;
    guard(&upstream, "Basic other", "Basic realm=\"registry\"").await;
    let cache = Cache::start(hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS))).await;
    let response = cache.get(APP).await;
    assert_eq!((response.status(), &response.body[..]), (403, DENIED));
    let named = json!({"ecrRepositoryPrefix": "hub"});
    let validated = cache.output("ValidatePullThroughCacheRule", &named).await;
    assert_eq!(validated["isValid"], false);
    let failure = "The authentication to the upstream registry failed.";
    assert_eq!(validated["failure"], failure);
}

/// The credentials are for the registry: a redirect within it has them, and one to another server has not.
#[tokio::test]
async fn the_credentials_follow_a_redirect_within_the_registry_only() {
    let (upstream, other) = (Upstream::empty().await, Upstream::empty().await);
    let own = format!("{}/own", upstream.url());
    for (digest, location) in [(HELLO, own), (EMPTY, format!("{}/other", other.url()))] {
        let redirect = ResponseTemplate::new(307).insert_header("location", &location[..]);
        upstream.add(&blob(digest), redirect).await;
    }
    guard(&upstream, BASIC, "Basic realm=\"registry\"").await;
    upstream.add("/own", content("hello")).await;
    other.add("/other", content("{}")).await;
    let hub = hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS));
    let cache = Cache::start(hub.upstream("other.example", &other.url())).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let authorized = async |upstream: &Upstream, path: &str| {
        let requests = upstream.0.received_requests().await.unwrap();
        let mut found = requests.iter().filter(|one| one.url.path() == path);
        let request = found.next().unwrap();
        request.headers.contains_key("authorization")
    };
    assert!(authorized(&upstream, "/own").await);
    assert!(!authorized(&other, "/other").await);
}

/// A mock with another seed rejects the token with the status 400, as Amazon ECR rejects an invalid token.
#[tokio::test]
async fn a_token_that_a_mock_does_not_accept_is_an_error() {
    let upstream = MockEcr::builder()
        .seed("other")
        .image("team/app", Image::new().layer("hello").tag("1.0"));
    let upstream = upstream.start().await.unwrap();
    let cache = Cache::of(&upstream.url()).await;
    let response = cache.get("quay/team/app/manifests/1.0").await;
    assert_eq!((response.status(), &response.body[..]), (403, DENIED));
}

#[tokio::test]
async fn a_registry_that_requires_credentials_denies_the_access_without_a_secret() {
    let upstream = Upstream::empty().await;
    guard(&upstream, BASIC, "Basic realm=\"registry\"").await;
    let cache = Cache::of(&upstream.url()).await;
    let response = cache.get("quay/team/app/manifests/1.0").await;
    assert_eq!((response.status(), &response.body[..]), (403, DENIED));
}

#[tokio::test]
async fn an_official_image_of_docker_hub_needs_its_namespace() {
    // Source: aws/containers-roadmap#2211 (2023).
    let upstream = Upstream::empty().await;
    let cache = Cache::start(hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS))).await;
    let response = cache.get("hub/alpine/manifests/1.0").await;
    assert_eq!((response.status(), &response.body[..]), (403, DENIED));
    assert!(upstream.paths().await.is_empty());
    cache
        .assert_missing("hub/library/alpine/manifests/1.0")
        .await;
    assert_eq!(upstream.paths().await, ["/v2/library/alpine/manifests/1.0"]);
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_fails_the_pull() {
    // Source: the description of UnableToGetUpstreamImageException in the service model. The conditions are [ASSUME].
    let upstream = Upstream::with_image().await;
    let mut denied = StoredSecret::new(SECRET, CREDENTIALS);
    denied.access = SecretAccess::Denied;
    for secret in [StoredSecret::new(SECRET, "test"), denied] {
        let cache = Cache::start(hub(&upstream, secret)).await;
        let response = cache.get(APP).await;
        assert_eq!((response.status(), &response.body[..]), (403, DENIED));
        let requests = cache.0.requests();
        let explanation = requests.last().unwrap().explanation().unwrap();
        assert_eq!(explanation.kind.name(), "upstream");
        let input = json!({"repositoryName": "hub/team/app", "imageIds": [{"imageTag": "1.0"}]});
        let text = "The image or images were unable to be pulled using the pull through cache rule. This is usually caused because of an issue with the Secrets Manager secret containing the credentials for the upstream registry.";
        let code = "UnableToGetUpstreamImageException";
        cache
            .assert_error("BatchGetImage", &input, code, text)
            .await;
    }
    assert!(upstream.paths().await.is_empty());
}

#[tokio::test]
async fn a_secret_is_checked_without_an_address_of_the_registry() {
    // [ASSUME]
    let rule = PullThroughCacheRule::new("hub", HUB).credential_arn(SECRET);
    let secret = StoredSecret::new(SECRET, CREDENTIALS);
    let builder = MockEcr::builder().frozen().secret(secret);
    let cache = Cache::start(builder.pull_through_cache_rule(rule)).await;
    let named = json!({"ecrRepositoryPrefix": "hub"});
    let validated = cache.output("ValidatePullThroughCacheRule", &named).await;
    assert_eq!(validated["isValid"], true);
}

#[tokio::test]
async fn a_secret_does_not_appear_in_the_configuration_or_in_the_logs() {
    let upstream = Upstream::empty().await;
    guard(&upstream, "Basic other", "Basic realm=\"registry\"").await;
    let log = Log::default();
    let guards = log.capture();
    let cache = Cache::start(hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS))).await;
    assert_eq!(cache.get(APP).await.status(), 403);
    let path = "hub/team/app/manifests/1.0?text=secret-token-1";
    assert_eq!(cache.get(path).await.status(), 403);
    drop(guards);
    let config = crate::raw::RawRequest::new("GET", "/_mock/config");
    let config = config.with("Host", "localhost").to(&cache.0).await.body;
    assert!(config.contains(SECRET), "{config}");
    let requests = format!("{:?}", cache.0.requests());
    for text in [log.text(), config, requests] {
        assert!(!text.contains("secret-token-1"), "{text}");
    }
}

/// The URL of the token service contains a user name.
#[tokio::test]
async fn a_token_service_receives_its_host_only() {
    let upstream = Upstream::empty().await;
    add_tokens(&upstream, Some(BASIC)).await;
    let realm = format!("http://user:password@{}/token", upstream.0.address());
    guard(&upstream, "Bearer bearer", &bearer(&realm)).await;
    let cache = Cache::start(hub(&upstream, StoredSecret::new(SECRET, CREDENTIALS))).await;
    assert_eq!(cache.get(APP).await.status(), 200);
    let requests = upstream.0.received_requests().await.unwrap();
    let mut tokens = requests.iter().filter(|one| one.url.path() == "/token");
    let host = &tokens.next().unwrap().headers["host"];
    assert_eq!(host, &upstream.0.address().to_string()[..]);
}
