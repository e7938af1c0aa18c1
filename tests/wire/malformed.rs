//! Requests to the API that are not AWS JSON 1.1, and what else is said of them.
//!
//! [ANALOG] Source, unless a test names another: mhart/kinesalite, `index.js` and `test/connection.js`.

use crate::answer::{Answer, DATE, FIRST_REQUEST_ID};
use crate::raw::RawRequest;

const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";
const UNSIGNED: &str = "<MissingAuthenticationTokenException>\n  <Message>Missing Authentication Token</Message>\n</MissingAuthenticationTokenException>\n";
const UNDETERMINED: &str = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

#[tokio::test]
async fn another_method_without_a_signature_is_told_so_in_xml() {
    // Recorded again of API Gateway in common-voice/common-voice#1599.
    for method in ["GET", "PUT", "DELETE"] {
        let answer = RawRequest::new(method, "/").answer().await;
        answer.is_xml(FORBIDDEN, UNSIGNED);
    }
}

#[tokio::test]
async fn another_method_names_no_operation() {
    for method in ["GET", "PUT", "DELETE"] {
        let answer = RawRequest::new(method, "/").signed().answer().await;
        answer.is_xml(FORBIDDEN, UNDETERMINED);
    }
}

#[tokio::test]
async fn a_call_without_a_content_type_and_a_signature_is_told_so_in_xml() {
    let call = RawRequest::token_call().without("Content-Type");
    call.answer().await.is_xml(FORBIDDEN, UNSIGNED);
}

#[tokio::test]
async fn a_call_without_a_content_type_names_no_operation_when_its_target_names_none() {
    let call = RawRequest::token_call().without("Content-Type");
    for target in ["", "whatever", "AmazonEC2ContainerRegistry_V20150921."] {
        let call = call.clone().with("X-Amz-Target", target).signed();
        call.answer().await.is_xml(FORBIDDEN, UNDETERMINED);
    }
}

#[tokio::test]
async fn a_known_target_in_a_wrong_content_type_is_an_unknown_operation() {
    for content_type in [
        "",
        "application/x-amz-json-1.0",
        "application/x-amz-json-1.1asdf",
        "application/x-www-form-urlencoded",
    ] {
        let call = RawRequest::token_call().with("Content-Type", content_type);
        call.signed()
            .answer()
            .await
            .is_xml("HTTP/1.1 404 Not Found", "<UnknownOperationException/>\n");
    }
}

#[tokio::test]
async fn a_target_of_another_service_in_a_wrong_content_type_names_nobody_to_ask() {
    let call = RawRequest::token_call().without("Content-Type");
    let call = call.with("X-Amz-Target", "whatever.ListStreams").signed();
    call.answer().await.is_xml(
        FORBIDDEN,
        "<UnrecognizedClientException>\n  <Message>No authorization strategy was found for service: whatever, operation: ListStreams</Message>\n</UnrecognizedClientException>\n",
    );
}

#[tokio::test]
async fn what_a_client_wrote_does_not_become_markup() {
    let call = RawRequest::token_call().without("Content-Type");
    let call = call.with("X-Amz-Target", "<a>&.</Message>").signed();
    let answer = call.answer().await;
    assert!(
        answer
            .body
            .contains("for service: &lt;a>&amp;, operation: &lt;/Message></Message>"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn an_incomplete_signature_is_told_so_in_xml() {
    let missing = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=a";
    let xml = format!(
        "<IncompleteSignatureException>\n  <Message>{missing}</Message>\n</IncompleteSignatureException>\n"
    );
    for request in [
        RawRequest::new("GET", "/"),
        RawRequest::token_call().without("Content-Type"),
    ] {
        let answer = request.authorized("a").answer().await;
        answer.is_xml(FORBIDDEN, &xml);
    }
}

#[tokio::test]
async fn two_signatures_are_told_so_in_xml() {
    let request = RawRequest::new("GET", "/?X-Amz-Algorithm").authorized("a");
    request.answer().await.is_xml(
        FORBIDDEN,
        "<InvalidSignatureException>\n  <Message>Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.</Message>\n</InvalidSignatureException>\n",
    );
}

#[tokio::test]
async fn plain_json_knows_no_operation() {
    let body = r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#;
    for input in ["{}", ""] {
        let call = RawRequest::token_call().with("Content-Type", "application/json");
        let answer = call.body(input).answer().await;
        is_plain_json(&answer, "HTTP/1.1 404 Not Found", body);
    }
}

#[tokio::test]
async fn plain_json_that_is_no_object_cannot_be_read() {
    let body = r#"{"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"}"#;
    for (content_type, input) in [
        ("application/json", "hello"),
        ("application/json", "null"),
        ("     application/json     ;", "hello"),
    ] {
        let call = RawRequest::token_call().with("Content-Type", content_type);
        let answer = call.body(input).answer().await;
        is_plain_json(&answer, "HTTP/1.1 400 Bad Request", body);
    }
}

#[track_caller]
fn is_plain_json(answer: &Answer, status_line: &str, body: &str) {
    let headers = [
        &format!("Content-Length: {}", body.len()),
        "Content-Type: application/json",
        DATE,
        FIRST_REQUEST_ID,
    ];
    answer.is(status_line, &headers, body);
}

#[tokio::test]
async fn what_follows_the_content_type_is_not_looked_at() {
    for content_type in [
        "   application/x-amz-json-1.1   ;whatever",
        "application/x-amz-json-1.1; charset=utf-8",
    ] {
        let call = RawRequest::token_call().with("Content-Type", content_type);
        call.answer().await.is_error(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
    }
    let call =
        RawRequest::token_call().with("Content-Type", "application/x-amz-json-1.1 ;whatever");
    assert_eq!(call.signed().answer().await.status(), 200);
}
