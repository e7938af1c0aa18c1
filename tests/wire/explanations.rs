//! Failed assertions, and the texts of values in the output of a test: what they print.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mock_ecr::repository::Policy;
use mock_ecr::request_log::{Requests, Times};
use mock_ecr::token::{Revocation, TokenIssuer};
use mock_ecr::{Config, MockEcr, Principal, PrincipalArn};

use crate::raw::{RawRequest, frozen_mock};
use crate::signer::Signer;

/// Longer than any test runs.
const LONG: Duration = Duration::from_secs(600);

/// Returns the panic message of a failed expectation.
#[track_caller]
fn panic_message(requests: Requests, expectation: impl FnOnce(Requests) -> Requests) -> String {
    panic_of(|| drop(expectation(requests)))
}

#[track_caller]
fn panic_of(code: impl FnOnce()) -> String {
    let failed = catch_unwind(AssertUnwindSafe(code)).unwrap_err();
    *failed.downcast::<String>().unwrap()
}

#[tokio::test]
async fn a_failed_expectation_prints_the_request_log() {
    let ecr = frozen_mock().await;
    RawRequest::token_call().signed().to(&ecr).await;
    RawRequest::ping("GET").to(&ecr).await;
    let calls = || ecr.requests().operation("GetAuthorizationToken");
    calls().expect(1).expect(1..=3).expect(..=1).expect(1..);
    ecr.requests().operation("PutImage").expect(0);
    let token = ecr.issue_token().id();
    assert_eq!(
        panic_message(calls(), |calls| calls.expect(2..=3)),
        format!(
            "expected 2 to 3 requests with operation GetAuthorizationToken, but found 1; the request log, oldest first:\n  \
             TIME                      SERVICE   STATUS  OPERATION              REQUEST                   CALLER/ERROR\n\
             > 2015-11-29T21:30:53.241Z  ecr       200     GetAuthorizationToken  POST http://localhost/    \
             arn:aws:iam::123456789012:user/developer, token {token}\n  \
             2015-11-29T21:30:53.241Z  registry  401     ping                   GET http://localhost/v2/  UNAUTHORIZED"
        )
    );
    ecr.clear_requests();
    assert_eq!(
        panic_message(calls(), |calls| calls.expect(2..)),
        "expected at least 2 requests with operation GetAuthorizationToken, but found 0; the request log is empty"
    );
}

#[tokio::test]
async fn a_filter_with_an_impossible_status_is_rejected() {
    let ecr = frozen_mock().await;
    let filtered = || panic_of(|| drop(ecr.requests().status(9999).expect(0)));
    assert_eq!(
        filtered(),
        "invalid status \"9999\": expected a number from 100 to 599"
    );
}

#[tokio::test]
async fn the_table_of_requests_shows_the_access_key_of_a_rejected_signature() {
    let ecr = frozen_mock().await;
    let arn = "arn:aws:iam::123456789012:user/other".parse().unwrap();
    let unknown = Principal::new(arn, "AKIAUNKNOWN", "secret");
    let call = RawRequest::token_call().signed_by(&Signer::new(&unknown));
    call.to(&ecr).await;
    let table = ecr.requests().to_string();
    assert!(
        table.starts_with("the request log, oldest first:\n"),
        "{table}"
    );
    let row = "UnrecognizedClientException, signed with AKIAUNKNOWN\n    No principal";
    assert!(table.contains(row), "{table}");
}

#[tokio::test]
async fn expect_no_authorization_finds_a_forwarded_token() {
    let ecr = frozen_mock().await;
    RawRequest::new("GET", "/_layer/x").to(&ecr).await;
    let layers = || ecr.requests().route("layer").expect(1..);
    layers().expect_no_authorization();
    let request = RawRequest::new("GET", "/_layer/x").authorized("Basic QVdTOg==");
    request.to(&ecr).await;
    let message = panic_message(layers(), Requests::expect_no_authorization);
    assert!(
        message.starts_with(
            "expected no Authorization header, but 1 of 2 requests with route layer differ;"
        ),
        "{message}"
    );
    assert!(!message.contains("QVdTOg"), "{message}");
    assert_eq!(message.matches("\n> ").count(), 1, "{message}");
}

#[tokio::test]
async fn expect_tokens_of_finds_tokens_of_another_principal() {
    let ecr = frozen_mock().await;
    let developer = ecr.config().default_principal().arn;
    RawRequest::ping("GET").to(&ecr).await;
    RawRequest::ping("GET")
        .with_token(&ecr.issue_token())
        .to(&ecr)
        .await;
    ecr.requests().expect_tokens_of(&developer);
    let root: PrincipalArn = "arn:aws:iam::210987654321:root".parse().unwrap();
    let message = panic_message(ecr.requests(), |all| all.expect_tokens_of(&root));
    let expected =
        "expected only tokens issued to arn:aws:iam::210987654321:root, but 1 of 2 requests differ";
    assert!(message.starts_with(expected), "{message}");

    // A revoked token has a principal. An invalid token has none.
    ecr.clock().advance(LONG * 100);
    let stranger = ecr.issue_token_for(root, ecr.config().region.clone());
    ecr.clear_requests();
    ecr.revoke(Revocation::Token(stranger.id())).unwrap();
    RawRequest::ping("GET").with_token(&stranger).to(&ecr).await;
    let garbage = RawRequest::ping("GET").authorized("Basic QVdTOg==");
    garbage.to(&ecr).await;
    let message = panic_message(ecr.requests(), |all| all.expect_tokens_of(&developer));
    assert_eq!(message.matches("\n> ").count(), 2, "{message}");
}

#[tokio::test]
async fn a_filter_for_a_misspelled_name_panics() {
    let ecr = frozen_mock().await;
    let all = || ecr.requests();
    for (message, expected) in [
        (
            panic_message(all(), |all| all.operation("GetAuthToken").expect(0)),
            r#"no operation is named "GetAuthToken"; did you mean "GetAuthorizationToken"?"#,
        ),
        (
            panic_message(all(), |all| all.route("manifests").expect(0)),
            r#"no route is named "manifests"; did you mean "manifest"?"#,
        ),
        (
            panic_message(all(), |all| all.error("ThrotlingException").expect(0)),
            r#"no error code is named "ThrotlingException"; did you mean "ThrottlingException"?"#,
        ),
    ] {
        assert_eq!(message, expected);
    }
    all().route("clock/advance").error("UNSUPPORTED").expect(0);
}

#[tokio::test]
async fn a_wait_that_times_out_explains_itself() {
    let ecr = frozen_mock().await;
    RawRequest::ping("GET").to(&ecr).await;
    let pings = ecr.requests().route("ping").status(200);
    let error = pings.wait(2, Duration::ZERO).await.unwrap_err();
    let text = "received 0 of 2 expected requests with route ping and status 200 within 0ns";
    assert_eq!(error.to_string(), text);
    let debug = format!("{error:?}");
    assert!(debug.starts_with(&format!("{text}; the request log, oldest first:\n  TIME ")));
    assert!(debug.ends_with("UNAUTHORIZED"), "{debug}");
}

/// The normal request without credentials, to which the registry returns a challenge, has no explanation.
#[tokio::test]
async fn the_table_explains_rejected_requests_and_faults() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    let ping = || RawRequest::ping("GET");
    ping().to(&ecr).await;
    ping().with_token(&token).to(&ecr).await;
    ecr.clock().advance(Duration::from_secs(13 * 3600));
    ping().with_token(&token).to(&ecr).await;
    let fault = ecr.faults().throttling().times(2).set().unwrap();
    RawRequest::token_call().signed().to(&ecr).await;
    let id = token.id();
    let message = panic_of(|| fault.expect_triggered(2));
    let (_, table) = message.split_once("; the request log").unwrap();
    assert_eq!(
        table,
        format!(
            ", oldest first:\n  \
             TIME                      SERVICE   STATUS  OPERATION              REQUEST                   CALLER/ERROR\n  \
             2015-11-29T21:30:53.241Z  registry  401     ping                   GET http://localhost/v2/  UNAUTHORIZED\n  \
             2015-11-29T21:30:53.241Z  registry  200     ping                   GET http://localhost/v2/  arn:aws:iam::123456789012:user/developer, token {id}\n  \
             2015-11-30T10:30:53.241Z  registry  403     ping                   GET http://localhost/v2/  DENIED, expired since 2015-11-30T09:30:53.241Z, \
             token of arn:aws:iam::123456789012:user/developer, token {id}\n    \
             The token expired 1 h before this request, at 2015-11-30T09:30:53.241Z by the mock's clock. \
             It was issued to arn:aws:iam::123456789012:user/developer.\n\
             > 2015-11-30T10:30:53.241Z  ecr       400     GetAuthorizationToken  POST http://localhost/    ThrottlingException, \
             signed with AKIAIOSFODNN7EXAMPLE, fault 0\n    \
             Fault 0 returned ThrottlingException (1 of 2)."
        )
    );
}

/// Sets a fault that no request of these tests triggers.
const UNUSED: &str =
    r#"{"match":{"operation":"PutImage"},"action":{"error":"ThrottlingException"}}"#;

#[tokio::test]
async fn a_fault_that_was_not_triggered_is_printed_with_the_request_log() {
    let ecr = frozen_mock().await;
    let unused = ecr
        .faults()
        .throttling()
        .operation("PutImage")
        .set()
        .unwrap();
    let used = ecr.faults().error("BadGateway").times(1).set().unwrap();
    RawRequest::ping("GET").to(&ecr).await;
    RawRequest::ping("GET").to(&ecr).await;
    used.expect_triggered(1);
    used.expect_triggered(1..);
    let message = panic_of(|| unused.expect_triggered(1..=2));
    let expected = format!(
        "expected that fault 0 is triggered 1 to 2 times, but 0 requests triggered it and 0 matched it: {UNUSED}; the request log, oldest first:\n"
    );
    assert!(message.starts_with(&expected), "{message}");
    let message = panic_of(|| used.expect_triggered(2));
    assert!(
        message.contains("but 1 requests triggered it and 2 matched it"),
        "{message}"
    );
    let marked: Vec<&str> = message
        .lines()
        .filter(|line| line.starts_with('>'))
        .collect();
    assert_eq!(marked.len(), 1, "{message}");
    assert!(
        marked[0].contains("502") && marked[0].ends_with("fault 1"),
        "{message}"
    );
    used.clone().remove();
    assert_eq!(
        panic_of(|| used.expect_triggered(1)),
        "expected that fault 1 is triggered 1 times, but it was removed"
    );
}

#[tokio::test]
async fn an_expectation_is_checked_when_the_mock_is_dropped_or_stopped() {
    let ecr = frozen_mock().await;
    let faults = ecr.faults();
    faults.error("BadGateway").times(1).expect(1).set().unwrap();
    RawRequest::ping("GET").to(&ecr).await;
    drop(ecr);

    let ecr = frozen_mock().await;
    ecr.faults()
        .throttling()
        .operation("PutImage")
        .expect(1..)
        .set()
        .unwrap();
    let message = panic_of(|| drop(ecr));
    assert_eq!(
        message,
        format!(
            "expected that fault 0 is triggered at least 1 times, but 0 requests triggered it and 0 matched it: {UNUSED}; the request log is empty"
        )
    );

    let ecr = frozen_mock().await;
    ecr.faults().throttling().expect(1).set().unwrap();
    assert!(tokio::spawn(ecr.stop()).await.unwrap_err().is_panic());
}

#[tokio::test]
async fn an_expectation_does_not_hide_the_panic_of_the_test() {
    let ecr = frozen_mock().await;
    ecr.faults().throttling().expect(1).set().unwrap();
    let message = panic_of(move || {
        let _ecr = ecr;
        panic!("{}", "the assertion of the test");
    });
    assert_eq!(message, "the assertion of the test");
}

#[tokio::test]
async fn a_token_for_an_unknown_region_panics() {
    let ecr = frozen_mock().await;
    let arn = ecr.config().default_principal().arn;
    let message = panic_of(|| drop(ecr.issue_token_for(arn, "us-eest-1".parse().unwrap())));
    let expected =
        "cannot issue a token for \"us-eest-1\": unknown Region; did you mean \"us-east-1\"?";
    assert_eq!(message, expected);
}

/// A test author reads these forms in the output of `dbg!`, `unwrap` and `assert_eq!`.
#[track_caller]
fn assert_debug(value: &dyn std::fmt::Debug, expected: &str) {
    let text = format!("{value:?}");
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains('\n') && text.len() < 300, "{text}");
    let secrets = [Principal::EXAMPLE_SECRET_ACCESS_KEY, "the control key"];
    assert!(
        secrets.iter().all(|secret| !text.contains(secret)),
        "{text}"
    );
    assert_eq!(text, format!("{value:#?}"), "one line also for `dbg!`");
}

#[tokio::test]
async fn debug_of_public_types_is_one_short_line_without_secrets() {
    let ecr = frozen_mock().await;
    RawRequest::token_call().signed().to(&ecr).await;
    let requests = ecr.requests().status(200);
    assert_debug(&ecr, &format!("MockEcr({})", ecr.url()));
    assert_debug(&ecr.faults(), "FaultHandle(0 faults)");
    let fault = ecr.faults().throttling().operation("PutImage");
    assert_debug(&fault, &format!("FaultBuilder({UNUSED})"));
    assert_debug(&fault.set().unwrap(), "SetFault(0)");
    let active = ecr.faults().list().remove(0);
    let expected = r#"{"id":0,"match":{"operation":"PutImage"},"action""#;
    assert_debug(&active, expected);
    assert_debug(&active.fault, UNUSED);
    assert_debug(&active.fault.matcher, r#"{"operation":"PutImage"}"#);
    let config = r#"Config(accounts {"123456789012"}, "us-east-1", System, Strict, 0 principals, 0 repositories, 0 faults)"#;
    let builder = MockEcr::builder().control_key("the control key");
    assert_debug(&builder, &format!("MockEcrBuilder({config})"));
    assert_debug(&Config::default(), config);
    assert_debug(ecr.clock(), "Clock(2015-11-29T21:30:53.241Z, frozen)");
    let principal = ecr.config().default_principal();
    let arn = "arn:aws:iam::123456789012:user/developer";
    let expected = format!("Principal({arn} with AKIAIOSFODNN7EXAMPLE)");
    assert_debug(&principal, &expected);
    let token = ecr.issue_token();
    let caller = ecr.verify_token(token.as_str()).unwrap();
    assert_debug(&caller, &format!("Caller({arn} in us-east-1)"));
    assert_debug(&requests, "Requests(1 of 1 requests with status 200)");
    let call = requests.last().unwrap();
    assert_debug(call, "2015-11-29T21:30:53.241Z ecr        200 POST");
    let policy = Policy::new().deny("*", ["ecr:PutImage"]);
    let expected = r#"Policy({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"ecr:PutImage"}]})"#;
    assert_debug(&policy, expected);
    assert_debug(&Times::from(2..), "Times(at least 2)");
    assert_debug(&TokenIssuer::new(ecr.config()), "TokenIssuer(tokens of");
}

#[tokio::test]
async fn debug_of_errors_contains_their_causes() {
    let ecr = frozen_mock().await;
    assert_debug(&ecr.verify_token("x").unwrap_err(), "not base64");
    assert_debug(
        &ecr.repository("Team").tags().await.unwrap_err(),
        "invalid argument in repository(\"Team\"): invalid repository name \"Team\"",
    );
    assert_debug(
        &MockEcr::builder()
            .region("us-eest-1")
            .start()
            .await
            .unwrap_err(),
        "region: invalid value \"us-eest-1\": expected a Region of AWS, such as us-east-1, or a Region that additional_regions contains: unknown Region; did you mean \"us-east-1\"?",
    );
    assert_debug(
        &ecr.faults()
            .throttling()
            .operation("PutImages")
            .set()
            .unwrap_err(),
        "invalid argument in operation(\"PutImages\"): no operation is named \"PutImages\"; did you mean \"PutImage\"?",
    );
    assert_debug(
        &Config::parse("region = 1").unwrap_err(),
        "line 1, column 10: region: invalid type: integer `1`, expected a string",
    );
}
