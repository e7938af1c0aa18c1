//! The JSON that get-authorization-token prints.

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub};

fn run(body: &str) -> Outcome {
    let stub = Stub::responding(body);
    Ecr::new(&["get-authorization-token"]).endpoint(&stub).run()
}

#[test]
fn a_token_is_printed_exactly_as_by_v1() {
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
    assert_eq!(run(ONE_REGISTRY).success(), expected);
}

#[test]
fn expires_at_is_printed_as_python_parses_it() {
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
        let outcome = run(&body);
        assert!(
            outcome.success().contains(&expected),
            "{token}: {outcome:?}"
        );
    }
}

#[test]
fn members_are_printed_in_model_order_without_unknown_ones() {
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
    assert_eq!(run(body).success(), expected);
}

#[test]
fn an_empty_list_is_printed_and_an_empty_object_is_not() {
    let empty = "{\n    \"authorizationData\": []\n}\n";
    assert_eq!(run(r#"{"authorizationData":[]}"#).success(), empty);
    assert_eq!(run("{}").success(), "");
}

#[test]
fn non_ascii_text_is_not_escaped() {
    let body = r#"{"authorizationData":[{"proxyEndpoint":"h\u00e9/\u2028\u007f\u0001"}]}"#;
    let expected = "\"proxyEndpoint\": \"hé/\u{2028}\u{7f}\\u0001\"\n";
    assert!(run(body).success().contains(expected));
}

/// v1 prints nothing and exits with 0 for most of these. Here, a response without authorization data is an error.
#[test]
fn a_response_without_authorization_data_is_an_error() {
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
        r#"{"authorizationData":[{"expiresAt":["soon"]}]}"#,
    ] {
        run(body).assert_error_contains(&["contains no usable authorization data"]);
    }
}
