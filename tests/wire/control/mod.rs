//! `/_mock/`: what the mock tells of itself, what can be done to it from there, and by whom.

mod clock;
mod config;
mod faults;
mod live;
mod openapi;
mod renamed;
mod requests;
mod schema;
mod tokens;

use mock_ecr::MockEcr;
use mock_ecr::config::AuthorityLocation;
use serde_json::Value;

use crate::answer::Answer;
use crate::raw::{RawRequest, frozen};

fn ask(method: &'static str, resource: &str) -> RawRequest {
    RawRequest::new(method, format!("/_mock/{resource}"))
}

fn post(resource: &str, body: &str) -> RawRequest {
    let post = ask("POST", resource).with("Content-Type", "application/json");
    post.body(body)
}

/// The JSON of an answer that was not refused.
async fn told(request: &RawRequest, ecr: &MockEcr) -> Value {
    let answer = request.to(ecr).await;
    assert_eq!(answer.status(), 200, "{request:?}: {answer:?}");
    json(&answer)
}

#[track_caller]
fn json(answer: &Answer) -> Value {
    assert_eq!(answer.header("Content-Type"), "application/json");
    serde_json::from_str(&answer.body).unwrap()
}

/// A refusal: its status, its code, where it is, and a part of what it says.
#[track_caller]
fn is_rejected(answer: &Answer, status: u16, code: &str, at: Option<&str>, said: &str) {
    assert_eq!(answer.status(), status, "{answer:?}");
    let problem = json(answer);
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem.get("at").and_then(Value::as_str), at, "{problem}");
    let error = problem["error"].as_str().unwrap();
    assert!(error.contains(said), "{problem}");
}

#[tokio::test]
async fn the_certificate_is_told_where_there_is_one() {
    let ecr = MockEcr::builder().tls(AuthorityLocation::Memory).start();
    let ecr = ecr.await.unwrap();
    let answer = ask("GET", "ca.pem").to(&ecr).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(Some(answer.body.as_str()), ecr.ca_certificate());

    let answer = ask("GET", "ca.pem").answer().await;
    assert_eq!(answer.status(), 404);
    assert!(answer.body.contains("--tls"), "{}", answer.body);
}

#[tokio::test]
async fn the_environment_is_that_of_the_way_that_is_asked_for() {
    let ecr = frozen().await;
    let answer = ask("GET", "environment").to(&ecr).await;
    let endpoint = r#""AWS_ENDPOINT_URL_ECR":"http://localhost""#;
    assert!(answer.body.contains(endpoint), "{}", answer.body);
    assert!(answer.body.contains(r#""HTTPS_PROXY":null"#));

    let proxy = "environment?redirect=proxy&certificate=/ca.pem";
    let answer = ask("GET", proxy).to(&ecr).await;
    assert!(answer.body.contains(r#""SSL_CERT_FILE":"/ca.pem""#));
    assert!(answer.body.contains(r#""AWS_ENDPOINT_URL_ECR":null"#));
    assert!(answer.body.contains(r#""HTTPS_PROXY":"http://localhost""#));

    for (wrong, said) in [
        ("environment?redirect=proxy", "certificate=PATH"),
        (
            "environment?redirect=dns",
            "expected one of `env`, `proxy`, `hosts`",
        ),
    ] {
        let answer = ask("GET", wrong).to(&ecr).await;
        assert_eq!(answer.status(), 400, "{wrong}");
        assert!(answer.body.contains(said), "{}", answer.body);
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_so_is_rejected() {
    let answer = ask("GET", "nothing").answer().await;
    is_rejected(&answer, 404, "NOT_FOUND", None, "clock/advance");
    let answer = ask("POST", "ca.pem").answer().await;
    is_rejected(&answer, 405, "METHOD_NOT_ALLOWED", None, "expected GET");
    assert_eq!(answer.header("Allow"), "GET");
    let answer = ask("DELETE", "tokens").answer().await;
    assert_eq!(answer.header("Allow"), "GET, POST");
    let answer = ask("GET", "requests?stauts=403").answer().await;
    is_rejected(&answer, 400, "BAD_QUERY", Some("stauts"), " status, ");
    let answer = ask("GET", "health?x").answer().await;
    is_rejected(&answer, 400, "BAD_QUERY", Some("x"), "has no parameters");
    let answer = ask("GET", "requests?status=403&status=401").answer().await;
    is_rejected(&answer, 400, "BAD_QUERY", Some("status"), "duplicate");
}

#[tokio::test]
async fn a_body_is_short_json_that_says_so() {
    let by = r#"{"by":"1s"}"#;
    for content_type in ["application/json", "APPLICATION/JSON; charset=utf-8"] {
        let post = post("clock/advance", by).with("Content-Type", content_type);
        assert_eq!(post.answer().await.status(), 200, "{content_type}");
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let post = post("clock/advance", by).with("Content-Type", content_type);
        is_rejected(
            &post.answer().await,
            415,
            "NOT_JSON",
            None,
            "application/json",
        );
    }
    let untold = post("clock/freeze", "").without("Content-Type");
    is_rejected(
        &untold.answer().await,
        415,
        "NOT_JSON",
        None,
        "application/json",
    );

    let long = format!(r#"{{"by":"{}"}}"#, "1".repeat(64 << 10));
    let answer = post("clock/advance", &long).answer().await;
    is_rejected(&answer, 413, "TOO_LARGE", None, "64 KiB");
    for (body, at, said) in [
        ("{", None, "EOF"),
        (r#"{"by":"1s"} x"#, None, "trailing"),
        ("{}", None, "missing field `by`"),
        (r#"{"by":7}"#, Some("by"), "expected a string"),
        (r#"{"by":"12"}"#, Some("by"), "such as 12h"),
        (r#"{"by":"1s","to":1}"#, Some("to"), "expected `by`"),
    ] {
        let answer = post("clock/advance", body).answer().await;
        is_rejected(&answer, 400, "BAD_BODY", at, said);
    }
}

#[tokio::test]
async fn others_are_not_told() {
    for host in ["example.com", "localhost.example.com", "192.0.2.1", ""] {
        let answer = ask("GET", "config").on_host(host).answer().await;
        is_rejected(&answer, 403, "NOT_LOCAL", None, "--control-key");
    }
    for host in ["127.0.0.1:1", "[::1]:80", "LOCALHOST", "ecr.localhost"] {
        let answer = ask("GET", "config").on_host(host).answer().await;
        assert_eq!(answer.status(), 200, "{host}");
    }
}

#[tokio::test]
async fn pages_of_a_browser_are_not_told() {
    let from_page = post("tokens", "{}").with("Origin", "https://example.com");
    is_rejected(&from_page.answer().await, 403, "CROSS_SITE", None, "Origin");
    let crossing = ask("GET", "environment").with("Sec-Fetch-Site", "cross-site");
    assert_eq!(crossing.answer().await.status(), 403);
    let typed = ask("GET", "environment").with("Sec-Fetch-Site", "none");
    assert_eq!(typed.answer().await.status(), 200);
}

#[tokio::test]
async fn a_mock_that_listens_beyond_loopback_tells_nobody_without_a_key() {
    let anywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let ecr = MockEcr::builder().listen(anywhere).start().await.unwrap();
    let answer = ask("GET", "health").to(&ecr).await;
    is_rejected(&answer, 403, "NOT_LOCAL", None, "--control-key");
    let also = MockEcr::builder()
        .also_listen(anywhere)
        .start()
        .await
        .unwrap();
    assert_eq!(ask("GET", "health").to(&also).await.status(), 403);

    let ecr = MockEcr::builder().listen(anywhere).control_key("hunter2");
    let ecr = ecr.start().await.unwrap();
    let asked = ask("GET", "health").on_host("mock:4566");
    assert_eq!(asked.clone().to(&ecr).await.status(), 401);
    let asked = asked.authorized("Bearer hunter2");
    assert_eq!(asked.clone().to(&ecr).await.status(), 200);
    let from_page = asked.with("Origin", "https://example.com");
    assert_eq!(from_page.to(&ecr).await.status(), 403);
}

#[tokio::test]
async fn a_mock_with_a_key_tells_nobody_else() {
    let ecr = MockEcr::builder().control_key("hunter2").start().await;
    let ecr = ecr.unwrap();
    for wrong in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer hunter",
        "Bearer hunter22",
        "Basic hunter2",
        "hunter2",
    ] {
        let answer = ask("GET", "health").authorized(wrong).to(&ecr).await;
        is_rejected(&answer, 401, "UNAUTHORIZED", None, "Bearer KEY");
        assert_eq!(
            answer.header("WWW-Authenticate"),
            "Bearer realm=\"mock-ecr\""
        );
    }
    for right in ["Bearer hunter2", "bearer hunter2"] {
        let answer = ask("GET", "health").authorized(right).to(&ecr).await;
        assert_eq!(answer.status(), 200, "{right}");
    }
    assert!(!format!("{ecr:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_key_that_fits_into_no_header_is_none() {
    for wrong in ["", "two words", "schlüssel"] {
        let started = MockEcr::builder().control_key(wrong).start().await;
        let error = started.unwrap_err().to_string();
        assert!(error.starts_with("control_key: "), "{error}");
        assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
    }
}
