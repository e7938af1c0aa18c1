//! `/_mock/tokens`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::control::{assert_rejected, control_request, fetch_json, post};
use crate::raw::{RawRequest, frozen_mock};

#[tokio::test]
async fn an_issued_token_is_returned_with_its_claims() {
    let ecr = frozen_mock().await;
    let issued = fetch_json(&post("tokens", "{}"), &ecr).await;
    let token = ecr.issue_token();
    assert_eq!(issued["authorization_token"], token.as_str());
    assert_eq!(issued["password"], token.password());
    assert_eq!(issued["id"], token.id().to_string());
    assert_eq!(
        issued["principal"],
        "arn:aws:iam::123456789012:user/developer"
    );
    assert_eq!(issued["expires"], "2015-11-30T09:30:53.241Z");
}

#[tokio::test]
async fn a_token_is_issued_for_any_principal_and_region() {
    let ecr = frozen_mock().await;
    let issue = post(
        "tokens",
        r#"{"account":"210987654321","region":"cn-north-1"}"#,
    );
    let issued = fetch_json(&issue, &ecr).await;
    assert_eq!(issued["principal"], "arn:aws-cn:iam::210987654321:root");
    assert_eq!(issued["region"], "cn-north-1");
    let arn = "arn:aws:iam::123456789012:user/developer";
    let issue = post("tokens", &format!(r#"{{"principal":"{arn}"}}"#));
    assert_eq!(fetch_json(&issue, &ecr).await["principal"], arn);

    for (body, at, text) in [
        (r#"{"account":"12"}"#, Some("account"), "12 digits"),
        (r#"{"region":"US EAST"}"#, Some("region"), "region"),
        (
            r#"{"principal":"me"}"#,
            Some("principal"),
            "assumed-role/ROLE/SESSION",
        ),
    ] {
        let response = post("tokens", body).to(&ecr).await;
        assert_rejected(&response, 400, "BAD_BODY", at, text);
    }
    let both = format!(r#"{{"principal":"{arn}","account":"123456789012"}}"#);
    let response = post("tokens", &both).to(&ecr).await;
    assert_rejected(&response, 400, "BAD_BODY", Some("account"), "not both");
}

#[tokio::test]
async fn tokens_are_listed_with_their_uses_and_without_secrets() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(1));
    RawRequest::ping("GET").with_token(&token).to(&ecr).await;
    let newer = ecr.issue_token();
    let response = control_request("GET", "tokens").to(&ecr).await;
    for token in [&token, &newer] {
        assert!(!response.body.contains(&token.password()));
    }
    let listed = fetch_json(&control_request("GET", "tokens"), &ecr).await;
    assert_eq!(listed["issued"], 2);
    let expected = json!({
        "id": token.id().to_string(),
        "principal": "arn:aws:iam::123456789012:user/developer",
        "account": "123456789012",
        "region": "us-east-1",
        "issued": "2015-11-29T21:30:53.241Z",
        "expires": "2015-11-30T09:30:53.241Z",
        "presented": 1,
        "last_presented": "2015-11-29T21:30:54.241Z",
        "rejected": 0,
        "first_rejection": null,
        "revoked": null,
        "issued_by_request": null,
        "valid": true,
        "error": null,
    });
    assert_eq!(listed["tokens"][0], expected);
    let newest = fetch_json(&control_request("GET", "tokens?limit=1"), &ecr).await;
    assert_eq!(newest["tokens"][0]["id"], newer.id().to_string());
    assert_eq!(newest["tokens"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tokens_are_revoked_by_id_by_principal_and_by_time() {
    for body in [
        r#"{"id":"fa44db647e557a51"}"#,
        r#"{"principal":"arn:aws:iam::123456789012:user/developer"}"#,
        r#"{"issued_before":"2015-11-29T21:30:53.242Z"}"#,
    ] {
        let ecr = frozen_mock().await;
        let token = ecr.issue_token();
        let body = body.replace("fa44db647e557a51", &token.id().to_string());
        assert_eq!(
            fetch_json(&post("tokens/revoke", &body), &ecr).await["valid"],
            0
        );
        assert!(ecr.verify_token(token.as_str()).is_err(), "{body}");
    }
    for (body, text) in [
        ("{}", "expected"),
        (r#"{"id":"fa44db647e557a51","principal":"x"}"#, "expected"),
        (
            r#"{"token":"x"}"#,
            "expected one of `id`, `principal`, `issued_before`",
        ),
        (r#"{"id":"x"}"#, "16 hexadecimal digits"),
    ] {
        let response = post("tokens/revoke", body).response().await;
        assert_eq!(response.status(), 400, "{body}");
        assert!(response.body.contains(text), "{body}: {}", response.body);
    }
}

#[tokio::test]
async fn a_token_for_an_unknown_region_is_rejected_with_a_similar_one() {
    let response = post("tokens", r#"{"region":"us-eest-1"}"#).response().await;
    assert_eq!(response.status(), 400);
    let expected = "unknown Region; did you mean \\\"us-east-1\\\"?";
    assert!(response.body.contains(expected), "{}", response.body);
}

#[tokio::test]
async fn a_token_is_inspected_while_valid_and_after_expiry() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    let inspect = |token: &str| post("tokens/inspect", &json!({ "token": token }).to_string());
    let valid = fetch_json(&inspect(token.as_str()), &ecr).await;
    assert_eq!(
        (&valid["valid"], &valid["error"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(valid["claims"]["id"], token.id().to_string());
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let expired = fetch_json(&inspect(&token.password()), &ecr).await;
    assert_eq!(expired["valid"], false);
    assert_eq!(expired["error"], "expired since 2015-11-30T09:30:53.241Z");
    assert_eq!(expired["claims"], valid["claims"]);
    let none = fetch_json(&inspect("x!"), &ecr).await;
    assert_eq!(
        (&none["claims"], &none["valid"], &none["error"]),
        (&Value::Null, &json!(false), &json!("not base64"))
    );
    assert_eq!(none["explanation"]["kind"], "token_malformed");
    let explanation = &expired["explanation"];
    assert_eq!(explanation["kind"], "token_expired");
    assert_eq!(explanation["facts"]["late_ms"], 0);
    assert_eq!(valid["explanation"], Value::Null);
    assert_eq!(
        fetch_json(&control_request("GET", "tokens"), &ecr).await["tokens"][0]["presented"],
        0
    );
}
