//! The one member of `GetAuthorizationToken`'s input. Source of its type and its bounds: botocore's model of ECR.

use crate::answer::Answer;
use crate::raw::{RawRequest, frozen};

async fn answer(body: &str) -> Answer {
    RawRequest::token_call().body(body).signed().answer().await
}

/// The answer has an entry for each of these accounts, all with the caller's token.
#[track_caller]
fn has_entries(answer: &Answer, token: &str, accounts: &[&str]) {
    let entry = |account: &&str| {
        format!(
            r#"{{"authorizationToken":"{token}","expiresAt":1.448875853241E9,"proxyEndpoint":"https://{account}.dkr.ecr.us-east-1.amazonaws.com"}}"#
        )
    };
    let entries: Vec<_> = accounts.iter().map(entry).collect();
    let body = format!(r#"{{"authorizationData":[{}]}}"#, entries.join(","));
    answer.is_json("HTTP/1.1 200 OK", &body);
}

async fn gives(body: &str, accounts: &[&str]) {
    let token = frozen().await.issue_token();
    has_entries(&answer(body).await, token.as_str(), accounts);
}

/// Refused in the words of a constraint that was not kept.
async fn breaks(body: &str, constraint: &str) {
    let message =
        format!("Invalid parameter at 'registryIds' failed to satisfy constraint: '{constraint}'");
    let answer = answer(body).await;
    answer.is_error("InvalidParameterException", &message);
}

/// Refused for a type; the text stands in `Message`, with a capital letter. [ANALOG]
async fn is_no_list_of_strings(body: &str, message: &str) {
    let expected = format!(r#"{{"__type":"SerializationException","Message":"{message}"}}"#);
    answer(body).await.is_rejection(&expected);
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
async fn absent_they_are_the_caller_s_own() {
    gives("{}", &["123456789012"]).await;
}

#[tokio::test]
async fn null_is_the_same_as_absent() {
    gives(r#"{"registryIds":null}"#, &["123456789012"]).await;
}

#[tokio::test]
async fn one_is_answered_with_the_endpoint_that_was_asked_for() {
    // Source: hashicorp/terraform-provider-aws#38601.
    gives(&list_of(&["602401143452"]), &["602401143452"]).await;
}

#[tokio::test]
async fn ten_are_answered_in_their_order() {
    gives(&list_of(&TEN), &TEN).await;
}

#[tokio::test]
async fn one_that_is_named_twice_is_answered_twice() {
    // [ASSUME]
    let twice = ["210987654321", "210987654321"];
    gives(&list_of(&twice), &twice).await;
}

#[tokio::test]
async fn eleven_are_too_many() {
    // [ASSUME], after the text of google/go-containerregistry#681.
    let eleven = [&TEN[..], &["000000000010"]].concat();
    breaks(
        &list_of(&eleven),
        "Member must have length less than or equal to 10",
    )
    .await;
}

#[tokio::test]
async fn an_empty_list_is_too_few() {
    // [ASSUME], after the text of aws/aws-dotnet-deploy#549.
    breaks(
        r#"{"registryIds":[]}"#,
        "Member must have length greater than or equal to 1",
    )
    .await;
}

#[tokio::test]
async fn an_id_has_twelve_digits() {
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
        breaks(&list_of(&[id]), PATTERN).await;
        breaks(&list_of(&["123456789012", id]), PATTERN).await;
    }
}

#[tokio::test]
async fn a_scalar_is_no_list() {
    // [ANALOG] Source: mhart/kinesalite.
    for value in [r#""123456789012""#, "123456789012", "true", "1.5"] {
        let body = format!(r#"{{"registryIds":{value}}}"#);
        is_no_list_of_strings(&body, "Expected list or null").await;
    }
}

#[tokio::test]
async fn an_object_is_no_list() {
    // [ANALOG] Source: mhart/kinesalite.
    is_no_list_of_strings(
        r#"{"registryIds":{"0":"123456789012"}}"#,
        "Start of structure or map found where not expected.",
    )
    .await;
}

#[tokio::test]
async fn an_element_that_is_no_string_is_told_what_it_is() {
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
        is_no_list_of_strings(&body, message).await;
    }
}

#[tokio::test]
async fn a_null_in_the_list_is_no_id() {
    // [ASSUME]
    breaks(r#"{"registryIds":[null]}"#, PATTERN).await;
}

#[tokio::test]
async fn members_that_are_not_known_are_ignored() {
    // [ASSUME]; clients do the same, botocore's output test "Ignores extra data".
    gives(
        r#" {"RegistryIds":["x"], "more":{"registryIds":7}, "registryIds":["210987654321"]} "#,
        &["210987654321"],
    )
    .await;
}
