//! A request is processed to its end and logged, even if its client disconnects.

use mock_ecr::MockEcr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::bounds::{LONG, assert_other_clients_are_served, limited, send};
use crate::raw::RawRequest;
use crate::response::Response;

const LAYER: usize = 8 << 20;

/// The digest of [`LAYER`] zeros.
const DIGEST: &str = "sha256:2daeb1f36095b44b318410b3f4e8b5d989dcc7bb023d1426c492dab0a3053e74";

/// A request that stores a layer.
fn push(ecr: &MockEcr) -> RawRequest {
    let target = format!("/v2/app/blobs/uploads/?digest={DIGEST}");
    RawRequest::new("POST", target).with_token(&ecr.issue_token())
}

async fn has_layer(ecr: &MockEcr) -> bool {
    let head = RawRequest::new("HEAD", format!("/v2/app/blobs/{DIGEST}"));
    let response = head.with_token(&ecr.issue_token()).to(ecr).await;
    response.status() != 404
}

/// Sends the head of a request, and returns when the mock reads its body.
async fn begin(ecr: &MockEcr, request: &RawRequest, header: (&str, &str)) -> TcpStream {
    let head = request.clone().body("").with(header.0, header.1);
    let mut stream = send(ecr, &head.with("Expect", "100-continue").bytes()).await;
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test]
async fn a_push_is_completed_after_its_client_has_disconnected() {
    let ecr = limited("").await;
    drop(send(&ecr, &push(&ecr).body(vec![0; LAYER]).bytes()).await);
    let pushed = ecr.requests().route("upload").wait(1, LONG).await.unwrap();
    assert_eq!(pushed.last().unwrap().status, 201);
    assert!(has_layer(&ecr).await);
}

#[tokio::test]
async fn a_call_is_completed_after_its_client_has_disconnected() {
    let ecr = limited("").await;
    let input = r#"{"repositoryName":"made","tags":[{"Key":"a","Value":"b"}]}"#;
    let create = RawRequest::call("CreateRepository").body(input).signed();
    drop(send(&ecr, &create.bytes()).await);
    let calls = ecr.requests().operation("CreateRepository");
    let calls = calls.wait(1, LONG).await.unwrap();
    assert_eq!(calls.last().unwrap().status, 200);
    let input = r#"{"resourceArn":"arn:aws:ecr:us-east-1:123456789012:repository/made"}"#;
    let tags = RawRequest::call("ListTagsForResource").body(input).signed();
    let tags = tags.to(&ecr).await.body;
    assert_eq!(tags, r#"{"tags":[{"Key":"a","Value":"b"}]}"#);
}

#[tokio::test]
async fn a_push_whose_body_ends_early_is_logged_and_stores_nothing() {
    for header in [
        ("Content-Length", LAYER.to_string()),
        ("Transfer-Encoding", "chunked".to_owned()),
    ] {
        let ecr = limited("").await;
        let mut client = begin(&ecr, &push(&ecr), (header.0, &header.1)).await;
        client.write_all(b"5\r\nhello\r\n").await.unwrap();
        drop(client);
        let pushed = ecr.requests().route("upload").wait(1, LONG).await.unwrap();
        let entry = pushed.last().unwrap();
        let found = (entry.status.as_u16(), entry.error);
        assert_eq!(found, (400, Some("BLOB_UPLOAD_INVALID")), "{header:?}");
        assert!(!has_layer(&ecr).await);
    }
}

#[tokio::test]
async fn a_call_whose_body_ends_early_is_logged() {
    let ecr = limited("").await;
    let call = RawRequest::token_call();
    drop(begin(&ecr, &call, ("Content-Length", "2")).await);
    let calls = ecr.requests().error("RequestTimeout");
    let calls = calls.wait(1, LONG).await.unwrap();
    assert_eq!(calls.last().unwrap().status, 408);
    assert_other_clients_are_served(&ecr).await;
}

#[tokio::test]
async fn a_wait_ends_when_its_client_disconnects() {
    let ecr = limited("waits = 1").await;
    let wait = RawRequest::new("GET", "/_mock/requests/wait?count=9&timeout=10m");
    // Both requests are in one packet: when the first response is here, the mock has read the second request.
    let both = [RawRequest::ping("GET").bytes(), wait.bytes()].concat();
    let mut waiting = send(&ecr, &both).await;
    waiting.read_u8().await.unwrap();
    let rejected = wait.to(&ecr).await;
    assert_eq!(rejected.status(), 503, "{rejected:?}");
    assert!(rejected.body.contains("LIMIT_REACHED"), "{rejected:?}");
    drop(waiting);
    let ended = ecr.requests().error("CLIENT_CLOSED_REQUEST");
    assert_eq!(ended.wait(1, LONG).await.unwrap().count(), 1);
    let wait = RawRequest::new("GET", "/_mock/requests/wait")
        .to(&ecr)
        .await;
    assert_eq!(wait.status(), 200);
}

#[tokio::test]
async fn a_stop_waits_for_requests_whose_clients_have_disconnected() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("file:{}", directory.path().display());
    let start = async || {
        let builder = MockEcr::builder().store(store.parse().unwrap());
        builder.create_on_push().start().await.unwrap()
    };
    let ecr = start().await;
    let request = push(&ecr);
    let length = LAYER.to_string();
    let mut client = begin(&ecr, &request, ("Content-Length", &length)).await;
    let requests = ecr.requests();
    let (_, ()) = tokio::join!(ecr.stop(), async {
        client.write_all(&vec![0; LAYER]).await.unwrap();
        drop(client);
    });
    let pushed = requests.wait(1, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(pushed.last().unwrap().status, 201);
    assert!(has_layer(&start().await).await);
}

#[tokio::test]
async fn a_request_that_the_mock_has_read_is_answered_while_it_stops() {
    let ecr = limited("").await;
    let mut client = begin(&ecr, &RawRequest::token_call(), ("Content-Length", "2")).await;
    let mut received = Vec::new();
    let (_, ()) = tokio::join!(ecr.stop(), async {
        client.write_all(b"{}").await.unwrap();
        client.read_to_end(&mut received).await.unwrap();
    });
    assert_eq!(Response::parse(&received).status(), 400);
}
