//! The control API, `/_mock/`.

mod background;
mod clock;
mod config;
mod details;
mod event_reader;
mod events;
mod faults;
mod lifecycle;
mod openapi;
mod renamed;
mod repositories;
mod requests;
mod scan_results;
mod schema;
mod stream_bounds;
mod tokens;
mod wait_and_stream;

use mock_ecr::MockEcr;
use mock_ecr::config::CaLocation;
use serde_json::Value;

use crate::raw::{RawRequest, frozen_mock};
use crate::response::Response;

fn control_request(method: &'static str, resource: &str) -> RawRequest {
    RawRequest::new(method, format!("/_mock/{resource}"))
}

pub(crate) fn post(resource: &str, body: &str) -> RawRequest {
    let post = control_request("POST", resource).with("Content-Type", "application/json");
    post.body(body)
}

/// Sends a request and returns the JSON of a successful response.
pub(crate) async fn fetch_json(request: &RawRequest, ecr: &MockEcr) -> Value {
    let response = request.to(ecr).await;
    assert_eq!(response.status(), 200, "{request:?}: {response:?}");
    json(&response)
}

#[track_caller]
fn json(response: &Response) -> Value {
    assert_eq!(response.header("Content-Type"), "application/json");
    serde_json::from_str(&response.body).unwrap()
}

/// Asserts the status and the code of an error, the location `at`, and a part of the message.
#[track_caller]
pub(crate) fn assert_rejected(
    response: &Response,
    status: u16,
    code: &str,
    at: Option<&str>,
    text: &str,
) {
    assert_eq!(response.status(), status, "{response:?}");
    let problem = json(response);
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem.get("at").and_then(Value::as_str), at, "{problem}");
    let error = problem["error"].as_str().unwrap();
    assert!(error.contains(text), "{problem}");
}

#[tokio::test]
async fn the_ca_certificate_is_returned_if_tls_is_enabled() {
    let ecr = MockEcr::builder().tls(CaLocation::Memory).start();
    let ecr = ecr.await.unwrap();
    let response = control_request("GET", "ca.pem").to(&ecr).await;
    assert_eq!(response.status(), 200);
    assert_eq!(Some(response.body.as_str()), ecr.ca_certificate());

    let response = control_request("GET", "ca.pem").response().await;
    assert_eq!(response.status(), 404);
    assert!(response.body.contains("--tls"), "{}", response.body);
}

#[tokio::test]
async fn the_environment_depends_on_the_redirection() {
    let ecr = frozen_mock().await;
    let response = control_request("GET", "environment").to(&ecr).await;
    let endpoint = r#""AWS_ENDPOINT_URL_ECR":"http://localhost""#;
    assert!(response.body.contains(endpoint), "{}", response.body);
    assert!(response.body.contains(r#""HTTPS_PROXY":null"#));

    let response = control_request("GET", "environment?only=ecr")
        .to(&ecr)
        .await;
    assert_eq!(response.body, format!("{{{endpoint}}}"));

    let proxy = "environment?redirect=proxy&certificate=/ca.pem";
    let response = control_request("GET", proxy).to(&ecr).await;
    assert!(response.body.contains(r#""SSL_CERT_FILE":"/ca.pem""#));
    assert!(response.body.contains(r#""AWS_ENDPOINT_URL_ECR":null"#));
    assert!(
        response
            .body
            .contains(r#""HTTPS_PROXY":"http://localhost""#)
    );

    for (wrong, text) in [
        ("environment?redirect=proxy", "certificate=PATH"),
        ("environment?only=ecr-public", "ecr-public"),
        (
            "environment?only=ecr&redirect=proxy&certificate=/ca.pem",
            "expected redirect=env",
        ),
        (
            "environment?redirect=dns",
            "expected one of `env`, `proxy`, `hosts`",
        ),
    ] {
        let response = control_request("GET", wrong).to(&ecr).await;
        assert_eq!(response.status(), 400, "{wrong}");
        assert!(response.body.contains(text), "{}", response.body);
    }
}

#[tokio::test]
async fn unknown_paths_methods_and_parameters_are_rejected() {
    let response = control_request("GET", "nothing").response().await;
    assert_rejected(&response, 404, "NOT_FOUND", None, "clock/advance");
    let response = control_request("POST", "ca.pem").response().await;
    assert_rejected(&response, 405, "METHOD_NOT_ALLOWED", None, "expected GET");
    assert_eq!(response.header("Allow"), "GET");
    let response = control_request("HEAD", "clock").response().await;
    assert_eq!(response.status(), 405);
    let response = control_request("DELETE", "tokens").response().await;
    assert_eq!(response.header("Allow"), "GET, POST");
    let response = control_request("GET", "requests?stauts=403")
        .response()
        .await;
    assert_rejected(&response, 400, "BAD_QUERY", Some("stauts"), " status, ");
    let response = control_request("GET", "health?x").response().await;
    assert_rejected(&response, 400, "BAD_QUERY", Some("x"), "has no parameters");
    let response = control_request("GET", "requests?status=403&status=401")
        .response()
        .await;
    assert_rejected(&response, 400, "BAD_QUERY", Some("status"), "duplicate");
}

#[tokio::test]
async fn a_body_must_be_json_of_limited_size() {
    let by = r#"{"by":"1s"}"#;
    for content_type in ["application/json", "APPLICATION/JSON; charset=utf-8"] {
        let post = post("clock/advance", by).with("Content-Type", content_type);
        assert_eq!(post.response().await.status(), 200, "{content_type}");
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let post = post("clock/advance", by).with("Content-Type", content_type);
        assert_rejected(
            &post.response().await,
            415,
            "NOT_JSON",
            None,
            "application/json",
        );
    }
    let without_content_type = post("clock/freeze", "").without("Content-Type");
    assert_rejected(
        &without_content_type.response().await,
        415,
        "NOT_JSON",
        None,
        "application/json",
    );

    let long = format!(r#"{{"by":"{}"}}"#, "1".repeat(64 << 10));
    let response = post("clock/advance", &long).response().await;
    assert_rejected(&response, 413, "TOO_LARGE", None, "64 KiB");
    for (body, at, text) in [
        ("{", None, "EOF"),
        (r#"{"by":"1s"} x"#, None, "trailing"),
        ("{}", None, "missing field `by`"),
        (r#"{"by":7}"#, Some("by"), "expected a string"),
        (r#"{"by":"12"}"#, Some("by"), "such as 1d, 12h"),
        (r#"{"by":"1s","to":1}"#, Some("to"), "expected `by`"),
    ] {
        let response = post("clock/advance", body).response().await;
        assert_rejected(&response, 400, "BAD_BODY", at, text);
    }
}

#[tokio::test]
async fn a_request_for_a_host_that_is_not_local_is_rejected() {
    for host in ["example.com", "localhost.example.com", "192.0.2.1", ""] {
        let response = control_request("GET", "config")
            .on_host(host)
            .response()
            .await;
        assert_rejected(&response, 403, "NOT_LOCAL", None, "--control-key");
    }
    for host in ["127.0.0.1:1", "[::1]:80", "LOCALHOST", "ecr.localhost"] {
        let response = control_request("GET", "config")
            .on_host(host)
            .response()
            .await;
        assert_eq!(response.status(), 200, "{host}");
    }
}

#[tokio::test]
async fn only_a_page_of_the_same_origin_can_send_requests() {
    let from = |origin: &str| post("tokens", "{}").with("Origin", origin);
    for origin in ["https://example.com", "null", "http://127.0.0.1:4566"] {
        let response = from(origin).response().await;
        assert_rejected(&response, 403, "CROSS_SITE", None, "Origin");
    }
    let ecr = frozen_mock().await;
    let host = ecr.address().to_string();
    let same = format!("http://{host}");
    let request = || {
        from(&same)
            .on_host(&host)
            .with("Sec-Fetch-Site", "same-origin")
    };
    assert_eq!(request().to(&ecr).await.status(), 200);
    // A page after DNS rebinding.
    let rebound = from("http://example.com").on_host("example.com");
    assert_rejected(&rebound.to(&ecr).await, 403, "NOT_LOCAL", None, "loopback");
    let crossing = control_request("GET", "environment").with("Sec-Fetch-Site", "cross-site");
    assert_eq!(crossing.response().await.status(), 403);
    let typed = control_request("GET", "environment").with("Sec-Fetch-Site", "none");
    assert_eq!(typed.response().await.status(), 200);
}

#[tokio::test]
async fn a_mock_that_listens_beyond_loopback_requires_a_control_key() {
    let anywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let ecr = MockEcr::builder().listen(anywhere).start().await.unwrap();
    let response = control_request("GET", "clock").to(&ecr).await;
    assert_rejected(&response, 403, "NOT_LOCAL", None, "--control-key");
    let also = MockEcr::builder()
        .also_listen(anywhere)
        .start()
        .await
        .unwrap();
    assert_eq!(
        control_request("GET", "clock").to(&also).await.status(),
        403
    );

    let ecr = MockEcr::builder()
        .listen(anywhere)
        .control_key("hunter2-key");
    let ecr = ecr.start().await.unwrap();
    let request = control_request("GET", "clock").on_host("mock:4566");
    assert_eq!(request.clone().to(&ecr).await.status(), 401);
    let request = request.authorized("Bearer hunter2-key");
    assert_eq!(request.clone().to(&ecr).await.status(), 200);
    let from_page = request.with("Origin", "https://example.com");
    assert_eq!(from_page.to(&ecr).await.status(), 403);
}

/// A health check of a container has no key, and uses the name of the container as host.
#[tokio::test]
async fn health_needs_neither_the_control_key_nor_a_local_host() {
    let anywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    for builder in [
        MockEcr::builder().listen(anywhere),
        MockEcr::builder().control_key("hunter2-key"),
    ] {
        let ecr = builder.start().await.unwrap();
        let health = control_request("GET", "health").on_host("mock.example:4566");
        assert_eq!(fetch_json(&health, &ecr).await["status"], "ok");
        let head = control_request("HEAD", "health").on_host("mock.example:4566");
        let head = head.to(&ecr).await;
        assert_eq!((head.status(), &*head.body), (200, ""));
        for other in ["health/", "healthy", "health%2f..%2fclock"] {
            let other = control_request("GET", other).on_host("mock.example:4566");
            assert!([401, 403].contains(&other.to(&ecr).await.status()));
        }
        let from_page = health.with("Origin", "https://example.com");
        assert_eq!(from_page.to(&ecr).await.status(), 403);
    }
}

#[tokio::test]
async fn no_browser_interprets_a_response_of_the_control_api_as_html() {
    let ecr = frozen_mock().await;
    for path in [
        "health",
        "requests",
        "requests.har",
        "metrics",
        "nothing",
        "requests?limit=%3Cb%3E",
        "requests/wait?count=0",
    ] {
        let response = control_request("GET", path).to(&ecr).await;
        let header = response.header("X-Content-Type-Options");
        assert_eq!(header, "nosniff", "{path}");
    }
    // The headers of AWS are recorded.
    let call = RawRequest::token_call().signed().to(&ecr).await;
    assert!(!call.has("X-Content-Type-Options"), "{call:?}");
}

#[tokio::test]
async fn a_wrong_control_key_is_rejected() {
    let ecr = MockEcr::builder().control_key("hunter2-key").start().await;
    let ecr = ecr.unwrap();
    for wrong in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer hunter2",
        "Bearer hunter2-key2",
        "Basic hunter2-key",
        "Basic aHVudGVyMi1rZXkyOg==",
        "Basic Omh1bnRlcjIta2V5",
        "hunter2-key",
    ] {
        let response = control_request("GET", "clock")
            .authorized(wrong)
            .to(&ecr)
            .await;
        assert_rejected(&response, 401, "UNAUTHORIZED", None, "Bearer KEY");
        assert_eq!(
            response.header("WWW-Authenticate"),
            "Bearer realm=\"mock-ecr\""
        );
    }
    // The last value is that of `curl http://hunter2-key@HOST`.
    let right = [
        "Bearer hunter2-key",
        "bearer hunter2-key",
        "Basic aHVudGVyMi1rZXk6",
    ];
    for right in right {
        let response = control_request("GET", "clock")
            .authorized(right)
            .to(&ecr)
            .await;
        assert_eq!(response.status(), 200, "{right}");
    }
    assert!(!format!("{ecr:?}").contains("hunter2-key"));
}

#[tokio::test]
async fn a_control_key_that_is_short_or_invalid_in_a_header_is_rejected() {
    for wrong in ["", "k3y", "hunter2", "two words", "schlüssel"] {
        let started = MockEcr::builder().control_key(wrong).start().await;
        let error = started.unwrap_err().to_string();
        assert!(error.starts_with("control_key: "), "{error}");
        assert!(error.contains("at least 8 printable"), "{error}");
        assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
    }
}
