//! The document that get-authorization-token prints.

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub};

fn answered(body: &str) -> Outcome {
    let stub = Stub::answering(body);
    Ecr::new(&["get-authorization-token"]).at(&stub).run()
}

#[test]
fn a_token_is_printed_byte_for_byte_as_v1_prints_it() {
    let expected = "\
{
    \"authorizationData\": [
        {
            \"authorizationToken\": \"QVdTOnBhc3N3b3Jk\",
            \"expiresAt\": 1448875853.241,
            \"proxyEndpoint\": \"https://012345678910.dkr.ecr.us-east-1.amazonaws.com\"
        }
    ]
}
";
    assert_eq!(answered(ONE_REGISTRY).printed(), expected);
}

#[test]
fn expires_at_is_the_number_that_python_reads() {
    for (token, printed) in [
        ("1448875853.241", "1448875853.241"),
        ("1.448875853241E9", "1448875853.241"),
        ("1448875853", "1448875853"),
        ("1448875853.0", "1448875853.0"),
        ("1.448875853E9", "1448875853.0"),
        ("1448875853.241123", "1448875853.241123"),
        ("0.0001", "0.0001"),
        ("0", "0"),
        ("-1.5", "-1.5"),
    ] {
        let body = format!(r#"{{"authorizationData":[{{"expiresAt":{token}}}]}}"#);
        let expected = format!("\"expiresAt\": {printed}\n");
        let outcome = answered(&body);
        assert!(
            outcome.printed().contains(&expected),
            "{token}: {outcome:?}"
        );
    }
}

#[test]
fn members_are_printed_in_the_order_of_the_model_and_unknown_ones_are_dropped() {
    let body = r#"{"zzz":1,"authorizationData":[{"proxyEndpoint":"p","x":1,"expiresAt":null,"authorizationToken":"t"},{},null]}"#;
    let expected = "\
{
    \"authorizationData\": [
        {
            \"authorizationToken\": \"t\",
            \"proxyEndpoint\": \"p\"
        },
        {},
        null
    ]
}
";
    assert_eq!(answered(body).printed(), expected);
}

#[test]
fn an_empty_list_is_printed_and_an_empty_answer_is_not() {
    let empty = "{\n    \"authorizationData\": []\n}\n";
    assert_eq!(answered(r#"{"authorizationData":[]}"#).printed(), empty);
    assert_eq!(answered("{}").printed(), "");
}

#[test]
fn text_beyond_ascii_is_not_escaped() {
    let body = r#"{"authorizationData":[{"proxyEndpoint":"h\u00e9/\u2028\u007f\u0001"}]}"#;
    let expected = "\"proxyEndpoint\": \"hé/\u{2028}\u{7f}\\u0001\"\n";
    assert!(answered(body).printed().contains(expected));
}

/// v1 prints nothing and exits 0 for most of these; an answer without authorization data is an error here.
#[test]
fn an_answer_that_holds_no_authorization_data_is_an_error() {
    for body in [
        "",
        "oops",
        "null",
        "[]",
        "\"x\"",
        "<html/>",
        "{\"authorizationData\":[{\"authorizationTo",
        r#"{"__type":"X","message":"m"}"#,
        r#"{"authorizationData":null}"#,
        r#"{"authorizationData":"x"}"#,
        r#"{"authorizationData":{"a":1}}"#,
        r#"{"authorizationData":["x"]}"#,
        r#"{"authorizationData":[{"authorizationToken":{"a":1}}]}"#,
        r#"{"authorizationData":[{"expiresAt":"soon"}]}"#,
    ] {
        answered(body).complained_about(&["holds no usable authorization data"]);
    }
}
