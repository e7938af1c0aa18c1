//! Which credentials open the door.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mock_ecr::{MockEcr, Region};

use crate::authentication::{US_EAST_1, US_WEST_2, Words, hears};
use crate::raw::{RawRequest, frozen};

fn basic(credentials: impl AsRef<[u8]>) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(credentials))
}

#[tokio::test]
async fn nobody_is_let_in_without_credentials() {
    let ecr = frozen().await;
    hears(&ecr, |ping| ping, Words::challenge(US_EAST_1)).await;
}

#[tokio::test]
async fn the_challenge_names_the_registry_that_was_called() {
    let ecr = frozen().await;
    let host = "602401143452.dkr.ecr.cn-north-1.amazonaws.com.cn";
    hears(&ecr, |ping| ping.on_host(host), Words::challenge(host)).await;
}

#[tokio::test]
async fn a_name_that_only_begins_like_the_api_s_has_the_door_too() {
    let ecr = frozen().await;
    let knock = |ping: RawRequest| ping.on_host("ecr.example.com");
    hears(&ecr, knock, Words::challenge(US_EAST_1)).await;
}

#[tokio::test]
async fn every_path_under_v2_has_the_same_door() {
    // Source: google/go-containerregistry#861, aquasecurity/trivy#6217.
    let ecr = frozen().await;
    for path in ["/v2", "/v2/app/manifests/latest", "/v2/_catalog", "/v2//"] {
        hears(&ecr, |ping| ping.at(path), Words::challenge(US_EAST_1)).await;
    }
}

#[tokio::test]
async fn another_scheme_is_no_credentials() {
    // Source for a signature: awslabs/aws-sigv4-proxy#237; for Bearer it is [ASSUME].
    let ecr = frozen().await;
    let token = ecr.issue_token();
    let bearer = format!("Bearer {}", token.as_str());
    for authorization in [
        &bearer[..],
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20151129/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=a",
    ] {
        let knock = |ping: RawRequest| ping.authorized(authorization);
        hears(&ecr, knock, Words::challenge(US_EAST_1)).await;
    }
    let signed = |ping: RawRequest| ping.signed();
    hears(&ecr, signed, Words::challenge(US_EAST_1)).await;
}

#[tokio::test]
async fn malformed_basic_credentials_are_no_credentials() {
    // [ASSUME]
    let ecr = frozen().await;
    for authorization in [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic QVdTOg",
        &basic("AWS"),
        &basic([0xff, b':', b'x']),
    ] {
        let knock = |ping: RawRequest| ping.authorized(authorization);
        hears(&ecr, knock, Words::challenge(US_EAST_1)).await;
    }
}

#[tokio::test]
async fn another_user_than_aws_is_nobody() {
    // [ASSUME]
    let ecr = frozen().await;
    let password = ecr.issue_token().password();
    for user in ["aws", "AWS2", "", "root"] {
        let credentials = basic(format!("{user}:{password}"));
        let knock = |ping: RawRequest| ping.authorized(&credentials);
        hears(&ecr, knock, Words::challenge(US_EAST_1)).await;
    }
}

#[tokio::test]
async fn a_password_that_cannot_be_decoded_is_invalid() {
    let ecr = frozen().await;
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
        let knock = |ping: RawRequest| ping.authorized(&credentials);
        hears(&ecr, knock, Words::invalid()).await;
    }
}

#[tokio::test]
async fn the_whole_token_in_the_place_of_its_password_is_invalid() {
    // Source of the status: aws/aws-cli#5317, where the token was not decoded before it was used.
    let ecr = frozen().await;
    let credentials = basic(format!("AWS:{}", ecr.issue_token().as_str()));
    let knock = |ping: RawRequest| ping.authorized(&credentials);
    hears(&ecr, knock, Words::invalid()).await;
}

#[tokio::test]
async fn a_forged_token_is_invalid() {
    let ecr = frozen().await;
    let password = ecr.issue_token().password();
    let other = if password.as_bytes()[100] == b'A' {
        "B"
    } else {
        "A"
    };
    let forged = [&password[..100], other, &password[101..]].concat();
    let credentials = basic(format!("AWS:{forged}"));
    let knock = |ping: RawRequest| ping.authorized(&credentials);
    hears(&ecr, knock, Words::invalid()).await;
}

#[tokio::test]
async fn a_token_of_another_seed_is_invalid() {
    let ecr = frozen().await;
    let elsewhere = MockEcr::builder().frozen().seed("elsewhere");
    let token = elsewhere.start().await.unwrap().issue_token();
    hears(&ecr, |ping| ping.bearing(&token), Words::invalid()).await;
}

#[tokio::test]
async fn a_token_of_another_region_opens_nothing() {
    // Source: aquasecurity/trivy#6217 and #1026, upmc-enterprises/registry-creds#14.
    let ecr = frozen().await;
    let token = ecr.issue_token();
    let knock = |ping: RawRequest| ping.bearing(&token).on_host(US_WEST_2);
    hears(&ecr, knock, Words::challenge(US_WEST_2)).await;
}

#[tokio::test]
async fn a_good_token_opens_the_registry() {
    // Source for the raw token as Basic credentials: aquasecurity/trivy#1026, argocd-image-updater#216.
    let ecr = frozen().await;
    let token = ecr.issue_token();
    hears(&ecr, |ping| ping.bearing(&token), Words::welcome()).await;
    let basic = format!("basic   {} ", token.as_str());
    hears(&ecr, |ping| ping.authorized(&basic), Words::welcome()).await;
}

#[tokio::test]
async fn a_good_token_opens_every_account_s_registry_in_its_region() {
    // Source: aquasecurity/trivy#1026, where 602401143452 was pulled from with the caller's own token.
    let ecr = frozen().await;
    let token = ecr.issue_token();
    for host in [
        US_EAST_1,
        "602401143452.dkr.ecr.us-east-1.amazonaws.com",
        "602401143452.dkr.ecr-fips.us-east-1.amazonaws.com",
        "602401143452.dkr-ecr.us-east-1.on.aws:443",
    ] {
        let knock = |ping: RawRequest| ping.bearing(&token).on_host(host);
        hears(&ecr, knock, Words::welcome()).await;
    }
}

#[tokio::test]
async fn on_a_bare_address_a_token_of_any_region_will_do() {
    // A choice of the mock's: an address tells no region.
    let ecr = frozen().await;
    let west: Region = "us-west-2".parse().unwrap();
    let token = ecr.issue_token_for(ecr.config().default_principal().arn, west);
    hears(&ecr, |ping| ping.bearing(&token), Words::welcome()).await;
}

#[tokio::test]
async fn a_token_from_the_wire_is_the_one_that_the_library_issues() {
    let ecr = frozen().await;
    let answer = RawRequest::token_call().signed().to(&ecr).await;
    let (_, rest) = answer.body.split_once(r#""authorizationToken":""#).unwrap();
    let (token, _) = rest.split_once('"').unwrap();
    let knock = |ping: RawRequest| ping.authorized(&format!("Basic {token}"));
    hears(&ecr, knock, Words::welcome()).await;
    assert!(ecr.verify_token(token).is_ok());
}

#[tokio::test]
async fn behind_the_door_there_is_no_path_but_the_registry_s() {
    let ecr = frozen().await;
    let token = ecr.issue_token();
    for path in ["/v2/app", "/v2/app/tags", "/v2/tags/list"] {
        let knock = |ping: RawRequest| ping.bearing(&token).at(path);
        hears(&ecr, knock, Words::nothing()).await;
    }
    let put = RawRequest::ping("PUT").bearing(&token).to(&ecr).await;
    assert_eq!((put.status(), &put.body[..]), (404, Words::nothing().body));
}
