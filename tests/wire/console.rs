//! The files of the console, and the redirection of a browser to them.

use mock_ecr::MockEcr;
use mock_ecr::config::Dialect;
use mock_ecr::fault::Fault;

use crate::control::fetch_json;
use crate::raw::{RawRequest, frozen_mock};
use crate::response::Response;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

fn get(path: &str) -> RawRequest {
    RawRequest::new("GET", path)
}

#[track_caller]
fn assert_is_console(response: &Response, status: u16) {
    assert_eq!(response.status(), status, "{response:?}");
    for (name, value) in [
        ("Cache-Control", "no-cache"),
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ] {
        assert_eq!(response.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn the_page_is_html_with_a_policy() {
    let ecr = frozen_mock().await;
    for path in ["/_mock/ui/", "/_mock/ui/index.html", "/_mock/ui/?q"] {
        let response = get(path).to(&ecr).await;
        assert_is_console(&response, 200);
        assert_eq!(response.header("Content-Type"), "text/html; charset=utf-8");
        assert!(response.body.starts_with("<!doctype html>"));
        let head = RawRequest::new("HEAD", path).to(&ecr).await;
        assert_is_console(&head, 200);
        assert_eq!(head.header("ETag"), response.header("ETag"));
        let length = response.body.len().to_string();
        assert_eq!(head.header("Content-Length"), length);
    }
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let ecr = frozen_mock().await;
    let page = get("/_mock/ui/");
    let etag = page.to(&ecr).await.header("ETag").to_owned();
    for value in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"other\", {etag}"),
        "*".to_owned(),
    ] {
        let response = page.clone().with("If-None-Match", &value).to(&ecr).await;
        assert_is_console(&response, 304);
        assert_eq!((response.header("ETag"), &*response.body), (&*etag, ""));
    }
    for value in ["\"other\"", etag.trim_matches('"'), ""] {
        let response = page.clone().with("If-None-Match", value).to(&ecr).await;
        assert_is_console(&response, 200);
    }
}

#[tokio::test]
async fn other_paths_and_methods_are_rejected() {
    let ecr = frozen_mock().await;
    for path in [
        "/_mock/ui/x",
        "/_mock/ui/../config",
        "/_mock/ui//",
        "/_mock/ui/%2e%2e/config",
    ] {
        assert_is_console(&get(path).to(&ecr).await, 404);
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let response = RawRequest::new(method, "/_mock/ui/").to(&ecr).await;
        assert_is_console(&response, 405);
        assert_eq!(response.header("Allow"), "GET, HEAD");
    }
    let redirected = get("/_mock/ui").to(&ecr).await;
    assert_is_console(&redirected, 303);
    assert_eq!(redirected.header("Location"), "/_mock/ui/");
}

#[tokio::test]
async fn the_console_needs_no_control_key_and_the_control_api_does() {
    let ecr = MockEcr::builder()
        .control_key("k3y-of-8")
        .start()
        .await
        .unwrap();
    assert_is_console(&get("/_mock/ui/").to(&ecr).await, 200);
    assert_is_console(
        &get("/_mock/ui/").on_host("example.com").to(&ecr).await,
        200,
    );
    let response = get("/_mock/requests").to(&ecr).await;
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn the_console_is_not_a_request_of_a_client() {
    let ecr = frozen_mock().await;
    let fault = "match = { method = 'GET' }\naction = { error = 'ServerException' }";
    ecr.faults().add(Fault::from_toml(fault).unwrap()).unwrap();
    assert_is_console(&get("/_mock/ui/").to(&ecr).await, 200);
    assert_is_console(&opened("/").to(&ecr).await, 303);
    assert_is_console(&get("/_mock/ui/x").to(&ecr).await, 404);
    let requests = fetch_json(&get("/_mock/requests"), &ecr).await;
    assert_eq!(requests["matched"], 0, "{requests}");
    let control = get("/_mock/requests?service=control&route=ui");
    let requests = fetch_json(&control, &ecr).await;
    assert_eq!(requests["matched"], 3, "{requests}");
    assert_eq!(requests["requests"][2]["error"], "NOT_FOUND");
}

/// The value of `Accept` of Firefox 132.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// The request of a browser whose user has entered an address.
fn opened(target: &str) -> RawRequest {
    let request = get(target).with("Accept", BROWSER);
    request.with("Sec-Fetch-Mode", "navigate")
}

#[tokio::test]
async fn a_browser_that_opens_the_mock_is_redirected() {
    let ecr = frozen_mock().await;
    for request in [
        opened("/"),
        opened("/").without("Sec-Fetch-Mode"),
        opened("/").with("Accept", "*/*;q=0, Text/HTML ; q=0.1"),
        opened("/").on_host("127.0.0.1:4566"),
        opened("/").on_host("[::1]:4566"),
        opened("/").on_host("mock.localhost"),
    ] {
        let response = request.to(&ecr).await;
        assert_is_console(&response, 303);
        assert_eq!(response.header("Location"), "/_mock/ui/");
    }
}

#[tokio::test]
async fn other_requests_for_the_root_are_not_redirected() {
    let ecr = frozen_mock().await;
    let basic = "Basic QVdTOng=";
    for (request, status) in [
        (opened("/").with("Sec-Fetch-Mode", "cors"), 200),
        (opened("/").with("Sec-Fetch-Mode", "no-cors"), 200),
        (opened("/").on_host("example.com"), 200),
        (opened("/").on_host("localhost.example.com"), 200),
        (opened("/").on_host("192.0.2.1"), 200),
        (opened("/health"), 200),
        (opened("/").without("Accept"), 403),
        (opened("/").with("Accept", "*/*"), 403),
        (opened("/").with("Accept", "application/json"), 403),
        (opened("/").with("Accept", "text/html;q=0"), 403),
        (opened("/").with("Accept", "*/*, Text/HTML ; Q=0.000"), 403),
        (opened("/").with("Accept", "application/x-text/html"), 403),
        (opened("/?x"), 403),
        (opened("/").authorized(basic), 403),
        (opened("/").signed(), 403),
    ] {
        let response = request.to(&ecr).await;
        assert_eq!(response.status(), status, "{request:?}: {response:?}");
    }
    let head = RawRequest::new("HEAD", "/").with("Accept", BROWSER);
    assert_eq!(head.to(&ecr).await.status(), 200);
    let post = RawRequest::new("POST", "/").with("Accept", BROWSER);
    assert_ne!(post.to(&ecr).await.status(), 303);
}

/// A page of this type would run its scripts in the origin of the console.
#[tokio::test]
async fn a_browser_runs_no_script_of_an_image() {
    let builder = MockEcr::builder().frozen().dialect(Dialect::Oci);
    let ecr = builder.repository("app").start().await.unwrap();
    let token = ecr.issue_token();
    let path = "/v2/app/manifests/1";
    let page = r#"{"schemaVersion":2,"mediaType":"text/html","a":"<script>alert()</script>"}"#;
    let push = RawRequest::new("PUT", path).with_token(&token);
    let push = push.with("Content-Type", "text/html").body(page);
    assert_eq!(push.to(&ecr).await.status(), 201);
    let pull = get(path).with_token(&token);
    let accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
    for browser in [
        pull.clone().with("Accept", accept),
        pull.clone().with("Sec-Fetch-Mode", "navigate"),
        get(path).with("Sec-Fetch-Mode", "no-cors"),
        get("/_mock/requests").with("Accept", accept),
        RawRequest::call("GetAuthorizationToken").with("Sec-Fetch-Mode", "cors"),
    ] {
        let response = browser.to(&ecr).await;
        assert_eq!(
            response.header("Content-Security-Policy"),
            "default-src 'none'; sandbox"
        );
        assert_eq!(response.header("X-Content-Type-Options"), "nosniff");
    }
    let of_client = pull.to(&ecr).await;
    assert_eq!(of_client.header("Content-Type"), "text/html");
    for name in ["Content-Security-Policy", "X-Content-Type-Options"] {
        assert!(!of_client.has(name), "{name}");
    }
}
