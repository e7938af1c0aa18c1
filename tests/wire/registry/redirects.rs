//! Layers at URLs of their own.

use std::time::Duration;

use super::{HELLO, Registry};
use crate::raw::RawRequest;

/// Where a layer is, without the host.
async fn layer_url(registry: &Registry) -> String {
    registry.push_hello().await;
    let layer = registry
        .send("GET", &format!("/v2/app/blobs/{HELLO}"))
        .await;
    assert_eq!(layer.status(), 307);
    let port = registry.ecr.address().port();
    let location = layer.header("location");
    let origin = format!("http://127.0.0.1:{port}");
    location.strip_prefix(&origin).unwrap().to_owned()
}

#[tokio::test]
async fn a_layer_is_at_another_host_that_wants_no_credentials() {
    // Source: open-policy-agent/opa#6580 and #6728.
    let registry = Registry::ecr().await;
    let url = layer_url(&registry).await;
    let layer = RawRequest::new("GET", &url).to(&registry.ecr).await;
    assert_eq!((layer.status(), &layer.body[..]), (200, "hello"));
    let forwarded = registry.send("GET", &url).await;
    assert_eq!(forwarded.status(), 400);
    let visits = registry.ecr.requests().route("layer");
    let sent: Vec<bool> = visits.iter().map(|visit| visit.authorization).collect();
    assert_eq!(sent, [false, true]);
    assert!(
        forwarded
            .body
            .contains("<Message>Only one auth mechanism allowed;")
    );
}

#[tokio::test]
async fn a_url_dies_and_cannot_be_forged() {
    let registry = Registry::ecr().await;
    let url = layer_url(&registry).await;
    let get = |url: String| async move { RawRequest::new("GET", url) };
    for forged in [
        url.replace("/app/", "/other/"),
        url.replace("Expires=1", "Expires=2"),
        url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        url.split('?').next().unwrap().to_owned(),
    ] {
        let answer = get(forged.clone()).await.to(&registry.ecr).await;
        assert_eq!(answer.status(), 403, "{forged}");
        assert!(answer.body.contains("<Code>SignatureDoesNotMatch</Code>"));
    }
    registry.ecr.clock().advance(Duration::from_secs(3600));
    let answer = get(url).await.to(&registry.ecr).await;
    assert_eq!(answer.status(), 403);
    assert!(
        answer
            .body
            .contains("<Message>Request has expired</Message>")
    );
}

#[tokio::test]
async fn a_part_of_a_layer_can_be_asked_for() {
    let registry = Registry::ecr().await;
    let url = layer_url(&registry).await;
    let ask = |range: &'static str| {
        let request = RawRequest::new("GET", &url).with("Range", range);
        let ecr = &registry.ecr;
        async move { request.to(ecr).await }
    };
    for (range, part, told) in [
        ("bytes=1-2", "el", "bytes 1-2/5"),
        ("bytes=3-", "lo", "bytes 3-4/5"),
        ("bytes=-1", "o", "bytes 4-4/5"),
    ] {
        let answer = ask(range).await;
        assert_eq!((answer.status(), &answer.body[..]), (206, part));
        assert_eq!(answer.header("content-range"), told);
    }
    assert_eq!(ask("bytes=5-").await.status(), 416);
    assert_eq!(ask("bytes=4-1").await.status(), 200);
}

#[tokio::test]
async fn where_the_mock_has_no_second_name_a_layer_comes_at_once() {
    let registry = Registry::ecr().await;
    registry.push_hello().await;
    let layer = registry.request("GET", &format!("/v2/app/blobs/{HELLO}"));
    let layer = layer.on_host("mock-ecr:4566").to(&registry.ecr).await;
    assert_eq!((layer.status(), &layer.body[..]), (200, "hello"));
}
