//! `/_mock/requests` and its archive.

use std::time::Duration;

use mock_ecr::MockEcr;
use serde_json::{Value, json};

use crate::control::{ask, is_rejected, told};
use crate::raw::{RawRequest, frozen};

/// A mock that was called, in vain and well, and visited with a token.
async fn visited() -> MockEcr {
    let ecr = frozen().await;
    let call = RawRequest::token_call().with("User-Agent", "aws-cli/1.46");
    call.clone().to(&ecr).await;
    call.body(r#"{"registryIds":["210987654321"]}"#)
        .signed()
        .to(&ecr)
        .await;
    ecr.clock().advance(Duration::from_secs(1));
    let visit = RawRequest::new("HEAD", "/v2/app/manifests/1?x=%20y").bearing(&ecr.issue_token());
    visit.on_host("127.0.0.1:4566").to(&ecr).await;
    ecr
}

async fn targets(ecr: &MockEcr, query: &str) -> Vec<String> {
    let told = told(&ask("GET", &format!("requests?{query}")), ecr).await;
    assert_eq!(told["matched"], told["requests"].as_array().unwrap().len());
    let requests = told["requests"].as_array().unwrap().iter();
    let target = |one: &Value| one["target"].as_str().unwrap().to_owned();
    requests.map(target).collect()
}

#[tokio::test]
async fn an_request_is_told_with_every_field() {
    let ecr = visited().await;
    let mut told = told(&ask("GET", "requests?status=200"), &ecr).await;
    let call = &mut told["requests"][0];
    assert!(call["took_micros"].take().is_u64());
    assert!(call["request_id"].take().is_string());
    let calls = ecr.requests().operation("GetAuthorizationToken");
    let id = calls.last().unwrap().token.unwrap();
    let key = &ecr.config().default_principal().access_key_id;
    let expected = json!({
        "received": "2015-11-29T21:30:53.241Z", "took_micros": null, "service": "ecr", "ingress": "http", "method": "POST",
        "host": "localhost", "target": "/", "user_agent": "aws-cli/1.46", "operation": "GetAuthorizationToken",
        "input": r#"{"registryIds":["210987654321"]}"#, "route": null,
        "amz_target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "content_type": "application/x-amz-json-1.1",
        "claim": { "access_key_id": key, "region": "us-east-1", "service": "ecr" }, "authorization": true,
        "caller": "arn:aws:iam::123456789012:user/developer", "token": id.to_string(), "bearer": null, "status": 200,
        "error": null, "token_error": null, "faults": [], "request_id": null,
    });
    assert_eq!(*call, expected);
    assert_eq!(
        (&told["matched"], &told["forgotten"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn every_field_chooses() {
    let ecr = visited().await;
    let last = ecr.requests();
    let visit = last.last().unwrap();
    let (token, status) = (visit.token.unwrap(), visit.status.as_u16());
    let arn = "arn:aws:iam::123456789012:user/developer";
    for query in [
        "service=registry".to_owned(),
        "method=head".to_owned(),
        "host=127.0.0.1:4566".to_owned(),
        "target=manifests/1".to_owned(),
        "route=manifest".to_owned(),
        format!("status={status}"),
        format!("token={token}"),
        format!("bearer={arn}"),
        "since=2015-11-29T21:30:54.241Z".to_owned(),
        format!("error={}&authorization=true", visit.error.unwrap_or("X")),
    ] {
        let expected = ["/v2/app/manifests/1?x=%20y"];
        if visit.error.is_some() || !query.starts_with("error") {
            assert_eq!(targets(&ecr, &query).await, expected, "{query}");
        }
    }
    for (query, count) in [
        ("", 3),
        ("ingress=http", 3),
        ("ingress=connect", 0),
        ("user_agent=aws-cli", 2),
        ("operation=GetAuthorizationToken", 2),
        (
            "operation=GetAuthorizationToken&error=MissingAuthenticationTokenException",
            1,
        ),
        ("input=210987654321", 1),
        ("authorization=false", 1),
        ("until=2015-11-29T21:30:54.241Z", 2),
        ("slower_than=1h", 0),
        ("token_error=expired", 0),
        ("request_id=x", 0),
        (
            "caller=arn:aws:iam::123456789012:user/developer&service=ecr",
            1,
        ),
        ("service=ecr", 2),
    ] {
        assert_eq!(targets(&ecr, query).await.len(), count, "{query}");
    }
}

const NO_OPERATION: &str =
    r#"no operation is named "GetAuthToken"; did you mean "GetAuthorizationToken"?"#;

#[tokio::test]
async fn a_value_that_is_none_is_rejected() {
    for (query, at, said) in [
        ("service=moon", "service", "expected one of `ecr`"),
        ("service=s3", "service", "expected one of `ecr`"),
        ("operation=GetAuthToken", "operation", NO_OPERATION),
        (
            "operation=putimage",
            "operation",
            "did you mean \"PutImage\"?",
        ),
        ("status=ok", "status", "invalid digit"),
        ("authorization=maybe", "authorization", "`true` or `false`"),
        ("token=x", "token", "16 hexadecimal digits"),
        ("since=yesterday", "since", "expected RFC 3339"),
        ("slower_than=1", "slower_than", "such as 12h"),
        ("limit=-1", "limit", "invalid digit"),
    ] {
        let answer = ask("GET", &format!("requests?{query}")).answer().await;
        is_rejected(&answer, 400, "BAD_QUERY", Some(at), said);
    }
}

#[tokio::test]
async fn what_is_asked_of_the_mock_itself_is_told_when_it_is_asked_for() {
    let ecr = frozen().await;
    ask("GET", "health").to(&ecr).await;
    assert!(targets(&ecr, "").await.is_empty());
    let own = told(&ask("GET", "requests?service=control&limit=1"), &ecr).await;
    assert_eq!(own["matched"], 2);
    assert_eq!(own["requests"][0]["route"], "requests", "the newest");
}

#[tokio::test]
async fn the_request_log_is_cleared() {
    let ecr = visited().await;
    let cleared = told(&ask("DELETE", "requests"), &ecr).await;
    assert_eq!(cleared, json!({ "cleared": 3 }));
    assert!(targets(&ecr, "").await.is_empty());
}

/// Source: <http://www.softwareishard.com/blog/har-12-spec/>, which says what must be there.
#[tokio::test]
async fn the_archive_has_what_the_format_asks_for() {
    let ecr = visited().await;
    let har = told(&ask("GET", "requests.har"), &ecr).await;
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    for entry in entries {
        for part in ["request", "response"] {
            for list in ["cookies", "headers"] {
                assert!(entry[part][list].is_array(), "{entry}");
            }
            for number in ["headersSize", "bodySize"] {
                assert_eq!(entry[part][number], -1, "{entry}");
            }
            assert!(entry[part]["httpVersion"].is_string(), "{entry}");
        }
        assert!(entry["cache"].is_object() && entry["timings"]["wait"].is_f64());
        assert!(entry["response"]["content"]["size"].is_u64());
        assert!(entry["response"]["redirectURL"].is_string());
    }
    assert_eq!(
        entries[1]["request"]["postData"]["mimeType"],
        "application/x-amz-json-1.1"
    );
    assert_eq!(entries[1]["response"]["statusText"], "OK");
    let visit = &entries[2]["request"];
    assert_eq!(
        visit["url"],
        "http://127.0.0.1:4566/v2/app/manifests/1?x=%20y"
    );
    assert_eq!(
        visit["queryString"],
        json!([{ "name": "x", "value": " y" }])
    );
    assert_eq!(
        visit["headers"],
        json!([{ "name": "Host", "value": "127.0.0.1:4566" }])
    );
    assert_eq!(entries[2]["startedDateTime"], "2015-11-29T21:30:54.241Z");
    assert_eq!(entries[2]["_received_request"]["route"], "manifest");
    let one = told(&ask("GET", "requests.har?service=ecr&limit=1"), &ecr).await;
    assert_eq!(one["log"]["entries"].as_array().unwrap().len(), 1);
}
