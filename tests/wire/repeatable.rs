//! The same seed, clock and requests result in the same bytes.

use std::time::Duration;

use mock_ecr::MockEcr;

use crate::raw::{RawRequest, response_length, send_bytes};
use crate::signer::Signer;

/// Sends a sequence of requests while the clock advances, and returns the bytes of the responses.
async fn responses(seed: &str) -> Vec<Vec<u8>> {
    let builder = MockEcr::builder().frozen().seed(seed);
    let ecr = builder.start().await.unwrap();
    let token = ecr.issue_token();
    let mut responses = Vec::new();
    for request in [
        RawRequest::token_call().signed(),
        RawRequest::token_call().presigned_by(&Signer::default()),
        RawRequest::token_call()
            .body(r#"{"registryIds":["210987654321"]}"#)
            .signed(),
        RawRequest::token_call(),
        RawRequest::new("GET", "/"),
        RawRequest::ping("GET"),
        RawRequest::ping("GET").with_token(&token),
        RawRequest::ping("GET").authorized("Basic QVdTOng="),
    ] {
        responses.push(send_bytes(&ecr, &request.bytes(), response_length).await);
        ecr.clock().advance(Duration::from_millis(1234));
    }
    responses
}

#[tokio::test]
async fn two_mocks_with_the_same_seed_return_the_same_bytes() {
    let (one, other) = (responses("a seed").await, responses("a seed").await);
    assert_eq!(one.len(), 8);
    for (one, other) in one.iter().zip(&other) {
        let [one, other] = [one, other].map(|response| String::from_utf8_lossy(response));
        assert_eq!(one, other);
    }
}

#[tokio::test]
async fn another_seed_changes_tokens_and_request_ids() {
    let (one, other) = (responses("a seed").await, responses("another").await);
    assert_ne!(one[0], other[0]);
    // The fourth response has no token but a request ID.
    assert_ne!(one[3], other[3]);
    // The sixth response, from the registry, has neither.
    assert_eq!(one[5], other[5]);
}
