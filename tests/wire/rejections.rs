//! The errors of calls that are well-formed, word for word.

use std::time::Duration;

use mock_ecr::config::{AuthMode, ClockStart};
use mock_ecr::{AccountId, Config, MockEcr, Principal, Region};

use crate::answer::{Answer, DATE};
use crate::raw::{RawRequest, frozen, now};
use crate::signer::Signer;

const UNRECOGNIZED: (&str, &str) = (
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
);
const INVALID: &str = "InvalidSignatureException";

fn developer() -> Principal {
    Principal::example(AccountId::EXAMPLE, &Region::default())
}

async fn config_of(principal: &Principal) -> MockEcr {
    let builder = MockEcr::builder().frozen().principal(principal.clone());
    builder.start().await.unwrap()
}

/// A call that its principal attributes, to a mock that knows another form of the same principal.
async fn answer(known: &Principal, calls: &Principal) -> Answer {
    let call = RawRequest::token_call().signed_by(&Signer::new(calls));
    call.to(&config_of(known).await).await
}

/// A call that a signer attributes, to a mock that knows the principal of AWS's documentation.
async fn signed_by(signer: Signer) -> Answer {
    RawRequest::token_call().signed_by(&signer).answer().await
}

#[tokio::test]
async fn an_unknown_key_is_an_unrecognized_client() {
    // Source: aws/aws-sdk-php#1114.
    let mut stranger = developer();
    stranger.access_key_id = "AKIAI44QH8DHBEXAMPLE".to_owned();
    let answer = answer(&developer(), &stranger).await;
    answer.is_error(UNRECOGNIZED.0, UNRECOGNIZED.1);
}

#[tokio::test]
async fn a_session_token_must_be_the_one_that_goes_with_the_key() {
    // Source of the text: aws/aws-sdk-php#1114; that it is said here is [ASSUME].
    let (long_lived, temporary) = (developer(), developer().session_token("one"));
    for (known, calls) in [
        (&temporary, &long_lived),
        (&long_lived, &temporary),
        (&temporary, &developer().session_token("other")),
    ] {
        let answer = answer(known, calls).await;
        answer.is_error(UNRECOGNIZED.0, UNRECOGNIZED.1);
    }
    assert_eq!(answer(&temporary, &temporary).await.status(), 200);
}

#[tokio::test]
async fn credentials_that_have_ended_are_expired() {
    // [ASSUME]
    let temporary = developer().session_token("one");
    let valid = temporary.clone().expires(now() + Duration::from_millis(1));
    assert_eq!(answer(&valid, &temporary).await.status(), 200);
    let ended = temporary.clone().expires(now());
    answer(&ended, &temporary).await.is_error(
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
}

#[tokio::test]
async fn a_wrong_secret_makes_a_signature_that_does_not_match() {
    // [ANALOG] Source: aws/aws-sdk-cpp#17 and mhart/aws4#33; that the text ends here is [ASSUME].
    let mut forger = developer();
    forger.secret_access_key = "wrong".into();
    answer(&developer(), &forger).await.is_error(
        INVALID,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
}

#[tokio::test]
async fn a_signature_of_the_day_before_has_expired() {
    // Source of the text and of the instants: upmc-enterprises/registry-creds#47.
    let clock = ClockStart::Frozen("2017-04-17T12:54:51Z".parse().unwrap());
    let ecr = MockEcr::builder().clock(clock).start().await.unwrap();
    let signer = Signer::default().at("2017-04-16T19:42:51Z".parse().unwrap());

    let answer = RawRequest::token_call().signed_by(&signer).to(&ecr).await;
    assert_eq!(
        answer.body,
        r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20170416T194251Z is now earlier than 20170417T123951Z (20170417T125451Z - 15 min.)"}"#
    );
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn a_signature_of_tomorrow_is_not_yet_current() {
    // [ANALOG] Source of the text: scratchstack-aws-signature.
    let answer = signed_by(Signer::default().at(now() + Duration::from_secs(24 * 3600)));
    answer.await.is_error(
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
        let answer = signed_by(Signer::default().at(at)).await;
        assert_eq!(answer.status(), status, "{at}: {answer:?}");
    }
}

#[tokio::test]
async fn a_client_in_real_time_is_served_by_a_moved_clock_unless_the_config_forbids_it() {
    let day = Duration::from_secs(24 * 3600);
    let mock = Config::parse("sigv4_clock = 'mock'").unwrap();
    for (config, status) in [(mock, 400), (Config::default(), 200)] {
        let ecr = MockEcr::from_config(config).start().await.unwrap();
        let system = ecr.clock().now();
        ecr.clock().advance(day);
        for (at, status) in [(system + day, 200), (system, status)] {
            let call = RawRequest::token_call().signed_by(&Signer::default().at(at));
            let answer = call.to(&ecr).await;
            assert_eq!(answer.status(), status, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_signature_for_another_service_is_told_the_right_one() {
    // [ANALOG] Source: aws/aws-sdk-ruby#431, space at the end and all.
    let answer = signed_by(Signer::default().for_service("elasticmapreduce")).await;
    answer.is_error(
        INVALID,
        "Credential should be scoped to correct service: 'ecr'. ",
    );
}

#[tokio::test]
async fn a_signature_for_another_region_than_the_host_s_is_told_so() {
    // [ANALOG] Source of the text: scratchstack-aws-signature, and aws/aws-sdk-ruby#431 for the space at its end.
    let call = RawRequest::token_call().on_host("api.ecr.eu-west-1.amazonaws.com");
    call.signed().answer().await.is_error(
        INVALID,
        "Credential should be scoped to a valid region, not 'us-east-1'. ",
    );
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_scope_is_said_at_once() {
    // [ANALOG] Source of the order: scratchstack-aws-signature.
    let call = RawRequest::token_call()
        .authorized(
            "AWS4-HMAC-SHA256 Credential=a/20151128/US/ec2/aws5, SignedHeaders=host, Signature=b",
        )
        .with("X-Amz-Date", "20151129T213053Z");
    call.answer().await.is_error(
        INVALID,
        "Credential should be scoped to a valid region, not 'US'. Credential should be scoped to correct service: 'ecr'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20151128' != '20151129', from '20151129T213053Z'. ",
    );
}

#[tokio::test]
async fn an_action_that_nothing_allows_is_denied_with_status_400() {
    // Source: terraform-aws-modules/terraform-aws-iam#514, 2024.
    let arn = "arn:aws:sts::123456789012:assumed-role/R/S"
        .parse()
        .unwrap();
    let principal = Principal::new(arn, "AKIAI44QH8DHBEXAMPLE", "secret").allow(["ecr:Put*"]);
    answer(&principal, &principal).await.is_error(
        "AccessDeniedException",
        "User: arn:aws:sts::123456789012:assumed-role/R/S is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
    );
}

#[tokio::test]
async fn an_action_that_something_denies_is_denied_in_other_words() {
    // Source: aws/aws-cli#5592, 2020.
    let principal = developer().deny(["ecr:GetAuthorizationToken"]);
    answer(&principal, &principal).await.is_error(
        "AccessDeniedException",
        "User: arn:aws:iam::123456789012:user/developer is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an explicit deny",
    );
}

#[tokio::test]
async fn a_presigned_call_is_answered_until_it_expires() {
    let signer = Signer::default();
    let call = RawRequest::token_call().presigned_by(&signer);
    assert_eq!(call.answer().await.status(), 200);

    let ecr = frozen().await;
    ecr.clock().advance(Duration::from_secs(61));
    let answer = call.to(&ecr).await;
    assert!(answer.body.contains("Signature expired: 20151129T213053Z"));
    assert_ne!(answer.header("Date"), &DATE["Date: ".len()..]);
}

#[tokio::test]
async fn a_lenient_mock_takes_any_key_and_any_signature() {
    let builder = MockEcr::builder().frozen().auth(AuthMode::Lenient);
    let ecr = builder.start().await.unwrap();
    let call = RawRequest::token_call()
        .authorized("AWS4-HMAC-SHA256 Credential=210987654321/20151129/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=b")
        .with("X-Amz-Date", "20000101T000000Z");
    let answer = call.to(&ecr).await;
    let endpoint = "https://210987654321.dkr.ecr.eu-west-1.amazonaws.com";
    assert!(answer.body.contains(endpoint), "{answer:?}");
}
