//! Errors for requests to the API that are not AWS JSON 1.1.
//!
//! [ANALOG] Source, unless a test names another: mhart/kinesalite, `index.js` and `test/connection.js`.

use crate::incomplete_signature::hash_of;
use crate::raw::RawRequest;
use crate::response::{DATE, FIRST_REQUEST_ID, Response};

const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";
const UNSIGNED: &str = "<MissingAuthenticationTokenException>\n  <Message>Missing Authentication Token</Message>\n</MissingAuthenticationTokenException>\n";
const UNDETERMINED: &str = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n";

#[tokio::test]
async fn a_method_other_than_post_without_a_signature_is_an_error_in_xml() {
    // API Gateway has the same text: common-voice/common-voice#1599.
    for method in ["GET", "PUT", "DELETE"] {
        let response = RawRequest::new(method, "/").response().await;
        response.assert_xml(FORBIDDEN, UNSIGNED);
    }
}

#[tokio::test]
async fn a_method_other_than_post_names_no_operation() {
    for method in ["GET", "PUT", "DELETE"] {
        let response = RawRequest::new(method, "/").signed().response().await;
        response.assert_xml(FORBIDDEN, UNDETERMINED);
    }
}

#[tokio::test]
async fn a_call_without_a_content_type_and_a_signature_is_an_error_in_xml() {
    let call = RawRequest::token_call().without("Content-Type");
    call.response().await.assert_xml(FORBIDDEN, UNSIGNED);
}

#[tokio::test]
async fn a_call_without_a_content_type_and_a_target_names_no_operation() {
    let call = RawRequest::token_call().without("Content-Type");
    for target in ["", "whatever", "AmazonEC2ContainerRegistry_V20150921."] {
        let call = call.clone().with("X-Amz-Target", target).signed();
        call.response().await.assert_xml(FORBIDDEN, UNDETERMINED);
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
            .response()
            .await
            .assert_xml("HTTP/1.1 404 Not Found", "<UnknownOperationException/>\n");
    }
}

#[tokio::test]
async fn a_target_of_another_service_in_a_wrong_content_type_has_no_authorization_strategy() {
    let call = RawRequest::token_call().without("Content-Type");
    let call = call.with("X-Amz-Target", "whatever.ListStreams").signed();
    call.response().await.assert_xml(
        FORBIDDEN,
        "<UnrecognizedClientException>\n  <Message>No authorization strategy was found for service: whatever, operation: ListStreams</Message>\n</UnrecognizedClientException>\n",
    );
}

#[tokio::test]
async fn text_of_a_client_is_escaped_in_xml() {
    let call = RawRequest::token_call().without("Content-Type");
    let call = call.with("X-Amz-Target", "<a>&.</Message>").signed();
    let response = call.response().await;
    assert!(
        response
            .body
            .contains("for service: &lt;a>&amp;, operation: &lt;/Message></Message>"),
        "{response:?}"
    );
}

#[tokio::test]
async fn an_incomplete_signature_is_an_error_in_xml() {
    let missing = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    let missing = format!("{missing}{}", hash_of("a"));
    let xml = format!(
        "<IncompleteSignatureException>\n  <Message>{missing}</Message>\n</IncompleteSignatureException>\n"
    );
    for request in [
        RawRequest::new("GET", "/"),
        RawRequest::token_call().without("Content-Type"),
    ] {
        let response = request.authorized("a").response().await;
        response.assert_xml(FORBIDDEN, &xml);
    }
}

#[tokio::test]
async fn two_signatures_are_an_error_in_xml() {
    let request = RawRequest::new("GET", "/?X-Amz-Algorithm").authorized("a");
    request.response().await.assert_xml(
        FORBIDDEN,
        "<InvalidSignatureException>\n  <Message>Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.</Message>\n</InvalidSignatureException>\n",
    );
}

#[tokio::test]
async fn plain_json_is_an_unknown_operation() {
    let body = r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#;
    for input in ["{}", ""] {
        let call = RawRequest::token_call().with("Content-Type", "application/json");
        let response = call.body(input).response().await;
        assert_plain_json(&response, "HTTP/1.1 404 Not Found", body);
    }
}

#[tokio::test]
async fn plain_json_other_than_an_object_is_a_serialization_error() {
    let body = r#"{"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"}"#;
    for (content_type, input) in [
        ("application/json", "hello"),
        ("application/json", "null"),
        ("     application/json     ;", "hello"),
    ] {
        let call = RawRequest::token_call().with("Content-Type", content_type);
        let response = call.body(input).response().await;
        assert_plain_json(&response, "HTTP/1.1 400 Bad Request", body);
    }
}

#[track_caller]
fn assert_plain_json(response: &Response, status_line: &str, body: &str) {
    let headers = [
        &format!("Content-Length: {}", body.len()),
        "Content-Type: application/json",
        DATE,
        FIRST_REQUEST_ID,
    ];
    response.assert_is(status_line, &headers, body);
}

#[tokio::test]
async fn parameters_of_the_content_type_are_ignored() {
    for content_type in [
        "   application/x-amz-json-1.1   ;whatever",
        "application/x-amz-json-1.1; charset=utf-8",
    ] {
        let call = RawRequest::token_call().with("Content-Type", content_type);
        call.response().await.assert_error(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
    }
    let call =
        RawRequest::token_call().with("Content-Type", "application/x-amz-json-1.1 ;whatever");
    assert_eq!(call.signed().response().await.status(), 200);
}
