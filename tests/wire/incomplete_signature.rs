//! Incomplete signatures, and two signatures in one request.
//!
//! [ANALOG] Source, unless a test names another: mhart/kinesalite, `index.js` and `test/connection.js`; of the hash of the header,
//! anthropics/claude-code#45128 (2026).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::raw::RawRequest;

const INCOMPLETE: &str = "IncompleteSignatureException";

/// Returns the end of a message about an incomplete header, which contains the hash of the header.
pub(crate) fn hash_of(header: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(header));
    format!("(Hashed with SHA-256 and encoded with Base64) Authorization={hash}")
}

#[tokio::test]
async fn an_error_for_an_empty_header_names_all_missing_parts() {
    for target in ["/", "/?X-Amz-Algorith"] {
        let call = RawRequest::token_call().at(target).authorized("X");
        let message = format!(
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. {}",
            hash_of("X")
        );
        call.response().await.assert_error(INCOMPLETE, &message);
    }
}

#[tokio::test]
async fn the_parts_of_a_header_are_separated_by_commas_or_spaces() {
    for header in [
        "AWS4- Signature=b Credential=a",
        "AWS4- Signature=b,Credential=a",
        "AWS4- Signature=b, Credential=a",
    ] {
        let call = RawRequest::token_call()
            .authorized(header)
            .with("Date", "a");
        let hash = hash_of(header);
        let message = format!("Authorization header requires 'SignedHeaders' parameter. {hash}");
        call.response().await.assert_error(INCOMPLETE, &message);
    }
}

#[tokio::test]
async fn a_header_without_a_date_beside_it_is_incomplete() {
    let header = "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c";
    let call = RawRequest::token_call().authorized(header);
    let hash = hash_of(header);
    let message = format!(
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. {hash}"
    );
    call.response().await.assert_error(INCOMPLETE, &message);
}

#[tokio::test]
async fn a_header_does_not_occur_in_the_error_about_a_field_without_a_value() {
    // Source of the text: awslabs/time-addressable-media-store#8 (2025).
    let header = "AWS4-HMAC-SHA256 Credential= a/b/c/d/e, SignedHeaders=host, Signature=f";
    let hash = STANDARD.encode(Sha256::digest(header));
    let message = format!(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '{hash}'."
    );
    let call = RawRequest::token_call().authorized(header);
    call.response().await.assert_error(INCOMPLETE, &message);
}

#[tokio::test]
async fn an_error_for_an_empty_query_names_all_missing_parts() {
    let call = RawRequest::token_call().at("/?X-Amz-Algorithm");
    call.response().await.assert_error(
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
    );
}

#[tokio::test]
async fn an_error_for_an_incomplete_query_names_the_missing_part() {
    let query = "/?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d";
    RawRequest::token_call().at(query).response().await.assert_error(
        INCOMPLETE,
        "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.",
    );
}

#[tokio::test]
async fn a_query_without_an_algorithm_is_not_a_signature() {
    let query = "/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d";
    RawRequest::token_call()
        .at(query)
        .response()
        .await
        .assert_error(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
}

#[tokio::test]
async fn signatures_in_the_query_and_in_a_header_are_rejected() {
    let call = RawRequest::token_call()
        .at("/?X-Amz-Algorithm")
        .authorized("X");
    call.response().await.assert_error(
        "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
}

#[tokio::test]
async fn a_date_that_is_not_ascii_is_rejected() {
    // [ANALOG] Source of the text: scratchstack-aws-signature. Sixteen bytes; the ninth is the second byte of a character.
    let query = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-SignedHeaders=host&X-Amz-Date=2015112%C3%A9213053Z";
    RawRequest::token_call().at(query).response().await.assert_error(
        INCOMPLETE,
        "Date must be in ISO-8601 'basic format'. Got '2015112é213053Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    );
}

#[tokio::test]
async fn a_credential_without_five_parts_is_rejected() {
    // [ANALOG] Source of the text: scratchstack-aws-signature.
    let call = RawRequest::token_call()
        .authorized("AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=e")
        .with("X-Amz-Date", "20151129T213053Z");
    call.response().await.assert_error(
        INCOMPLETE,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
    );
}

#[tokio::test]
async fn another_algorithm_is_not_supported() {
    // [ANALOG] Source of the text: scratchstack-aws-signature.
    let call = RawRequest::token_call()
        .authorized("AWS5 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f")
        .with("X-Amz-Date", "20151129T213053Z");
    let response = call.response().await;
    response.assert_error(INCOMPLETE, "Unsupported AWS 'algorithm': 'AWS5'.");
}
