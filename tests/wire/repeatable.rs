//! The same seed, clock and requests give the same bytes.

use std::time::Duration;

use mock_ecr::MockEcr;

use crate::raw::{RawRequest, entry, head_and_body_of};
use crate::signer::Signer;

/// Everything that a mock answers to a row of requests, byte by byte, while its clock is moved.
async fn answers(seed: &str) -> Vec<Vec<u8>> {
    let builder = MockEcr::builder().frozen().seed(seed);
    let ecr = builder.start().await.unwrap();
    let token = ecr.issue_token();
    let mut answers = Vec::new();
    for request in [
        RawRequest::token_call().signed(),
        RawRequest::token_call().presigned_by(&Signer::default()),
        RawRequest::token_call()
            .body(r#"{"registryIds":["210987654321"]}"#)
            .signed(),
        RawRequest::token_call(),
        RawRequest::new("GET", "/"),
        RawRequest::ping("GET"),
        RawRequest::ping("GET").bearing(&token),
        RawRequest::ping("GET").authorized("Basic QVdTOng="),
    ] {
        answers.push(entry(&ecr, &request.bytes(), head_and_body_of).await);
        ecr.clock().advance(Duration::from_millis(1234));
    }
    answers
}

#[tokio::test]
async fn two_mocks_of_one_seed_answer_alike() {
    let (one, other) = (answers("a seed").await, answers("a seed").await);
    assert_eq!(one.len(), 8);
    for (one, other) in one.iter().zip(&other) {
        let [one, other] = [one, other].map(|answer| String::from_utf8_lossy(answer));
        assert_eq!(one, other);
    }
}

#[tokio::test]
async fn another_seed_gives_other_tokens_and_request_ids() {
    let (one, other) = (answers("a seed").await, answers("another").await);
    assert_ne!(one[0], other[0]);
    // The fourth answer has no token, but the id of its request.
    assert_ne!(one[3], other[3]);
    // The sixth, from the registry, has neither.
    assert_eq!(one[5], other[5]);
}
