//! `/_mock/tokens`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::control::{ask, is_rejected, post, told};
use crate::raw::{RawRequest, frozen};

#[tokio::test]
async fn a_token_is_issued_that_opens_the_registry() {
    let ecr = frozen().await;
    let issued = told(&post("tokens", "{}"), &ecr).await;
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
async fn a_token_is_issued_for_whom_and_where_one_likes() {
    let ecr = frozen().await;
    let issue = post(
        "tokens",
        r#"{"account":"210987654321","region":"cn-north-1"}"#,
    );
    let issued = told(&issue, &ecr).await;
    assert_eq!(issued["principal"], "arn:aws-cn:iam::210987654321:root");
    assert_eq!(issued["region"], "cn-north-1");
    let arn = "arn:aws:iam::123456789012:user/developer";
    let issue = post("tokens", &format!(r#"{{"principal":"{arn}"}}"#));
    assert_eq!(told(&issue, &ecr).await["principal"], arn);

    for (body, at, said) in [
        (r#"{"account":"12"}"#, Some("account"), "12 digits"),
        (r#"{"region":"US EAST"}"#, Some("region"), "region"),
        (r#"{"principal":"me"}"#, Some("principal"), "arn:PARTITION"),
    ] {
        let answer = post("tokens", body).to(&ecr).await;
        is_rejected(&answer, 400, "BAD_BODY", at, said);
    }
    let both = format!(r#"{{"principal":"{arn}","account":"123456789012"}}"#);
    let answer = post("tokens", &both).to(&ecr).await;
    is_rejected(&answer, 400, "BAD_BODY", Some("account"), "not both");
}

#[tokio::test]
async fn tokens_are_listed_with_their_uses_and_never_with_what_they_are_worth() {
    let ecr = frozen().await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(1));
    RawRequest::ping("GET").bearing(&token).to(&ecr).await;
    let newer = ecr.issue_token();
    let answer = ask("GET", "tokens").to(&ecr).await;
    for token in [&token, &newer] {
        assert!(!answer.body.contains(&token.password()));
    }
    let listed = told(&ask("GET", "tokens"), &ecr).await;
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
        "valid": true,
        "error": null,
    });
    assert_eq!(listed["tokens"][0], expected);
    let newest = told(&ask("GET", "tokens?limit=1"), &ecr).await;
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
        let ecr = frozen().await;
        let token = ecr.issue_token();
        let body = body.replace("fa44db647e557a51", &token.id().to_string());
        assert_eq!(told(&post("tokens/revoke", &body), &ecr).await["valid"], 0);
        assert!(ecr.verify_token(token.as_str()).is_err(), "{body}");
    }
    for (body, said) in [
        ("{}", "expected"),
        (r#"{"id":"fa44db647e557a51","principal":"x"}"#, "expected"),
        (
            r#"{"token":"x"}"#,
            "expected one of `id`, `principal`, `issued_before`",
        ),
        (r#"{"id":"x"}"#, "16 hexadecimal digits"),
    ] {
        let answer = post("tokens/revoke", body).answer().await;
        assert_eq!(answer.status(), 400, "{body}");
        assert!(answer.body.contains(said), "{body}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_token_is_explained_dead_or_valid() {
    let ecr = frozen().await;
    let token = ecr.issue_token();
    let inspect = |token: &str| post("tokens/inspect", &json!({ "token": token }).to_string());
    let valid = told(&inspect(token.as_str()), &ecr).await;
    assert_eq!(
        (&valid["valid"], &valid["error"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(valid["claims"]["id"], token.id().to_string());
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let dead = told(&inspect(&token.password()), &ecr).await;
    assert_eq!(dead["valid"], false);
    assert_eq!(dead["error"], "expired since 2015-11-30T09:30:53.241Z");
    assert_eq!(dead["claims"], valid["claims"]);
    let none = told(&inspect("x!"), &ecr).await;
    assert_eq!(
        none,
        json!({ "claims": null, "valid": false, "error": "not base64" })
    );
    assert_eq!(
        told(&ask("GET", "tokens"), &ecr).await["tokens"][0]["presented"],
        0
    );
}
