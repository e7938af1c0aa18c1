//! The explanation of each kind of response, with its whole text. The page of the book on explanations has these texts as examples.

#[path = "../../cli/book/page.rs"]
mod page;
mod policies;
mod registry;

use std::fmt::Write as _;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use mock_ecr::fault::Fault;
use mock_ecr::request_log::{Explanation, ExplanationKind, Service};
use mock_ecr::token::Revocation;
use mock_ecr::{AccountId, MockEcr, Principal, Region};

use self::page::Page;
use crate::raw::{RawRequest, frozen_mock, now};
use crate::signer::Signer;

/// Kinds that other tests compare: those of pull-through caches in `pull_through/login.rs`, and those of invalid HTTP in `invalid_http.rs`.
const WITHOUT_REQUEST: [&str; 3] = ["upstream", "cut_off", "invalid_host"];

async fn explanation(ecr: &MockEcr, request: &RawRequest) -> Explanation {
    request.to(ecr).await;
    let requests = ecr.requests();
    let requests = match request.target().starts_with("/_mock/") {
        true => requests.service(Service::Control),
        false => requests,
    };
    let entry = requests.last().unwrap();
    entry.explanation().unwrap_or_else(|| panic!("{entry:?}"))
}

#[track_caller]
fn check(found: Explanation, (kind, text): (&str, &str)) -> Explanation {
    assert_eq!((found.kind.name(), found.text.as_str()), (kind, text));
    if found.kind != ExplanationKind::Missing {
        assert_eq!(found.level, found.kind.level());
    }
    found
}

async fn check_all(ecr: &MockEcr, cases: &[(RawRequest, &str, &str)]) -> Vec<Explanation> {
    let mut explained = Vec::new();
    for (request, kind, text) in cases {
        let found = explanation(ecr, request).await;
        explained.push(check(found, (kind, text)));
    }
    explained
}

fn basic(text: &str) -> RawRequest {
    let credentials = BASE64_STANDARD.encode(text);
    RawRequest::ping("GET").authorized(&format!("Basic {credentials}"))
}

async fn of_credentials() -> Vec<Explanation> {
    let ecr = frozen_mock().await;
    let forged = BASE64_STANDARD.encode(r#"{"payload":"AAAA"}"#);
    let ping = RawRequest::ping("GET");
    let west = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
    check_all(&ecr, &[
        (ping.clone(), "no_credentials", "The request has no credentials, and the registry returned a challenge. This is normal: clients then send the request with credentials."),
        (ping.clone().authorized("Bearer x"), "not_basic", "The Authorization header has the scheme Bearer, not Basic."),
        (ping.clone().authorized("Basic ???"), "malformed_credentials", "The credentials in the Authorization header are not base64 of a user and a password."),
        (basic("bob:x"), "wrong_user", "The user is bob; ECR expects AWS."),
        (basic(":x"), "wrong_user", "The user is empty; ECR expects AWS."),
        (basic("AWS:e30="), "token_malformed", "The password is not an ECR token: its content is not a JSON object with a payload."),
        (basic("AWS:x"), "token_malformed", "The password is not an ECR token: it is not base64."),
        (basic(&format!("AWS:{forged}")), "token_forged", "The token was not issued with the seed of this mock, or was changed."),
        (ping.with_token(&ecr.issue_token()).on_host(west), "token_region", "The token is for us-east-1, but this registry is in us-west-2."),
    ]).await
}

async fn of_tokens() -> Vec<Explanation> {
    let arn = "arn:aws:sts::123456789012:assumed-role/R/S";
    let hour = Duration::from_secs(3600);
    let session = Principal::new(arn.parse().unwrap(), "ASIASESSION", "secret");
    let session = session.session_token("token").expires(now() + hour);
    let developer = Principal::example(AccountId::EXAMPLE, &Region::default());
    let builder = MockEcr::builder().frozen();
    let builder = builder.principal(developer).principal(session.clone());
    let ecr = builder.start().await.unwrap();
    let call = RawRequest::token_call().signed_by(&Signer::new(&session));
    call.to(&ecr).await;
    let of_session = ecr.tokens().last().unwrap().clone();
    assert_eq!(of_session.issued_by_request, Some(0));
    let issued = ecr.issue_token_for(session.arn.clone(), Region::default());
    let [expiring, revoked] = [ecr.issue_token(), {
        ecr.clock().advance(hour);
        ecr.issue_token()
    }];
    let ping = |token| RawRequest::ping("GET").with_token(token);
    ecr.revoke(Revocation::Token(revoked.id())).unwrap();
    let mut explained = check_all(&ecr, &[
        (ping(&revoked), "token_revoked", "The token was revoked at 2015-11-29T22:30:53.241Z (only this token), 12 h before its expiry. It was issued to arn:aws:iam::123456789012:user/developer."),
        (ping(&issued), "token_credentials", "The token would be valid until 2015-11-30T09:30:53.241Z, but the credentials of arn:aws:sts::123456789012:assumed-role/R/S that obtained it expired at 2015-11-29T22:30:53.241Z."),
        (call.signed_by(&Signer::new(&session).at(now() + hour)), "credentials_expired", "The credentials of arn:aws:sts::123456789012:assumed-role/R/S expired at the time of this request, 2015-11-29T22:30:53.241Z."),
    ]).await;
    ecr.clock()
        .advance(11 * hour + Duration::from_secs(40 * 60));
    explained.extend(check_all(&ecr, &[
        (ping(&expiring), "token_expired", "The token expired 40 min before this request, at 2015-11-30T09:30:53.241Z by the mock's clock. It was issued to arn:aws:iam::123456789012:user/developer."),
    ]).await);
    let records = ecr.tokens();
    let record = records.iter().find(|one| one.id == expiring.id()).unwrap();
    assert_eq!(record.rejected, 1);
    assert_eq!(
        record.first_rejection.as_ref().unwrap().at,
        ecr.clock().now()
    );
    explained
}

async fn of_signatures() -> Vec<Explanation> {
    let ecr = frozen_mock().await;
    let developer = Principal::example(AccountId::EXAMPLE, &Region::default());
    let nobody = Principal::new(developer.arn.clone(), "AKIDNOBODY", "x");
    let signer = Signer::new(&developer);
    let call = RawRequest::token_call();
    let late = signer.clone().at(now() - Duration::from_secs(1800));
    let unexpected = developer.clone().session_token("x");
    let key = &developer.access_key_id;
    let session = format!(
        "The access key ID {key} exists, but it has no session token, and the request has one."
    );
    check_all(&ecr, &[
        (call.clone(), "unsigned", "The request is not signed."),
        (call.clone().presigned_by(&signer).authorized("X"), "two_signatures", "The request has a signature in the Authorization header and one in the query."),
        (call.clone().signed_by(&late), "clock_skew", "The request was signed 30 min before the time of the mock's clock, 2015-11-29T21:30:53.241Z; the limit is 15 min."),
        (call.clone().presigned_by(&signer.clone().at(now() + Duration::from_secs(1800))), "clock_skew", "The request was signed 29 min 59 s after the time of the mock's clock, 2015-11-29T21:30:53.241Z; the limit is 15 min."),
        (call.clone().presigned_by(&signer.clone().at(now() - Duration::from_secs(120))), "clock_skew", "The request was signed 2 min before the time of the mock's clock, 2015-11-29T21:30:53.241Z; the limit is 1 min."),
        (call.clone().signed_by(&signer.clone().for_service("s3")), "scope", "The credential scope names s3 in us-east-1; expected ecr in a known Region, and the date of the signature."),
        (call.clone().signed().body("{ }"), "signature", "The signature does not match: the secret key is wrong, or the request was changed after it was signed."),
        (call.clone().signed_by(&Signer::new(&nobody)), "key_unknown", "No principal has the access key ID AKIDNOBODY."),
        (call.signed_by(&Signer::new(&unexpected)), "session_token", &session),
    ]).await
}

async fn of_calls() -> Vec<Explanation> {
    let ecr = frozen_mock().await;
    let repository = r#"{"repositoryName":"app"}"#;
    let create = RawRequest::call("CreateRepository")
        .body(repository)
        .signed();
    create.to(&ecr).await;
    let missing = RawRequest::call("DescribeImages").body(r#"{"repositoryName":"web"}"#);
    check_all(&ecr, &[
        (create, "exists", "The repository with name 'app' already exists in the registry with id '123456789012'."),
        (missing.signed(), "missing", "The repository with name 'web' does not exist in the registry with id '123456789012'."),
        (RawRequest::call("Nothing").signed(), "unknown_operation", "The mock returned UnknownOperationException with status 400."),
        (RawRequest::token_call().body(r#"{"registryIds":7}"#).signed(), "invalid", "Expected list or null."),
        (RawRequest::new("GET", "/elsewhere"), "unknown_path", "The route GET /elsewhere does not exist in the mock."),
        (RawRequest::new("GET", "http://example.com/"), "other_host", "mock-ecr: example.com is not a host of ECR; requests to other hosts are rejected."),
        (RawRequest::new("GET", "/_mock/tokens?limit=x"), "control", "invalid value \"x\": expected a number of 0 or more, in decimal digits."),
    ]).await
}

async fn of_the_proxy_and_support() -> Vec<Explanation> {
    let ecr = frozen_mock().await;
    let host = "api.ecr.us-east-1.amazonaws.com:443";
    let tunnel = RawRequest::new("CONNECT", host).on_host(host);
    let unsupported = RawRequest::call("DescribeRegistries")
        .with("X-Amz-Target", "SpencerFrontendService.DescribeRegistries")
        .signed_by(&Signer::default().for_service("ecr-public"));
    check_all(
        &ecr,
        &[
            (
                tunnel,
                "tunnel",
                "mock-ecr: a tunnel needs TLS; start the mock with --tls.",
            ),
            (
                unsupported,
                "not_implemented",
                "mock-ecr does not implement the operation DescribeRegistries of ecr-public.",
            ),
        ],
    )
    .await
}

async fn of_faults() -> Vec<Explanation> {
    let call = RawRequest::token_call().signed();
    let mut explained = Vec::new();
    for (toml, kind, text) in [
        (
            "match = { times = 2 }\naction = { error = 'ServerException' }",
            "fault_error",
            "Fault 0 returned ServerException (1 of 2).",
        ),
        (
            "action = { latency = '1ms' }",
            "fault_delivery",
            "Fault 0 delayed the response by 1 ms.",
        ),
        (
            "action = { expires_at = 'past' }",
            "fault_response",
            "Fault 0 changed expiresAt in the response; the token expires at 2015-11-30T09:30:53.241Z.",
        ),
    ] {
        let ecr = frozen_mock().await;
        ecr.faults().add(Fault::from_toml(toml).unwrap()).unwrap();
        explained.extend(check_all(&ecr, &[(call.clone(), kind, text)]).await);
    }
    let ecr = frozen_mock().await;
    let ping = RawRequest::ping("GET").with_token(&ecr.issue_token());
    ecr.faults()
        .add(Fault::from_toml("action = { expired_early = 'forbidden' }").unwrap())
        .unwrap();
    explained.extend(
        check_all(
            &ecr,
            &[(
                ping,
                "fault_expired",
                "Fault 0 rejected a valid token as expired, 12 h before its expiry.",
            )],
        )
        .await,
    );
    let ecr = frozen_mock().await;
    ecr.faults()
        .add(Fault::from_toml("action = { throttle = { rate = 1, burst = 1 } }").unwrap())
        .unwrap();
    call.to(&ecr).await;
    explained.extend(check_all(&ecr, &[(call, "throttled", "Fault 0 throttled the request, which exceeded a rate of 1 per second after a burst of 1.")]).await);
    explained
}

#[tokio::test]
async fn the_page_of_the_book_has_the_text_of_each_kind() {
    let mut explained = of_credentials().await;
    explained.extend(of_tokens().await);
    explained.extend(of_signatures().await);
    explained.extend(of_calls().await);
    explained.extend(of_the_proxy_and_support().await);
    explained.extend(policies::explained().await);
    explained.extend(of_faults().await);
    explained.extend(registry::explained().await);
    let mut text = String::new();
    for kind in ExplanationKind::ALL {
        let example = explained.iter().find(|one| one.kind == *kind);
        let is_elsewhere = WITHOUT_REQUEST.contains(&kind.name());
        assert_eq!(example.is_none(), is_elsewhere, "{}", kind.name());
        text += &section(*kind, example);
    }
    Page::read("reference/explanations.md").check_region("kinds", &text);
}

/// Returns the section of the page on a kind.
fn section(kind: ExplanationKind, example: Option<&Explanation>) -> String {
    let level = serde_json::to_value(kind.level()).unwrap();
    let mut text = format!("### `{}`\n\n{}\n\n", kind.name(), kind.meaning());
    writeln!(text, "| | |\n|---|---|").unwrap();
    writeln!(text, "| Level | {} |", level.as_str().unwrap()).unwrap();
    if let Some(example) = example {
        writeln!(text, "| Example | {} |", example.text).unwrap();
        if let Some(advice) = &example.advice {
            writeln!(text, "| Advice | {advice} |").unwrap();
        }
    }
    text + "\n"
}

#[tokio::test]
async fn a_success_without_a_fault_has_no_explanation() {
    let ecr = frozen_mock().await;
    RawRequest::token_call().signed().to(&ecr).await;
    RawRequest::ping("GET")
        .with_token(&ecr.issue_token())
        .to(&ecr)
        .await;
    let requests = ecr.requests();
    assert_eq!(requests.count(), 2);
    assert!(requests.iter().all(|one| one.explanation().is_none()));
}

/// The level separates what a client looks up from what is rejected: the console shows the last rejection.
#[tokio::test]
async fn a_request_that_reads_something_missing_is_less_important_than_a_rejection() {
    let ecr = MockEcr::builder().frozen().repository("app");
    let ecr = ecr.start().await.unwrap();
    let token = ecr.issue_token();
    let registry = |method, path: &str| RawRequest::new(method, path).with_token(&token);
    let call = |operation: &str| {
        let input = r#"{"repositoryName":"web"}"#;
        RawRequest::call(operation).body(input).signed()
    };
    for (request, level) in [
        (registry("GET", "/v2/app/manifests/1.0"), "info"),
        (registry("HEAD", "/v2/app/manifests/1.0"), "info"),
        (registry("GET", "/v2/web/tags/list"), "info"),
        (registry("POST", "/v2/web/blobs/uploads/"), "warning"),
        (registry("DELETE", "/v2/app/manifests/1.0"), "warning"),
        (call("DescribeImages"), "info"),
        (call("ListImages"), "info"),
        (call("DeleteLifecyclePolicy"), "warning"),
        (call("DeleteRepository"), "warning"),
    ] {
        let found = explanation(&ecr, &request).await;
        let found = (
            found.kind.name(),
            serde_json::to_value(found.level).unwrap(),
        );
        assert_eq!(found, ("missing", level.into()), "{request:?}");
    }
    let denied = explanation(&ecr, &basic("bob:x")).await;
    assert_eq!(serde_json::to_value(denied.level).unwrap(), "error");
}
