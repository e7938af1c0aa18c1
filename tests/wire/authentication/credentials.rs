//! The credentials that the registry accepts.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mock_ecr::{MockEcr, Region};

use crate::authentication::{Expected, US_EAST_1, US_WEST_2, assert_ping_response};
use crate::raw::{RawRequest, frozen_mock};

fn basic(credentials: impl AsRef<[u8]>) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(credentials))
}

#[tokio::test]
async fn a_request_without_credentials_is_challenged() {
    let ecr = frozen_mock().await;
    assert_ping_response(&ecr, |ping| ping, Expected::challenge(US_EAST_1)).await;
}

#[tokio::test]
async fn the_challenge_names_the_registry_that_was_called() {
    let ecr = frozen_mock().await;
    let host = "602401143452.dkr.ecr.cn-north-1.amazonaws.com.cn";
    assert_ping_response(&ecr, |ping| ping.on_host(host), Expected::challenge(host)).await;
}

#[tokio::test]
async fn a_host_that_only_begins_like_the_api_s_is_challenged_too() {
    let ecr = frozen_mock().await;
    let prepare = |ping: RawRequest| ping.on_host("ecr.example.com");
    assert_ping_response(&ecr, prepare, Expected::challenge(US_EAST_1)).await;
}

#[tokio::test]
async fn every_path_below_v2_is_challenged() {
    // Source: google/go-containerregistry#861, aquasecurity/trivy#6217.
    let ecr = frozen_mock().await;
    for path in ["/v2", "/v2/app/manifests/latest", "/v2/_catalog", "/v2//"] {
        assert_ping_response(&ecr, |ping| ping.at(path), Expected::challenge(US_EAST_1)).await;
    }
}

#[tokio::test]
async fn other_authentication_schemes_are_challenged() {
    // Source for a signature: awslabs/aws-sigv4-proxy#237; for Bearer it is [ASSUME].
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    let bearer = format!("Bearer {}", token.as_str());
    for authorization in [
        &bearer[..],
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20151129/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=a",
    ] {
        let prepare = |ping: RawRequest| ping.authorized(authorization);
        assert_ping_response(&ecr, prepare, Expected::challenge(US_EAST_1)).await;
    }
    let signed = |ping: RawRequest| ping.signed();
    assert_ping_response(&ecr, signed, Expected::challenge(US_EAST_1)).await;
}

#[tokio::test]
async fn malformed_basic_credentials_are_challenged() {
    // [ASSUME]
    let ecr = frozen_mock().await;
    for authorization in [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic QVdTOg",
        &basic("AWS"),
        &basic([0xff, b':', b'x']),
    ] {
        let prepare = |ping: RawRequest| ping.authorized(authorization);
        assert_ping_response(&ecr, prepare, Expected::challenge(US_EAST_1)).await;
    }
}

#[tokio::test]
async fn a_user_name_other_than_aws_is_challenged() {
    // [ASSUME]
    let ecr = frozen_mock().await;
    let password = ecr.issue_token().password();
    for user in ["aws", "AWS2", "", "root"] {
        let credentials = basic(format!("{user}:{password}"));
        let prepare = |ping: RawRequest| ping.authorized(&credentials);
        assert_ping_response(&ecr, prepare, Expected::challenge(US_EAST_1)).await;
    }
}

#[tokio::test]
async fn a_password_that_cannot_be_decoded_is_rejected() {
    let ecr = frozen_mock().await;
    let json_without_payload = BASE64_STANDARD.encode("{}");
    for password in [
        "",
        "-t",
        "hunter2",
        "AQECAHh",
        &json_without_payload,
        "\u{e9}",
    ] {
        let credentials = basic(format!("AWS:{password}"));
        let prepare = |ping: RawRequest| ping.authorized(&credentials);
        assert_ping_response(&ecr, prepare, Expected::malformed()).await;
    }
}

#[tokio::test]
async fn an_encoded_token_as_the_password_is_rejected() {
    // Source of the status: aws/aws-cli#5317, where a client used the token without decoding it.
    let ecr = frozen_mock().await;
    let credentials = basic(format!("AWS:{}", ecr.issue_token().as_str()));
    let prepare = |ping: RawRequest| ping.authorized(&credentials);
    assert_ping_response(&ecr, prepare, Expected::malformed()).await;
}

#[tokio::test]
async fn a_forged_token_is_rejected() {
    let ecr = frozen_mock().await;
    let password = ecr.issue_token().password();
    let other = if password.as_bytes()[100] == b'A' {
        "B"
    } else {
        "A"
    };
    let forged = [&password[..100], other, &password[101..]].concat();
    let credentials = basic(format!("AWS:{forged}"));
    let prepare = |ping: RawRequest| ping.authorized(&credentials);
    assert_ping_response(&ecr, prepare, Expected::malformed()).await;
}

#[tokio::test]
async fn a_token_of_another_seed_is_rejected() {
    let ecr = frozen_mock().await;
    let elsewhere = MockEcr::builder().frozen().seed("elsewhere");
    let token = elsewhere.start().await.unwrap().issue_token();
    assert_ping_response(&ecr, |ping| ping.with_token(&token), Expected::malformed()).await;
}

#[tokio::test]
async fn a_token_of_another_region_is_challenged() {
    // Source: aquasecurity/trivy#6217 and #1026, upmc-enterprises/registry-creds#14.
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    let prepare = |ping: RawRequest| ping.with_token(&token).on_host(US_WEST_2);
    assert_ping_response(&ecr, prepare, Expected::challenge(US_WEST_2)).await;
}

#[tokio::test]
async fn a_valid_token_is_accepted() {
    // Source for the raw token as Basic credentials: aquasecurity/trivy#1026, argocd-image-updater#216.
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    assert_ping_response(&ecr, |ping| ping.with_token(&token), Expected::accepted()).await;
    let basic = format!("basic   {} ", token.as_str());
    assert_ping_response(&ecr, |ping| ping.authorized(&basic), Expected::accepted()).await;
}

#[tokio::test]
async fn a_valid_token_is_accepted_by_every_registry_of_its_region() {
    // Source: aquasecurity/trivy#1026: a client pulled from 602401143452 with the token of its own account.
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    for host in [
        US_EAST_1,
        "602401143452.dkr.ecr.us-east-1.amazonaws.com",
        "602401143452.dkr.ecr-fips.us-east-1.amazonaws.com",
        "602401143452.dkr-ecr.us-east-1.on.aws:443",
    ] {
        let prepare = |ping: RawRequest| ping.with_token(&token).on_host(host);
        assert_ping_response(&ecr, prepare, Expected::accepted()).await;
    }
}

#[tokio::test]
async fn a_token_of_any_region_is_accepted_at_an_ip_address() {
    // Specific to the mock: an IP address does not determine a region.
    let ecr = frozen_mock().await;
    let west: Region = "us-west-2".parse().unwrap();
    let token = ecr.issue_token_for(ecr.config().default_principal().arn, west);
    assert_ping_response(&ecr, |ping| ping.with_token(&token), Expected::accepted()).await;
}

#[tokio::test]
async fn tokens_of_the_api_and_of_the_library_are_both_accepted() {
    let ecr = frozen_mock().await;
    let response = RawRequest::token_call().signed().to(&ecr).await;
    let (_, rest) = response
        .body
        .split_once(r#""authorizationToken":""#)
        .unwrap();
    let (token, _) = rest.split_once('"').unwrap();
    let prepare = |ping: RawRequest| ping.authorized(&format!("Basic {token}"));
    assert_ping_response(&ecr, prepare, Expected::accepted()).await;
    assert!(ecr.verify_token(token).is_ok());
}

#[tokio::test]
async fn an_authenticated_request_for_an_unknown_path_is_not_found() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    for path in ["/v2/app", "/v2/app/tags", "/v2/tags/list"] {
        let prepare = |ping: RawRequest| ping.with_token(&token).at(path);
        assert_ping_response(&ecr, prepare, Expected::not_found()).await;
    }
    let put = RawRequest::ping("PUT").with_token(&token).to(&ecr).await;
    assert_eq!(
        (put.status(), &put.body[..]),
        (404, Expected::not_found().body)
    );
}
