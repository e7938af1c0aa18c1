//! The warning about an unknown access key ID.

use mock_ecr::config::AuthMode;
use mock_ecr::{AccountId, MockEcr, Principal, Region};

use crate::log::Log;
use crate::raw::{RawRequest, frozen_mock};
use crate::signer::Signer;

fn call_with_key(access_key_id: &str) -> RawRequest {
    let mut stranger = Principal::example(AccountId::EXAMPLE, &Region::default());
    stranger.access_key_id = access_key_id.to_owned();
    stranger.secret_access_key = "test".into();
    RawRequest::token_call().signed_by(&Signer::new(&stranger))
}

/// Sends calls to a mock, and returns the warnings that it logs.
async fn warnings(ecr: &MockEcr, calls: &[RawRequest]) -> Vec<String> {
    let log = Log::default();
    let guards = log.capture();
    for call in calls {
        call.to(ecr).await;
    }
    drop(guards);
    let text = log.text();
    let warnings = text.lines().filter(|line| line.contains("WARN"));
    warnings.map(str::to_owned).collect()
}

#[tokio::test]
async fn each_unknown_access_key_id_is_logged_once_with_the_option_that_accepts_it() {
    let ecr = frozen_mock().await;
    let calls = ["test", "test", "other", "test"].map(call_with_key);
    let warnings = warnings(&ecr, &calls).await;
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    for (warning, key) in warnings.iter().zip(["\"test\"", "\"other\""]) {
        assert!(warning.contains(key), "{warning}");
        assert!(warning.contains("--auth lenient"), "{warning}");
    }
    let requests = ecr.requests().error("UnrecognizedClientException");
    assert_eq!(requests.count(), 4);
}

#[tokio::test]
async fn an_access_key_id_that_could_be_another_text_is_not_logged() {
    let long = "A".repeat(129);
    let calls = ["sp ace", "\u{1b}[2J", "wJalrXUtnFEMI+bPxRfiCY", &long].map(call_with_key);
    assert_eq!(warnings(&frozen_mock().await, &calls).await, [""; 0]);
}

#[tokio::test]
async fn a_known_key_and_a_lenient_mock_log_no_warning() {
    let ecr = frozen_mock().await;
    let mut forger = Principal::example(AccountId::EXAMPLE, &Region::default());
    forger.secret_access_key = "wrong".into();
    let session =
        RawRequest::token_call().signed_by(&Signer::new(&forger.clone().session_token("wrong")));
    let forged = RawRequest::token_call().signed_by(&Signer::new(&forger));
    assert_eq!(warnings(&ecr, &[forged, session]).await, [""; 0]);
    let lenient = MockEcr::builder().frozen().auth(AuthMode::Lenient);
    let lenient = lenient.start().await.unwrap();
    assert_eq!(warnings(&lenient, &[call_with_key("test")]).await, [""; 0]);
}
