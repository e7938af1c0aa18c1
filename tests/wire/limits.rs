//! The maximum length of a request. 7 MiB is the limit of Kinesis, whose response has no body. [ANALOG] Source:
//! mhart/kinesalite, `index.js`.

use crate::raw::{RawRequest, frozen_mock, response_length, send_bytes};
use crate::response::{DATE, Response};

const LIMIT: usize = 7 << 20;

/// Returns a signed call with a body of `length` bytes, whose members are ignored.
fn call_of_length(length: usize) -> RawRequest {
    let body = format!(
        r#"{{"more":"{}"}}"#,
        "x".repeat(length - r#"{"more":""}"#.len())
    );
    RawRequest::token_call().body(body).signed()
}

/// Returns the bytes of a request with a chunked body.
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
fn assert_too_large(response: &Response) {
    let headers = ["Content-Length: 0", DATE];
    response.assert_is("HTTP/1.1 413 Payload Too Large", &headers, "");
}

#[tokio::test]
async fn a_body_of_7_mib_is_accepted() {
    let call = call_of_length(LIMIT);
    assert_eq!(call.content().len(), LIMIT);
    assert_eq!(call.response().await.status(), 200);
}

#[tokio::test]
async fn a_chunked_body_of_7_mib_is_accepted() {
    let ecr = frozen_mock().await;
    let response = send_bytes(&ecr, &chunked(&call_of_length(LIMIT)), response_length).await;
    assert_eq!(Response::parse(&response).status(), 200);
}

#[tokio::test]
async fn a_body_one_byte_over_the_limit_is_rejected() {
    let ecr = frozen_mock().await;
    let call = call_of_length(LIMIT + 1);
    assert_too_large(&call.to(&ecr).await);
    let requests = ecr.requests();
    let entry = requests.last().unwrap();
    assert_eq!(entry.error, Some("RequestEntityTooLarge"));
    assert_eq!((entry.status.as_u16(), &entry.request_id), (413, &None));
}

/// A list of short values needs a hundred times the memory of its text, and is parsed before the signature is verified.
#[tokio::test]
async fn a_body_of_too_many_values_is_rejected() {
    for (count, status) in [(40_000, 200), (60_000, 413)] {
        let body = format!(r#"{{"more":[0{}]}}"#, ",0".repeat(count));
        let call = RawRequest::token_call().body(body).signed();
        assert_eq!(call.response().await.status(), status);
    }
}

#[tokio::test]
async fn a_chunked_body_one_byte_over_the_limit_is_rejected() {
    let ecr = frozen_mock().await;
    let response = send_bytes(&ecr, &chunked(&call_of_length(LIMIT + 1)), response_length).await;
    assert_too_large(&Response::parse(&response));
    assert_eq!(ecr.requests().status(413).count(), 1);
}

#[tokio::test]
async fn a_content_length_over_the_limit_is_rejected_before_the_body_is_sent() {
    let ecr = frozen_mock().await;
    let head = RawRequest::token_call()
        .body("")
        .with("Expect", "100-continue")
        .with("Content-Length", "7340033");
    assert_too_large(&head.to(&ecr).await);
    let endless = head.with("Content-Length", "18446744073709551613");
    assert_too_large(&endless.to(&ecr).await);
}

#[tokio::test]
async fn the_registry_authenticates_before_it_reads_the_body() {
    let ecr = frozen_mock().await;
    let upload = RawRequest::new("POST", "/v2/app/blobs/uploads/");
    let upload = upload.with("Content-Length", "1000000000000");
    assert_eq!(upload.to(&ecr).await.status(), 401);
}
