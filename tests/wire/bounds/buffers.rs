//! The limit of the bytes of requests and responses in memory.

use mock_ecr::config::StoreLocation;
use mock_ecr::repository::Image;
use mock_ecr::token::AuthorizationToken;
use mock_ecr::{Config, MockEcr};
use serde_json::Value;
use tokio::net::TcpStream;

use crate::bounds::{LONG, assert_other_clients_are_served, fill_request_log, limited, send};
use crate::http2::Http2;
use crate::image::OCI_INDEX;
use crate::raw::RawRequest;

/// The minimum of `buffer_bytes`. Bodies of more than 64 KiB can use 48 MiB of it.
const LIMIT: &str = "buffer_bytes = 67108864";

/// An unsigned call of `UploadLayerPart` of `length` bytes.
fn upload(length: usize) -> RawRequest {
    RawRequest::call("UploadLayerPart").body(vec![b'x'; length])
}

/// Uses the memory for large bodies, except the last 100 KiB.
async fn use_large_buffers(ecr: &MockEcr) -> Vec<TcpStream> {
    use_large_buffers_except(ecr, 100 << 10).await
}

/// Sends calls of 24 MiB that are one byte short, until they use the memory for large bodies, except the last `free` bytes.
async fn use_large_buffers_except(ecr: &MockEcr, free: usize) -> Vec<TcpStream> {
    let mut stalled = Vec::new();
    let lengths = [24 << 20, (24 << 20) - free];
    for length in lengths {
        let mut bytes = upload(length).bytes();
        bytes.pop();
        stalled.push(send(ecr, &bytes).await);
    }
    let used = lengths.iter().sum::<usize>() - lengths.len();
    while buffer_bytes(ecr).await < used {
        tokio::task::yield_now().await;
    }
    stalled
}

/// Returns the number of bytes of requests and responses in memory.
async fn buffer_bytes(ecr: &MockEcr) -> usize {
    let metrics = RawRequest::new("GET", "/_mock/metrics").to(ecr).await;
    let mut lines = metrics.body.lines();
    let value = lines.find_map(|line| line.strip_prefix("mock_ecr_buffer_bytes "));
    value.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_call_beyond_the_memory_is_rejected_at_once_in_the_form_of_the_api() {
    let ecr = limited(LIMIT).await;
    let stalled = use_large_buffers(&ecr).await;
    let rejected = upload(1 << 20).to(&ecr).await;
    assert_eq!(rejected.status(), 503, "{rejected:?}");
    let error: Value = serde_json::from_str(&rejected.body).unwrap();
    assert_eq!(error["__type"], "ServiceUnavailable");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("increase limits.buffer_bytes"),
        "{message}"
    );
    let requests = ecr.requests().error("ServiceUnavailable").status(503);
    let id = rejected.header("X-Amzn-Requestid");
    assert_eq!(requests.last().unwrap().request_id.as_deref(), Some(id));
    assert_other_clients_are_served(&ecr).await;

    // The memory is released when the clients disconnect. Both calls are then in the request log, with an error of the client.
    drop(stalled);
    let ended = ecr.requests().error("RequestTimeout").wait(2, LONG).await;
    assert!(ended.unwrap().iter().all(|entry| entry.status == 408));
    while buffer_bytes(&ecr).await > 1 << 20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(upload(1 << 20).to(&ecr).await.status(), 400);
}

#[tokio::test]
async fn a_manifest_and_a_list_beyond_the_memory_are_rejected() {
    let ecr = limited(LIMIT).await;
    fill_request_log(&ecr, 200).await;
    let stalled = use_large_buffers(&ecr).await;
    let list = RawRequest::new("GET", "/_mock/requests").to(&ecr).await;
    assert_eq!(list.status(), 503);
    assert!(
        list.body.contains(r#""code":"BUFFERS_FULL""#),
        "{}",
        list.body
    );

    let token = ecr.issue_token();
    let rejected = manifest(&token, 200 << 10).to(&ecr).await;
    assert_eq!(rejected.status(), 503);
    let code = r#"{"errors":[{"code":"UNAVAILABLE","message":"the mock stores too many bytes"#;
    assert!(rejected.body.starts_with(code), "{}", rejected.body);
    assert_eq!(manifest(&token, 30 << 10).to(&ecr).await.status(), 201);
    drop(stalled);
}

/// A push of a manifest with spaces at its end.
fn manifest(token: &AuthorizationToken, length: usize) -> RawRequest {
    let manifest = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
    RawRequest::new("PUT", "/v2/app/manifests/latest")
        .with_token(token)
        .body(manifest.to_owned() + &" ".repeat(length))
}

#[tokio::test]
async fn a_pull_beyond_the_memory_is_not_recorded() {
    let ecr = limited(LIMIT).await;
    create_repository(&ecr).await;
    let token = ecr.issue_token();
    assert_eq!(manifest(&token, 200 << 10).to(&ecr).await.status(), 201);
    let pull = async || {
        let pull = RawRequest::new("GET", "/v2/app/manifests/latest").with_token(&token);
        let pulled = pull.to(&ecr).await;
        let describe = RawRequest::call("DescribeImages").body(r#"{"repositoryName":"app"}"#);
        let described = describe.signed().to(&ecr).await.body;
        (
            pulled.status(),
            described.contains("lastRecordedPullTime"),
            pulled.body,
        )
    };
    let stalled = use_large_buffers(&ecr).await;
    let (status, is_recorded, body) = pull().await;
    assert_eq!((status, is_recorded), (503, false), "{body}");
    let error = r#"{"errors":[{"code":"UNAVAILABLE","message":"the mock stores too many bytes"#;
    assert!(body.starts_with(error), "{body}");
    drop(stalled);
    while buffer_bytes(&ecr).await > 1 << 20 {
        tokio::task::yield_now().await;
    }
    let (status, is_recorded, _) = pull().await;
    assert_eq!((status, is_recorded), (200, true));
}

#[tokio::test]
async fn one_connection_can_use_half_of_the_memory() {
    let ecr = limited(LIMIT).await;
    let mut http2 = Http2::connect(&ecr).await;
    let stalled = http2.begin(&upload(20 << 20));
    while buffer_bytes(&ecr).await < 20 << 20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(http2.send(&upload(14 << 20)).await.status(), 503);
    assert_eq!(http2.send(&RawRequest::ping("GET")).await.status(), 401);
    assert_eq!(upload(14 << 20).to(&ecr).await.status(), 400);
    drop(stalled);
}

/// A layer is read from a directory in chunks, one of which is in memory until the client has read it.
#[tokio::test]
async fn a_download_that_is_not_read_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config::parse("clock = 'frozen'\ndialect = 'oci'").unwrap();
    let store = StoreLocation::Directory(directory.path().to_owned());
    let mock = MockEcr::from_config(config).store(store);
    let ecr = mock.start().await.unwrap();
    let app = ecr.create_repository("app").await.unwrap();
    let image = Image::new().layer(vec![7; 1 << 20]).tag("1");
    app.push(image).await.unwrap();
    let manifest = app.manifest("1").await.unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let layer = manifest["layers"][0]["digest"].as_str().unwrap();
    let before = buffer_bytes(&ecr).await;
    let mut http2 = Http2::with_small_window(&ecr).await;
    let download = RawRequest::new("GET", format!("/v2/app/blobs/{layer}"));
    let unread = http2.open(&download.with_token(&ecr.issue_token())).await;
    assert_eq!(unread.status(), 200);
    let counted = buffer_bytes(&ecr).await - before;
    assert!(counted >= 320 << 10, "{counted}");
}

async fn create_repository(ecr: &MockEcr) {
    let create = RawRequest::call("CreateRepository").body(r#"{"repositoryName":"app"}"#);
    assert_eq!(create.signed().to(ecr).await.status(), 200);
}

/// A call of `PutImage` with a body of `length` bytes.
fn put_image(tag: &str, length: usize) -> RawRequest {
    let input = |spaces: usize| {
        let spaces = " ".repeat(spaces);
        format!(
            r#"{{"repositoryName":"app","imageTag":"{tag}","imageManifest":"{{\"manifests\":[]}}{spaces}","imageManifestMediaType":"{OCI_INDEX}"}}"#
        )
    };
    let body = input(length - input(0).len());
    RawRequest::call("PutImage").body(body).signed()
}

/// The response to `PutImage` is larger than the request.
#[tokio::test]
async fn an_image_that_was_stored_is_never_reported_as_rejected() {
    let ecr = limited(LIMIT).await;
    create_repository(&ecr).await;
    let stalled = use_large_buffers(&ecr).await;
    let token = ecr.issue_token();
    let mut length = (48 << 20) - buffer_bytes(&ecr).await;
    loop {
        let tag = length.to_string();
        let status = put_image(&tag, length).to(&ecr).await.status();
        let head = RawRequest::new("HEAD", format!("/v2/app/manifests/{tag}"));
        let stored = head.with_token(&token).to(&ecr).await.status();
        let expected = if status == 200 { 200 } else { 404 };
        assert_eq!((status == 503, stored), (status != 200, expected));
        if status == 200 {
            break;
        }
        length -= 64;
    }
    drop(stalled);
}

/// Each enhanced finding repeats the tags of the image.
#[tokio::test]
async fn the_memory_of_the_tags_in_findings_is_reserved() {
    let findings: String = (0..100)
        .map(|id| format!("[[scan_results.findings]]\nname = 'CVE-2022-{id}'\nseverity = 'HIGH'\n"))
        .collect();
    let config = format!(
        "{LIMIT}\n[[repositories]]\nname = 'app'\n[[registry_scanning]]\nscan_type = 'ENHANCED'\n[[registry_scanning.rules]]\nscan_frequency = 'CONTINUOUS_SCAN'\nfilters = ['*']\n[[scan_results]]\nrepository = 'app'\nimage = '0'\n{findings}"
    );
    let ecr = limited(&config).await;
    let app = ecr.repository("app");
    for number in 0..100 {
        let tag = if number == 0 {
            "0".to_owned()
        } else {
            format!("{number:0100}")
        };
        app.push(Image::new().layer("a layer").tag(tag))
            .await
            .unwrap();
    }
    ecr.clock().advance(LONG);
    let input = r#"{"repositoryName":"app","imageId":{"imageTag":"0"}}"#;
    let describe = async || {
        let call = RawRequest::call("DescribeImageScanFindings").body(input);
        call.signed().to(&ecr).await
    };
    // Sufficient for the response, but not for the tags, whose memory is reserved first.
    let stalled = use_large_buffers_except(&ecr, 1600 << 10).await;
    assert_eq!(describe().await.status(), 503);
    drop(stalled);
    while buffer_bytes(&ecr).await > 1 << 20 {
        tokio::task::yield_now().await;
    }
    let described = describe().await;
    assert_eq!(described.status(), 200, "{}", described.body);
    assert!(described.body.len() > 1 << 20, "{}", described.body);
}

#[tokio::test]
async fn the_memory_of_a_batch_of_images_is_reserved_before_they_are_read() {
    let ecr = limited(LIMIT).await;
    create_repository(&ecr).await;
    let length = 4 << 20;
    assert_eq!(put_image("one", length).to(&ecr).await.status(), 200);
    let get = |count: usize| {
        let ids = vec![r#"{"imageTag":"one"}"#; count].join(",");
        let input = format!(r#"{{"repositoryName":"app","imageIds":[{ids}]}}"#);
        RawRequest::call("BatchGetImage").body(input).signed()
    };
    assert_eq!(get(2).to(&ecr).await.status(), 200);
    // Three bytes for each byte of a manifest; a connection can use 32 MiB.
    assert_eq!(get(3).to(&ecr).await.status(), 503);
    assert_eq!(get(100).to(&ecr).await.status(), 503);
}
