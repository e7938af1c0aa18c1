//! How long a request may be. 7 MiB is the limit of Kinesis; its answer has no body. [ANALOG] Source: mhart/kinesalite,
//! `index.js`.

use crate::answer::{Answer, DATE};
use crate::raw::{RawRequest, entry, frozen, head_and_body_of};

const LIMIT: usize = 7 << 20;

/// A signed call whose input is ignored, and as long as told.
fn call_of_length(length: usize) -> RawRequest {
    let body = format!(
        r#"{{"more":"{}"}}"#,
        "x".repeat(length - r#"{"more":""}"#.len())
    );
    RawRequest::token_call().body(body).signed()
}

/// The same request with a body whose length is not told beforehand.
fn chunked(request: &RawRequest) -> Vec<u8> {
    let head = request
        .clone()
        .body("")
        .with("Transfer-Encoding", "chunked");
    let mut bytes = head.bytes();
    for chunk in request.content().chunks(1 << 20) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

#[track_caller]
fn is_too_large(answer: &Answer) {
    let headers = ["Content-Length: 0", DATE];
    answer.is("HTTP/1.1 413 Payload Too Large", &headers, "");
}

#[tokio::test]
async fn a_body_of_7_mib_is_read() {
    let call = call_of_length(LIMIT);
    assert_eq!(call.content().len(), LIMIT);
    assert_eq!(call.answer().await.status(), 200);
}

#[tokio::test]
async fn a_body_of_7_mib_in_chunks_is_read() {
    let ecr = frozen().await;
    let answer = entry(&ecr, &chunked(&call_of_length(LIMIT)), head_and_body_of).await;
    assert_eq!(Answer::parse(&answer).status(), 200);
}

#[tokio::test]
async fn a_byte_more_is_too_large() {
    let ecr = frozen().await;
    let call = call_of_length(LIMIT + 1);
    is_too_large(&call.to(&ecr).await);
    let requests = ecr.requests();
    let entry = requests.last().unwrap();
    assert_eq!(entry.error, Some("RequestEntityTooLarge"));
    assert_eq!((entry.status.as_u16(), &entry.request_id), (413, &None));
}

#[tokio::test]
async fn a_byte_more_in_chunks_is_too_large() {
    let ecr = frozen().await;
    let answer = entry(&ecr, &chunked(&call_of_length(LIMIT + 1)), head_and_body_of).await;
    is_too_large(&Answer::parse(&answer));
    assert_eq!(ecr.requests().status(413).count(), 1);
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_rejected_before_it_is_sent() {
    let ecr = frozen().await;
    let head = RawRequest::token_call()
        .body("")
        .with("Expect", "100-continue")
        .with("Content-Length", "7340033");
    is_too_large(&head.to(&ecr).await);
    let endless = head.with("Content-Length", "18446744073709551613");
    is_too_large(&endless.to(&ecr).await);
}

#[tokio::test]
async fn the_registry_s_door_does_not_wait_for_a_body() {
    let ecr = frozen().await;
    let upload = RawRequest::new("POST", "/v2/app/blobs/uploads/");
    let upload = upload.with("Content-Length", "1000000000000");
    assert_eq!(upload.to(&ecr).await.status(), 401);
}
