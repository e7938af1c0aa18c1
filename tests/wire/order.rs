//! The order of checks when a call has more than one error.
//!
//! [ANALOG] Source: mhart/kinesalite, `index.js` and `test/connection.js`, a suite that was run against the real Kinesis.

use mock_ecr::{AccountId, MockEcr, Principal, Region};

use crate::raw::RawRequest;
use crate::signer::Signer;

const UNKNOWN_OPERATION: &str = r#"{"__type":"UnknownOperationException"}"#;
const UNREADABLE: &str = r#"{"__type":"SerializationException"}"#;
const WRONG_TYPE: &str = r#"{"registryIds":"123456789012"}"#;

#[tokio::test]
async fn an_unknown_target_is_rejected_before_authentication() {
    let call = RawRequest::token_call();
    for request in [
        call.clone().without("X-Amz-Target"),
        call.clone().with("X-Amz-Target", "whatever"),
        call.clone()
            .with("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921"),
        call.clone()
            .with("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921."),
        call.clone()
            .with("X-Amz-Target", "whatever.GetAuthorizationToken"),
        RawRequest::call("GetAuthorizationToke"),
        RawRequest::call("getauthorizationtoken"),
        RawRequest::call("GetAuthorizationToken.whatever"),
    ] {
        request.response().await.assert_rejection(UNKNOWN_OPERATION);
        let unread = request.clone().body("");
        unread.response().await.assert_rejection(UNKNOWN_OPERATION);
        request
            .signed()
            .response()
            .await
            .assert_rejection(UNKNOWN_OPERATION);
    }
}

#[tokio::test]
async fn an_empty_body_is_rejected_before_authentication() {
    let call = RawRequest::token_call().body("");
    call.response().await.assert_rejection(UNREADABLE);
    call.signed().response().await.assert_rejection(UNREADABLE);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_rejected_before_authentication() {
    for body in ["hello", "{", "{}x", "{'a':1}", "{\"a\":NaN}", " "] {
        let call = RawRequest::token_call().body(body);
        call.response().await.assert_rejection(UNREADABLE);
        call.signed().response().await.assert_rejection(UNREADABLE);
    }
}

#[tokio::test]
async fn json_other_than_an_object_is_rejected_like_invalid_json() {
    // The lists are [ASSUME]: the suite of Kinesis contains none.
    for body in ["true", "null", "7", "\"{}\"", "[]", "[{}]"] {
        let call = RawRequest::token_call().body(body);
        call.response().await.assert_rejection(UNREADABLE);
    }
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_invalid_json() {
    let call = RawRequest::token_call().body(*b"{\"a\":\"\xff\"}");
    call.response().await.assert_rejection(UNREADABLE);
}

#[tokio::test]
async fn the_body_is_parsed_before_the_target_is_checked() {
    let call = RawRequest::token_call()
        .without("X-Amz-Target")
        .body("hello");
    call.response().await.assert_rejection(UNREADABLE);
}

#[tokio::test]
async fn a_missing_signature_is_rejected_before_the_input_is_validated() {
    for body in ["{}", WRONG_TYPE, r#"{"registryIds":[]}"#] {
        let response = RawRequest::token_call().body(body).response().await;
        response.assert_error(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
    }
}

#[tokio::test]
async fn a_wrong_signature_is_rejected_before_the_input_is_validated() {
    let signed = RawRequest::token_call().signed();
    let response = signed.body(WRONG_TYPE).response().await;
    assert!(
        response
            .body
            .starts_with(r#"{"__type":"InvalidSignatureException""#),
        "{response:?}"
    );
}

#[tokio::test]
async fn the_policy_is_evaluated_before_the_input_is_validated() {
    // [ASSUME]
    let principal = Principal::example(AccountId::EXAMPLE, &Region::default()).deny(["*"]);
    let denied = MockEcr::builder().frozen().principal(principal.clone());
    let ecr = denied.start().await.unwrap();
    let call = RawRequest::token_call().body(WRONG_TYPE);
    let response = call.signed_by(&Signer::new(&principal)).to(&ecr).await;
    assert!(
        response
            .body
            .starts_with(r#"{"__type":"AccessDeniedException""#),
        "{response:?}"
    );
}

#[tokio::test]
async fn types_are_checked_before_constraints() {
    let call = RawRequest::token_call().body(r#"{"registryIds":["short",7]}"#);
    call.signed().response().await.assert_rejection(
        r#"{"__type":"SerializationException","Message":"NUMBER_VALUE cannot be converted to String"}"#,
    );
}

#[tokio::test]
async fn the_path_is_ignored() {
    for path in ["/whatever", "/a/b/../c", "//", "/?a=1"] {
        let call = RawRequest::token_call().at(path).signed();
        assert_eq!(call.response().await.status(), 200, "{path}");
    }
}
