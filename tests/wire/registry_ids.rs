//! `registryIds`, the only member of the input of `GetAuthorizationToken`. Source of its type and its bounds: botocore's model
//! of ECR.

use crate::raw::{RawRequest, frozen_mock};
use crate::response::Response;

async fn response(body: &str) -> Response {
    RawRequest::token_call()
        .body(body)
        .signed()
        .response()
        .await
}

/// Asserts that the response has an entry for each of these accounts, all with the token of the caller.
#[track_caller]
fn assert_entries(response: &Response, token: &str, accounts: &[&str]) {
    let entry = |account: &&str| {
        format!(
            r#"{{"authorizationToken":"{token}","expiresAt":1.448875853241E9,"proxyEndpoint":"https://{account}.dkr.ecr.us-east-1.amazonaws.com"}}"#
        )
    };
    let entries: Vec<_> = accounts.iter().map(entry).collect();
    let body = format!(r#"{{"authorizationData":[{}]}}"#, entries.join(","));
    response.assert_json("HTTP/1.1 200 OK", &body);
}

async fn assert_accounts(body: &str, accounts: &[&str]) {
    let token = frozen_mock().await.issue_token();
    assert_entries(&response(body).await, token.as_str(), accounts);
}

/// Asserts that a body is rejected with the text of a constraint.
async fn assert_violation(body: &str, constraint: &str) {
    let message =
        format!("Invalid parameter at 'registryIds' failed to satisfy constraint: '{constraint}'");
    let response = response(body).await;
    response.assert_error("InvalidParameterException", &message);
}

/// Asserts that a body is rejected for a wrong type. The text is in `Message`, with a capital letter. [ANALOG]
async fn assert_serialization_error(body: &str, message: &str) {
    let expected = format!(r#"{{"__type":"SerializationException","Message":"{message}"}}"#);
    response(body).await.assert_rejection(&expected);
}

const PATTERN: &str =
    "Member must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]{12}]";
const TEN: [&str; 10] = [
    "000000000009",
    "000000000001",
    "000000000008",
    "000000000002",
    "000000000007",
    "000000000003",
    "000000000006",
    "000000000004",
    "000000000005",
    "000000000000",
];

fn list_of(accounts: &[&str]) -> String {
    let accounts = accounts.join(r#"",""#);
    format!(r#"{{"registryIds":["{accounts}"]}}"#)
}

#[tokio::test]
async fn the_default_is_the_caller_s_account() {
    assert_accounts("{}", &["123456789012"]).await;
}

#[tokio::test]
async fn null_is_the_same_as_absent() {
    assert_accounts(r#"{"registryIds":null}"#, &["123456789012"]).await;
}

#[tokio::test]
async fn one_id_returns_the_endpoint_of_its_registry() {
    // Source: hashicorp/terraform-provider-aws#38601.
    assert_accounts(&list_of(&["602401143452"]), &["602401143452"]).await;
}

#[tokio::test]
async fn ten_ids_return_ten_entries_in_order() {
    assert_accounts(&list_of(&TEN), &TEN).await;
}

#[tokio::test]
async fn a_repeated_id_returns_two_entries() {
    // [ASSUME]
    let twice = ["210987654321", "210987654321"];
    assert_accounts(&list_of(&twice), &twice).await;
}

#[tokio::test]
async fn eleven_ids_are_rejected() {
    // [ASSUME], after the text of google/go-containerregistry#681.
    let eleven = [&TEN[..], &["000000000010"]].concat();
    assert_violation(
        &list_of(&eleven),
        "Member must have length less than or equal to 10",
    )
    .await;
}

#[tokio::test]
async fn an_empty_list_is_rejected() {
    // [ASSUME], after the text of aws/aws-dotnet-deploy#549.
    assert_violation(
        r#"{"registryIds":[]}"#,
        "Member must have length greater than or equal to 1",
    )
    .await;
}

#[tokio::test]
async fn an_id_without_exactly_twelve_digits_is_rejected() {
    // Source: aws-actions/amazon-ecr-login#225, upmc-enterprises/registry-creds#88.
    for id in [
        "",
        "12345678901",
        "1234567890123",
        "12345678901a",
        "abcdefghijkl",
        "123456789012 ",
        "１２３４５６７８９０１２",
    ] {
        assert_violation(&list_of(&[id]), PATTERN).await;
        assert_violation(&list_of(&["123456789012", id]), PATTERN).await;
    }
}

#[tokio::test]
async fn a_scalar_is_rejected() {
    // [ANALOG] Source: mhart/kinesalite.
    for value in [r#""123456789012""#, "123456789012", "true", "1.5"] {
        let body = format!(r#"{{"registryIds":{value}}}"#);
        assert_serialization_error(&body, "Expected list or null").await;
    }
}

#[tokio::test]
async fn an_object_is_rejected() {
    // [ANALOG] Source: mhart/kinesalite.
    assert_serialization_error(
        r#"{"registryIds":{"0":"123456789012"}}"#,
        "Start of structure or map found where not expected.",
    )
    .await;
}

#[tokio::test]
async fn an_element_of_another_type_is_rejected_with_its_type() {
    // [ANALOG] Source: architect/dynalite, `test/helpers.js`.
    for (element, message) in [
        ("123456789012", "NUMBER_VALUE cannot be converted to String"),
        ("1.5", "DECIMAL_VALUE cannot be converted to String"),
        ("true", "TRUE_VALUE cannot be converted to String"),
        ("false", "FALSE_VALUE cannot be converted to String"),
        ("{}", "Start of structure or map found where not expected"),
        (
            r#"["123456789012"]"#,
            "Unrecognized collection type class java.lang.String",
        ),
    ] {
        let body = format!(r#"{{"registryIds":["123456789012",{element}]}}"#);
        assert_serialization_error(&body, message).await;
    }
}

#[tokio::test]
async fn a_null_element_is_rejected() {
    // [ASSUME]
    assert_violation(r#"{"registryIds":[null]}"#, PATTERN).await;
}

#[tokio::test]
async fn unknown_members_are_ignored() {
    // [ASSUME]; clients ignore unknown members too: botocore's output test "Ignores extra data".
    assert_accounts(
        r#" {"RegistryIds":["x"], "more":{"registryIds":7}, "registryIds":["210987654321"]} "#,
        &["210987654321"],
    )
    .await;
}
