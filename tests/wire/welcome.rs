//! The text for a browser that does not open the console.

use crate::raw::{RawRequest, frozen_mock};

/// The value of `Accept` of Firefox 132.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_browser_receives_a_text_page() {
    let ecr = frozen_mock().await;
    for path in ["/", "/health"] {
        let request = RawRequest::new("GET", path).with("Accept", BROWSER);
        let request = request.on_host("registry.test");
        let response = request.to(&ecr).await;
        assert_eq!(response.status(), 200, "{path}");
        let content_type = response.header("Content-Type");
        assert_eq!(content_type, "text/plain; charset=utf-8");
        for part in [
            "mock of Amazon ECR",
            "/_mock/ui/",
            "/_mock/",
            "mock-ecr help",
            "mock-ecr env",
        ] {
            assert!(response.body.contains(part), "{}", response.body);
        }
        let head = RawRequest::new("HEAD", path).with("Accept", BROWSER);
        let head = head.to(&ecr).await;
        let length = response.body.len().to_string();
        assert_eq!(
            (head.status(), head.header("Content-Length")),
            (200, &*length)
        );
    }
}

/// The response without `Accept: text/html` is in `malformed.rs`.
#[tokio::test]
async fn an_api_client_does_not_receive_the_page() {
    let response = RawRequest::new("GET", "/health").response().await;
    assert_eq!(response.status(), 404);
    let signed = RawRequest::new("GET", "/").with("Accept", BROWSER).signed();
    assert_eq!(signed.response().await.status(), 403);
}
