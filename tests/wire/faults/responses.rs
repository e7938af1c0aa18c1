//! Faults that change the response.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use mock_ecr::MockEcr;
use serde_json::{Value, json};

use super::{mock_with_fault, ping, set, token_call};

/// Returns the output of `GetAuthorizationToken` with a fault.
async fn output(action: &str) -> Value {
    let response = token_call(&mock_with_fault(&format!("action = {{ {action} }}")).await).await;
    assert_eq!(response.status(), 200, "{action}");
    assert_eq!(
        response.header("content-length"),
        response.body.len().to_string()
    );
    serde_json::from_str(&response.body).unwrap()
}

/// Returns a member of the only entry of `authorizationData`.
async fn member(action: &str, name: &str) -> Option<Value> {
    let output = output(action).await;
    output["authorizationData"][0].get(name).cloned()
}

#[tokio::test]
async fn authorization_data_is_replaced() {
    let original = output("date = '1s'").await;
    let entry = &original["authorizationData"][0];
    for (action, list) in [
        ("'empty'", json!([])),
        ("'null'", json!(null)),
        ("'doubled'", json!([entry, entry])),
        ("'with_nulls'", json!([null, entry])),
    ] {
        let expected = json!({ "authorizationData": list });
        let found = output(&format!("authorization_data = {action}")).await;
        assert_eq!(found, expected, "{action}");
    }
    assert_eq!(output("authorization_data = 'missing'").await, json!({}));
    let endpoint = member(
        "authorization_data = { account = '210987654321' }",
        "proxyEndpoint",
    );
    let expected = "https://210987654321.dkr.ecr.us-east-1.amazonaws.com";
    assert_eq!(endpoint.await, Some(json!(expected)));
}

#[tokio::test]
async fn an_entry_of_another_account_is_added_before_or_after_the_caller_s() {
    let callers_entry = &output("date = '1s'").await["authorizationData"][0];
    for (place, other) in [("before", 0), ("after", 1)] {
        let action = format!("authorization_data = {{ {place} = '210987654321' }}");
        let builder = MockEcr::builder()
            .account("123456789012")
            .account("210987654321");
        let ecr = builder.frozen().start().await.unwrap();
        set(&ecr, &format!("action = {{ {action} }}"));
        let response = token_call(&ecr).await;
        let response: Value = serde_json::from_str(&response.body).unwrap();
        let list = response["authorizationData"].as_array().unwrap();
        assert_eq!(list.len(), 2, "{place}");
        assert_eq!(&list[1 - other], callers_entry, "{place}");

        let other = &list[other];
        let endpoint = "https://210987654321.dkr.ecr.us-east-1.amazonaws.com";
        assert_eq!(other["proxyEndpoint"], endpoint, "{place}");
        assert_eq!(other["expiresAt"], callers_entry["expiresAt"], "{place}");
        let bearer = ecr.verify_token(other["authorizationToken"].as_str().unwrap());
        let root = "arn:aws:iam::210987654321:root";
        assert_eq!(bearer.unwrap().arn().as_str(), root, "{place}");
        let request_log = ecr.requests();
        let issued = request_log.last().unwrap().token.unwrap();
        assert_eq!(
            ecr.issue_token().id(),
            issued,
            "the request log has the token of the caller"
        );
    }
}

#[tokio::test]
async fn expires_at_is_replaced_in_the_response_only() {
    for (action, expected) in [
        ("'past'", Some("1.448829053241E9")),
        ("'near'", Some("1.448832663241E9")),
        ("'far'", Some("1.764365453241E9")),
        ("{ in = '-5m' }", Some("1.448832353241E9")),
        ("'integer'", Some("1448875853")),
        ("'milliseconds'", Some("1448875853241")),
        ("'iso8601'", Some("\"2015-11-30T09:30:53.241Z\"")),
        ("'null'", Some("null")),
    ] {
        let ecr = mock_with_fault(&format!("action = {{ expires_at = {action} }}")).await;
        let response = token_call(&ecr).await;
        let (_, rest) = response.body.split_once("\"expiresAt\":").unwrap();
        let found = rest.split_once(',').map(|(value, _)| value);
        assert_eq!(found, expected, "{action}");
        assert_eq!(ping(&ecr).await.status(), 200);
    }
    assert_eq!(member("expires_at = 'missing'", "expiresAt").await, None);
}

#[tokio::test]
async fn the_token_is_replaced() {
    let token = |action: &'static str| async move {
        let action = format!("token = '{action}'");
        let token = member(&action, "authorizationToken").await.unwrap();
        token.as_str().unwrap().to_owned()
    };
    let plain = |token: String| String::from_utf8(STANDARD.decode(token).unwrap()).unwrap();
    assert!(!plain(token("no_colon").await).contains(':'));
    assert!(plain(token("colons").await).starts_with("AWS:a:b:"));
    assert!(plain(token("other_user").await).starts_with("nobody:"));
    assert!(STANDARD.decode(token("not_base64").await).is_err());
    assert_eq!(token("empty").await, "");
    assert!((16_000..17_000).contains(&token("long").await.len()));

    let url_safe = token("url_safe").await;
    assert!(STANDARD.decode(&url_safe).is_err());
    assert!(URL_SAFE.decode(&url_safe).is_ok());

    assert_eq!(
        member("token = 'null'", "authorizationToken").await,
        Some(json!(null))
    );
    assert_eq!(
        member("token = 'number'", "authorizationToken").await,
        Some(json!(12345))
    );
    assert_eq!(
        member("token = 'missing'", "authorizationToken").await,
        None
    );
}

#[tokio::test]
async fn the_token_contains_the_given_login() {
    for (login, expected) in [
        ("username = 'Bob', password = 'pa:ss::'", "Bob:pa:ss::"),
        ("password = 'ÿ>?~'", "AWS:ÿ>?~"),
        ("username = '', password = ''", ":"),
    ] {
        let action = format!("token = {{ login = {{ {login} }} }}");
        let output = output(&action).await;
        let entry = &output["authorizationData"][0];
        assert_eq!(
            entry["authorizationToken"],
            STANDARD.encode(expected),
            "{login}"
        );
        assert_eq!(entry["expiresAt"], 1_448_875_853.241, "{login}");
    }
}

#[tokio::test]
async fn the_proxy_endpoint_is_replaced() {
    let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
    for (action, expected) in [
        ("'foreign'", Some(json!("https://registry.example.com"))),
        ("'no_scheme'", Some(json!(host))),
        ("'slash'", Some(json!(format!("https://{host}/")))),
        (
            "{ url = 'http://localhost:1' }",
            Some(json!("http://localhost:1")),
        ),
        ("'null'", Some(json!(null))),
        ("'missing'", None),
    ] {
        let found = member(&format!("proxy_endpoint = {action}"), "proxyEndpoint").await;
        assert_eq!(found, expected, "{action}");
    }
}

#[tokio::test]
async fn the_body_is_replaced() {
    for (action, status, content_type, begins) in [
        ("'html'", 200, "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ("'empty'", 200, "application/x-amz-json-1.1", ""),
        (
            "'not_json'",
            200,
            "application/x-amz-json-1.1",
            "{\"authorizationData\":[{",
        ),
        ("{ text = 'ok' }", 200, "application/x-amz-json-1.1", "ok"),
    ] {
        let ecr = mock_with_fault(&format!("action = {{ body = {action} }}")).await;
        let response = token_call(&ecr).await;
        assert_eq!(response.status(), status, "{action}");
        assert_eq!(response.header("content-type"), content_type, "{action}");
        assert!(
            response.body.starts_with(begins),
            "{action}: {}",
            response.body
        );
        assert_eq!(
            response.header("content-length"),
            response.body.len().to_string()
        );
    }
    // A captive portal replaces an error with status 200 as well.
    let ecr = mock_with_fault("action = { body = 'html' }").await;
    let unsigned = crate::raw::RawRequest::token_call().to(&ecr).await;
    assert_eq!(unsigned.status(), 200);
}

#[tokio::test]
async fn the_content_type_is_replaced_or_removed() {
    let ecr = mock_with_fault("action = { content_type = 'text/plain' }").await;
    assert_eq!(token_call(&ecr).await.header("content-type"), "text/plain");
    let ecr = mock_with_fault("action = { content_type = '' }").await;
    let response = token_call(&ecr).await;
    assert!(
        !response
            .headers
            .iter()
            .any(|line| line.starts_with("Content-Type"))
    );
}

#[tokio::test]
async fn faults_are_applied_in_order() {
    let ecr = mock_with_fault("action = { authorization_data = 'doubled' }").await;
    super::set(&ecr, "action = { proxy_endpoint = 'missing' }");
    super::set(&ecr, "action = { content_type = 'text/plain' }");
    let response = token_call(&ecr).await;
    let output: Value = serde_json::from_str(&response.body).unwrap();
    let entries = output["authorizationData"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert!(
        entries
            .iter()
            .all(|entry| entry.get("proxyEndpoint").is_none())
    );
    assert_eq!(response.header("content-type"), "text/plain");
}
