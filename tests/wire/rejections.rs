//! The exact errors of well-formed requests.

use std::time::Duration;

use mock_ecr::config::{AuthMode, ClockStart};
use mock_ecr::{AccountId, Config, MockEcr, Principal, Region};

use crate::raw::{RawRequest, frozen_mock, now};
use crate::response::{DATE, Response};
use crate::signer::Signer;

const UNRECOGNIZED: (&str, &str) = (
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
);
const INVALID: &str = "InvalidSignatureException";

fn developer() -> Principal {
    Principal::example(AccountId::EXAMPLE, &Region::default())
}

async fn mock_with_principal(principal: &Principal) -> MockEcr {
    let builder = MockEcr::builder().frozen().principal(principal.clone());
    builder.start().await.unwrap()
}

/// Sends a call that `caller` signs to a mock with the principal `known`.
async fn response(known: &Principal, caller: &Principal) -> Response {
    let call = RawRequest::token_call().signed_by(&Signer::new(caller));
    call.to(&mock_with_principal(known).await).await
}

/// Sends a call with a signature to a mock with the default principal.
async fn signed_by(signer: Signer) -> Response {
    RawRequest::token_call().signed_by(&signer).response().await
}

#[tokio::test]
async fn an_unknown_access_key_is_an_unrecognized_client() {
    // Source: aws/aws-sdk-php#1114.
    let mut stranger = developer();
    stranger.access_key_id = "AKIAI44QH8DHBEXAMPLE".to_owned();
    let response = response(&developer(), &stranger).await;
    response.assert_error(UNRECOGNIZED.0, UNRECOGNIZED.1);
}

#[tokio::test]
async fn a_session_token_must_belong_to_the_access_key() {
    // Source of the text: aws/aws-sdk-php#1114; its use for session tokens is [ASSUME].
    let (long_lived, temporary) = (developer(), developer().session_token("one"));
    for (known, caller) in [
        (&temporary, &long_lived),
        (&long_lived, &temporary),
        (&temporary, &developer().session_token("other")),
    ] {
        let response = response(known, caller).await;
        response.assert_error(UNRECOGNIZED.0, UNRECOGNIZED.1);
    }
    assert_eq!(response(&temporary, &temporary).await.status(), 200);
}

#[tokio::test]
async fn expired_credentials_are_an_expired_token_error() {
    // [ASSUME]
    let temporary = developer().session_token("one");
    let valid = temporary.clone().expires(now() + Duration::from_millis(1));
    assert_eq!(response(&valid, &temporary).await.status(), 200);
    let ended = temporary.clone().expires(now());
    response(&ended, &temporary).await.assert_error(
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
}

#[tokio::test]
async fn a_wrong_secret_key_is_a_signature_mismatch() {
    // [ANALOG] Source: aws/aws-sdk-cpp#17 and mhart/aws4#33; the end of the text is [ASSUME].
    let mut forger = developer();
    forger.secret_access_key = "wrong".into();
    response(&developer(), &forger).await.assert_error(
        INVALID,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
}

#[tokio::test]
async fn a_signature_of_the_day_before_has_expired() {
    // Source of the text and of the times: upmc-enterprises/registry-creds#47.
    let clock = ClockStart::Frozen("2017-04-17T12:54:51Z".parse().unwrap());
    let ecr = MockEcr::builder().clock(clock).start().await.unwrap();
    let signer = Signer::default().at("2017-04-16T19:42:51Z".parse().unwrap());

    let response = RawRequest::token_call().signed_by(&signer).to(&ecr).await;
    assert_eq!(
        response.body,
        r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20170416T194251Z is now earlier than 20170417T123951Z (20170417T125451Z - 15 min.)"}"#
    );
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_signature_of_tomorrow_is_not_yet_current() {
    // [ANALOG] Source of the text: scratchstack-aws-signature.
    let response = signed_by(Signer::default().at(now() + Duration::from_secs(24 * 3600)));
    response.await.assert_error(
        INVALID,
        "Signature not yet current: 20151130T213053Z is still later than 20151129T214553Z (20151129T213053Z + 15 min.)",
    );
}

#[tokio::test]
async fn a_signature_may_be_fifteen_minutes_off_and_no_more() {
    // Source of the window: upmc-enterprises/registry-creds#47 and #24.
    let window = Duration::from_secs(15 * 60);
    let second = Duration::from_secs(1);
    for (at, status) in [
        (now() - window, 200),
        (now() - window - second, 400),
        (now() + window, 200),
        (now() + window + second, 400),
    ] {
        let response = signed_by(Signer::default().at(at)).await;
        assert_eq!(response.status(), status, "{at}: {response:?}");
    }
}

#[tokio::test]
async fn sigv4_clock_selects_whether_system_time_is_accepted() {
    let day = Duration::from_secs(24 * 3600);
    let mock = Config::parse("sigv4_clock = 'mock'").unwrap();
    for (config, status) in [(mock, 400), (Config::default(), 200)] {
        let ecr = MockEcr::from_config(config).start().await.unwrap();
        let system = ecr.clock().now();
        ecr.clock().advance(day);
        for (at, status) in [(system + day, 200), (system, status)] {
            let call = RawRequest::token_call().signed_by(&Signer::default().at(at));
            let response = call.to(&ecr).await;
            assert_eq!(response.status(), status, "{response:?}");
        }
    }
}

#[tokio::test]
async fn an_error_for_another_service_names_the_correct_one() {
    // [ANALOG] Source: aws/aws-sdk-ruby#431, including the space at the end.
    let response = signed_by(Signer::default().for_service("elasticmapreduce")).await;
    response.assert_error(
        INVALID,
        "Credential should be scoped to correct service: 'ecr'. ",
    );
}

#[tokio::test]
async fn a_signature_for_a_region_other_than_the_host_s_is_rejected() {
    // [ANALOG] Source of the text: scratchstack-aws-signature, and aws/aws-sdk-ruby#431 for the space at its end.
    let call = RawRequest::token_call().on_host("api.ecr.eu-west-1.amazonaws.com");
    call.signed().response().await.assert_error(
        INVALID,
        "Credential should be scoped to a valid region, not 'us-east-1'. ",
    );
}

#[tokio::test]
async fn all_errors_of_a_credential_scope_are_in_one_message() {
    // [ANALOG] Source of the order: scratchstack-aws-signature.
    let call = RawRequest::token_call()
        .authorized(
            "AWS4-HMAC-SHA256 Credential=a/20151128/US/ec2/aws5, SignedHeaders=host, Signature=b",
        )
        .with("X-Amz-Date", "20151129T213053Z");
    call.response().await.assert_error(
        INVALID,
        "Credential should be scoped to a valid region, not 'US'. Credential should be scoped to correct service: 'ecr'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20151128' != '20151129', from '20151129T213053Z'. ",
    );
}

#[tokio::test]
async fn an_action_that_no_policy_allows_is_denied_with_status_400() {
    // Source: terraform-aws-modules/terraform-aws-iam#514, 2024.
    let arn = "arn:aws:sts::123456789012:assumed-role/R/S"
        .parse()
        .unwrap();
    let principal = Principal::new(arn, "AKIAI44QH8DHBEXAMPLE", "secret").allow(["ecr:Put*"]);
    response(&principal, &principal).await.assert_error(
        "AccessDeniedException",
        "User: arn:aws:sts::123456789012:assumed-role/R/S is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
    );
}

#[tokio::test]
async fn an_explicit_deny_has_its_own_message() {
    // [ANALOG] Source: errors of IAM, of 2026.
    let principal = developer().deny(["ecr:GetAuthorizationToken"]);
    response(&principal, &principal).await.assert_error(
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/developer is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an explicit deny in an identity-based policy",
    );
}

#[tokio::test]
async fn a_presigned_call_is_accepted_until_it_expires() {
    let signer = Signer::default();
    let call = RawRequest::token_call().presigned_by(&signer);
    assert_eq!(call.response().await.status(), 200);

    let ecr = frozen_mock().await;
    ecr.clock().advance(Duration::from_secs(61));
    let response = call.to(&ecr).await;
    assert!(
        response
            .body
            .contains("Signature expired: 20151129T213053Z")
    );
    assert_ne!(response.header("Date"), &DATE["Date: ".len()..]);
}

#[tokio::test]
async fn lenient_mode_accepts_any_key_and_any_signature() {
    let builder = MockEcr::builder().frozen().auth(AuthMode::Lenient);
    let ecr = builder.start().await.unwrap();
    let call = RawRequest::token_call()
        .authorized("AWS4-HMAC-SHA256 Credential=210987654321/20151129/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=b")
        .with("X-Amz-Date", "20000101T000000Z");
    let response = call.to(&ecr).await;
    let endpoint = "https://210987654321.dkr.ecr.eu-west-1.amazonaws.com";
    assert!(response.body.contains(endpoint), "{response:?}");
}
