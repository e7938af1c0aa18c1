//! Redirects to the URLs of layers.

use std::time::Duration;

use mock_ecr::MockEcr;

use super::{HELLO, Registry};
use crate::raw::RawRequest;

/// Returns the URL of a layer without the host.
async fn layer_url(registry: &Registry) -> String {
    registry.push_hello().await;
    let layer = registry
        .send("GET", &format!("/v2/app/blobs/{HELLO}"))
        .await;
    assert_eq!(layer.status(), 307);
    // The request has a host without a port.
    let path = layer.header("location").strip_prefix("http://127.0.0.1");
    path.filter(|path| path.starts_with('/'))
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_layer_is_at_another_host_that_rejects_credentials() {
    // Source: open-policy-agent/opa#6580 and #6728.
    let registry = Registry::ecr().await;
    let url = layer_url(&registry).await;
    let layer = RawRequest::new("GET", &url).to(&registry.ecr).await;
    assert_eq!((layer.status(), &layer.body[..]), (200, "hello"));
    let forwarded = registry.send("GET", &url).await;
    assert_eq!(forwarded.status(), 400);
    let requests = registry.ecr.requests().route("layer");
    let sent: Vec<bool> = requests
        .iter()
        .map(|request| request.authorization)
        .collect();
    assert_eq!(sent, [false, true]);
    assert!(
        forwarded
            .body
            .contains("<Message>Only one auth mechanism allowed;")
    );
}

#[tokio::test]
async fn an_expired_or_forged_url_is_rejected() {
    let registry = Registry::ecr().await;
    let url = layer_url(&registry).await;
    let get = |url: String| async move { RawRequest::new("GET", url) };
    for forged in [
        url.replace("/app/", "/other/"),
        url.replace("Expires=1", "Expires=2"),
        url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        url.split('?').next().unwrap().to_owned(),
    ] {
        let response = get(forged.clone()).await.to(&registry.ecr).await;
        assert_eq!(response.status(), 403, "{forged}");
        assert!(response.body.contains("<Code>SignatureDoesNotMatch</Code>"));
    }
    registry.ecr.clock().advance(Duration::from_secs(3600));
    let response = get(url).await.to(&registry.ecr).await;
    assert_eq!(response.status(), 403);
    assert!(
        response
            .body
            .contains("<Message>Request has expired</Message>")
    );
}

#[tokio::test]
async fn a_range_of_a_layer_is_returned() {
    let registry = Registry::ecr().await;
    let url = layer_url(&registry).await;
    let get_range = |range: &'static str| {
        let request = RawRequest::new("GET", &url).with("Range", range);
        let ecr = &registry.ecr;
        async move { request.to(ecr).await }
    };
    for (range, part, content_range) in [
        ("bytes=1-2", "el", "bytes 1-2/5"),
        ("bytes=3-", "lo", "bytes 3-4/5"),
        ("bytes=-1", "o", "bytes 4-4/5"),
        ("bytes=0-", "hello", "bytes 0-4/5"),
    ] {
        let response = get_range(range).await;
        assert_eq!((response.status(), &response.body[..]), (206, part));
        assert_eq!(response.header("content-range"), content_range);
    }
    assert_eq!(get_range("bytes=5-").await.status(), 416);
    assert_eq!(get_range("bytes=4-1").await.status(), 200);
}

#[tokio::test]
async fn a_layer_is_returned_without_a_redirect_if_the_mock_has_no_second_name() {
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    let layer = registry.request("GET", &format!("/v2/app/blobs/{HELLO}"));
    let layer = layer.on_host("mock-ecr:4566").to(&registry.ecr).await;
    assert_eq!((layer.status(), &layer.body[..]), (200, "hello"));
}

#[tokio::test]
async fn a_layer_is_not_redirected_to_an_address_on_which_the_mock_does_not_listen() {
    for (listen, redirected) in [
        ("127.0.0.1:0", [true, true]),
        ("0.0.0.0:0", [true, true]),
        ("127.0.0.2:0", [false, false]),
        ("[::1]:0", [false, true]),
    ] {
        // macOS assigns no other address than 127.0.0.1, and some systems have no IPv6.
        if std::net::TcpListener::bind(listen).is_err() {
            continue;
        }
        let builder = MockEcr::builder().listen(listen.parse().unwrap());
        let registry = Registry::from_builder(builder).await;
        registry.push_hello().await;
        for (host, is_redirected) in ["localhost:1", "127.0.0.1:1"].into_iter().zip(redirected) {
            let layer = registry.request("GET", &format!("/v2/app/blobs/{HELLO}"));
            let layer = layer.on_host(host).to(&registry.ecr).await;
            let status = if is_redirected { 307 } else { 200 };
            assert_eq!(layer.status(), status, "{listen} {host}");
        }
    }
}

#[tokio::test]
async fn the_url_of_a_layer_has_the_port_of_the_request() {
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    for (host, origin) in [
        ("localhost", "http://127.0.0.1/"),
        ("localhost:8080", "http://127.0.0.1:8080/"),
        ("127.0.0.1", "http://localhost/"),
        ("127.0.0.1:8080", "http://localhost:8080/"),
    ] {
        let layer = registry.request("GET", &format!("/v2/app/blobs/{HELLO}"));
        let layer = layer.on_host(host).to(&registry.ecr).await;
        let location = layer.header("location");
        assert!(location.starts_with(origin), "{host}: {location}");
    }
}
