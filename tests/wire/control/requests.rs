//! `/_mock/requests` and `/_mock/requests.har`.

use std::time::Duration;

use mock_ecr::MockEcr;
use serde_json::{Value, json};

use crate::control::{assert_rejected, control_request, fetch_json};
use crate::raw::{RawRequest, frozen_mock};

/// Starts a mock with a failed call, a successful call, and a request to the registry with a token in its request log.
async fn mock_with_requests() -> MockEcr {
    let ecr = frozen_mock().await;
    let call = RawRequest::token_call().with("User-Agent", "aws-cli/1.46");
    call.clone().to(&ecr).await;
    call.body(r#"{"registryIds":["210987654321"]}"#)
        .signed()
        .to(&ecr)
        .await;
    ecr.clock().advance(Duration::from_secs(1));
    let request =
        RawRequest::new("HEAD", "/v2/app/manifests/1?x=%20y").with_token(&ecr.issue_token());
    request.on_host("127.0.0.1:4566").to(&ecr).await;
    ecr
}

async fn targets(ecr: &MockEcr, query: &str) -> Vec<String> {
    let body = fetch_json(&control_request("GET", &format!("requests?{query}")), ecr).await;
    assert_eq!(body["matched"], body["requests"].as_array().unwrap().len());
    let requests = body["requests"].as_array().unwrap().iter();
    let target = |one: &Value| one["target"].as_str().unwrap().to_owned();
    requests.map(target).collect()
}

#[tokio::test]
async fn a_request_is_returned_with_every_field() {
    let ecr = mock_with_requests().await;
    let mut body = fetch_json(&control_request("GET", "requests?status=200"), &ecr).await;
    let call = &mut body["requests"][0];
    assert!(call["took_micros"].take().is_u64());
    assert!(call["request_id"].take().is_string());
    let calls = ecr.requests().operation("GetAuthorizationToken");
    let id = calls.last().unwrap().token.unwrap();
    let key = &ecr.config().default_principal().access_key_id;
    let expected = json!({
        "number": 1, "received": "2015-11-29T21:30:53.241Z", "took_micros": null, "service": "ecr", "ingress": "http", "method": "POST",
        "host": "localhost", "target": "/", "user_agent": "aws-cli/1.46", "operation": "GetAuthorizationToken",
        "input": r#"{"registryIds":["210987654321"]}"#, "route": null,
        "amz_target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "content_type": "application/x-amz-json-1.1",
        "claim": { "access_key_id": key, "region": "us-east-1", "service": "ecr" }, "authorization": true,
        "caller": "arn:aws:iam::123456789012:user/developer", "token": id.to_string(), "bearer": null, "status": 200,
        "error": null, "message": null, "token_error": null, "explanation": null, "faults": [], "request_id": null,
    });
    assert_eq!(*call, expected);
    assert_eq!(
        (&body["matched"], &body["forgotten"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn requests_are_filtered_by_every_field() {
    let ecr = mock_with_requests().await;
    let last = ecr.requests();
    let request = last.last().unwrap();
    let (token, status) = (request.token.unwrap(), request.status.as_u16());
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
        format!("error={}&authorization=true", request.error.unwrap_or("X")),
    ] {
        let expected = ["/v2/app/manifests/1?x=%20y"];
        if request.error.is_some() || !query.starts_with("error") {
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
async fn an_invalid_filter_value_is_rejected() {
    for (query, at, text) in [
        ("service=moon", "service", "expected one of `ecr`"),
        ("service=s3", "service", "expected one of `ecr`"),
        ("operation=GetAuthToken", "operation", NO_OPERATION),
        (
            "operation=putimage",
            "operation",
            "did you mean \"PutImage\"?",
        ),
        (
            "route=Manifests",
            "route",
            "no route is named \"Manifests\"; did you mean \"manifest\"?",
        ),
        (
            "error=ThrotlingException",
            "error",
            "did you mean \"ThrottlingException\"?",
        ),
        ("status=ok", "status", "expected a number from 100 to 599"),
        ("status=9999", "status", "expected a number from 100 to 599"),
        ("authorization=maybe", "authorization", "true or false"),
        ("token=x", "token", "16 hexadecimal digits"),
        ("since=yesterday", "since", "expected RFC 3339"),
        ("slower_than=1", "slower_than", "such as 1d, 12h"),
        ("limit=-1", "limit", "expected a number of 0 or more"),
        ("fault=x", "fault", "expected a number of 0 or more"),
    ] {
        let response = control_request("GET", &format!("requests?{query}"))
            .response()
            .await;
        assert_rejected(&response, 400, "BAD_QUERY", Some(at), text);
    }
}

#[tokio::test]
async fn requests_to_the_control_api_are_returned_only_on_demand() {
    let ecr = frozen_mock().await;
    control_request("GET", "health").to(&ecr).await;
    assert!(targets(&ecr, "").await.is_empty());
    let own = fetch_json(
        &control_request("GET", "requests?service=control&limit=1"),
        &ecr,
    )
    .await;
    assert_eq!(own["matched"], 2);
    assert_eq!(own["requests"][0]["route"], "requests", "the newest");
}

#[tokio::test]
async fn the_request_log_is_cleared() {
    let ecr = mock_with_requests().await;
    let cleared = fetch_json(&control_request("DELETE", "requests"), &ecr).await;
    assert_eq!(cleared, json!({ "cleared": 3 }));
    assert!(targets(&ecr, "").await.is_empty());
}

/// Source: <http://www.softwareishard.com/blog/har-12-spec/>, which lists the required fields.
#[tokio::test]
async fn the_archive_has_the_required_fields_of_har() {
    let ecr = mock_with_requests().await;
    let har = fetch_json(&control_request("GET", "requests.har"), &ecr).await;
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
    let request = &entries[2]["request"];
    assert_eq!(
        request["url"],
        "http://127.0.0.1:4566/v2/app/manifests/1?x=%20y"
    );
    assert_eq!(
        request["queryString"],
        json!([{ "name": "x", "value": " y" }])
    );
    assert_eq!(
        request["headers"],
        json!([{ "name": "Host", "value": "127.0.0.1:4566" }])
    );
    assert_eq!(entries[2]["startedDateTime"], "2015-11-29T21:30:54.241Z");
    assert_eq!(entries[2]["_received_request"]["route"], "manifest");
    let comments = entries.iter().map(|entry| &entry["comment"]);
    let expected = [
        &json!("The request is not signed."),
        &json!(null),
        &json!(
            "The repository with name 'app' does not exist in the registry with id '123456789012'."
        ),
    ];
    assert_eq!(comments.collect::<Vec<_>>(), expected);
    let one = fetch_json(
        &control_request("GET", "requests.har?service=ecr&limit=1"),
        &ecr,
    )
    .await;
    assert_eq!(one["log"]["entries"].as_array().unwrap().len(), 1);
}
