//! Successful calls of `GetAuthorizationToken`.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mock_ecr::config::ClockStart;
use mock_ecr::{MockEcr, Timestamp};

use crate::raw::{RawRequest, frozen_mock};
use crate::signer::Signer;

#[tokio::test]
async fn the_response_is_compact_json_with_ordered_keys_and_the_recorded_headers() {
    // Source of the headers: hashicorp/terraform-provider-aws#3849; of the JSON: #35268; of the keys: the test "ECR timestamps" of
    // elerch/aws-sdk-for-zig.
    let ecr = frozen_mock().await;
    let response = RawRequest::token_call().signed().to(&ecr).await;
    let token = ecr.issue_token();
    let token = token.as_str();
    let body = format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{token}","expiresAt":1.448875853241E9,"proxyEndpoint":"https://123456789012.dkr.ecr.us-east-1.amazonaws.com"}}]}}"#
    );
    response.assert_json("HTTP/1.1 200 OK", &body);
}

#[tokio::test]
async fn expires_at_has_the_format_of_a_java_double() {
    // Sources: hashicorp/terraform-provider-aws#35268 for the first value, elerch/aws-sdk-for-zig for the next two.
    for (millis, text) in [
        (1_705_071_987_000, "1.705071987E9"),
        (1_738_598_491_557, "1.738598491557E9"),
        (1_738_598_491_500, "1.7385984915E9"),
        // There is at least one digit after the point.
        (2_000_000_000_000, "2.0E9"),
    ] {
        let start = Timestamp::from_millis(millis) - TWELVE_HOURS;
        let body = body_at(start).await;
        let member = format!(r#","expiresAt":{text},"proxyEndpoint""#);
        assert!(body.contains(&member), "{body}");
    }
}

const TWELVE_HOURS: Duration = Duration::from_secs(12 * 3600);

async fn body_at(start: Timestamp) -> String {
    let builder = MockEcr::builder().clock(ClockStart::Frozen(start));
    let ecr = builder.start().await.unwrap();
    let signer = Signer::default().at(start);

    let response = RawRequest::token_call().signed_by(&signer).to(&ecr).await;
    assert_eq!(response.status(), 200, "{response:?}");
    response.body
}

#[tokio::test]
async fn a_token_contains_json_in_the_format_of_ecr() {
    // Source of the members and their order: an article by Wiz of 2025-09; of the prefix: open-policy-agent/opa#6580.
    let response = RawRequest::token_call().signed().response().await;
    let response: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    let token = &response["authorizationData"][0]["authorizationToken"];
    let token = BASE64_STANDARD.decode(token.as_str().unwrap()).unwrap();
    let password = token.strip_prefix(b"AWS:").unwrap();
    let json = String::from_utf8(BASE64_STANDARD.decode(password).unwrap()).unwrap();
    let (payload, rest) = json
        .strip_prefix(r#"{"payload":""#)
        .and_then(|json| json.split_once(r#"","datakey":""#))
        .unwrap();
    let (datakey, rest) = rest.split_once('"').unwrap();
    assert_eq!(
        rest,
        r#","version":"2","type":"DATA_KEY","expiration":1448875853}"#
    );
    assert!(BASE64_STANDARD.decode(payload).is_ok());
    assert!(
        datakey.starts_with("AQEBAHijEFXGwF1cipVOacG8qRmJoVBPay8LUUvU8RCVV0XoHwAAAH4wfAYJKoZIh")
    );
}

#[tokio::test]
async fn all_host_names_of_the_api_return_the_same_response() {
    // Source: docs.aws.amazon.com/general/latest/gr/ecr.html and the SDKs' endpoint rules.
    for host in [
        "api.ecr.us-east-1.amazonaws.com",
        "ecr.us-east-1.amazonaws.com",
        "ecr.us-east-1.api.aws",
        "api.ecr-fips.us-east-1.amazonaws.com",
        "ecr-fips.us-east-1.amazonaws.com",
        "ecr-fips.us-east-1.api.aws",
    ] {
        let call = RawRequest::token_call().on_host(host).signed();
        let response = call.response().await;
        let plain = RawRequest::token_call().signed().response().await;
        assert_eq!(response, plain, "{host}");
    }
}

#[tokio::test]
async fn the_region_is_that_of_the_signature() {
    // Source of the suffix of China: kubernetes/kubernetes#69141.
    for (region, endpoint) in [
        (
            "eu-west-1",
            "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        ),
        (
            "cn-north-1",
            "https://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
        ),
    ] {
        let signer = Signer::default().in_region(region);

        let response = RawRequest::token_call().signed_by(&signer).response().await;
        let member = format!(r#","proxyEndpoint":"{endpoint}"}}]}}"#);
        assert!(response.body.ends_with(&member), "{response:?}");
    }
}

#[tokio::test]
async fn the_date_header_is_the_time_of_the_mock() {
    let ecr = frozen_mock().await;
    ecr.clock().set("2030-01-01T00:00:00.999Z".parse().unwrap());
    let response = RawRequest::token_call().to(&ecr).await;
    assert_eq!(response.header("Date"), "Tue, 01 Jan 2030 00:00:00 GMT");
}

#[tokio::test]
async fn every_response_has_its_own_request_id() {
    // A UUID of version 4. Source: turbot/steampipe-plugin-aws#1938.
    let ecr = frozen_mock().await;
    let mut ids = Vec::new();
    for request in [
        RawRequest::token_call().signed(),
        RawRequest::token_call(),
        RawRequest::new("GET", "/"),
    ] {
        let response = request.to(&ecr).await;
        let id = response.header("X-Amzn-Requestid").to_owned();
        let lengths: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(&id[14..15], "4", "{id}");
        assert!(!ids.contains(&id), "{id}");
        ids.push(id);
    }
}
