//! The entries of the request log, including those of rejected requests.

use std::time::Duration;

use mock_ecr::request_log::{ReceivedRequest, Service};
use mock_ecr::token::{Revocation, TokenError};
use mock_ecr::{AccountId, MockEcr, Principal, Region};

use crate::raw::{RawRequest, frozen_mock, now};
use crate::signer::Signer;

#[tokio::test]
async fn a_call_is_recorded_with_all_fields() {
    let ecr = frozen_mock().await;
    let input = r#"{"registryIds":["210987654321"], "more":1}"#;
    let call = RawRequest::token_call()
        .with("User-Agent", "aws-sdk-rust/1.3.11 ua/2.1")
        .at("/?a=b")
        .body(input);
    let response = call.signed().to(&ecr).await;

    let requests = ecr.requests();
    assert_eq!(requests.count(), 1);
    let entry = requests.last().unwrap();
    assert_eq!(entry.received, now());
    assert_eq!(entry.service, Service::Ecr);
    assert_eq!(entry.method, "POST");
    assert_eq!(entry.host, "localhost");
    assert_eq!(entry.target, "/?a=b");
    assert_eq!(entry.user_agent, "aws-sdk-rust/1.3.11 ua/2.1");
    assert_eq!(entry.operation, Some("GetAuthorizationToken"));
    assert_eq!(
        entry.amz_target.as_deref(),
        Some("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken")
    );
    let content_type = Some("application/x-amz-json-1.1");
    assert_eq!(entry.content_type.as_deref(), content_type);
    assert_eq!(entry.input.as_deref(), Some(input));
    let caller = entry.caller.as_ref().unwrap();
    assert_eq!(
        caller.arn().as_str(),
        "arn:aws:iam::123456789012:user/developer"
    );
    assert_eq!(caller.region().as_str(), "us-east-1");
    assert_eq!(entry.token, Some(ecr.issue_token().id()));
    assert_eq!(entry.status, 200);
    assert_eq!((entry.error, &entry.token_error), (None, &None));
    let request_id = response.header("X-Amzn-Requestid");
    assert_eq!(entry.request_id.as_deref(), Some(request_id));
    assert!(entry.took > Duration::ZERO);
}

#[tokio::test]
async fn the_claim_of_a_signature_is_recorded_for_every_result() {
    let call = RawRequest::token_call();
    let nobody = Principal::new(
        "arn:aws:iam::123456789012:user/nobody".parse().unwrap(),
        "AKIDNOBODY",
        "s3cr3t",
    );
    let signer = Signer::new(&nobody).in_region("eu-west-1");
    for faults in ["", "action = { error = 'ThrottlingException' }"] {
        let ecr = frozen_mock().await;
        if !faults.is_empty() {
            let fault = mock_ecr::fault::Fault::from_toml(faults).unwrap();
            ecr.faults().add(fault).unwrap();
        }
        for call in [
            call.clone().signed_by(&signer),
            call.clone().presigned_by(&signer),
        ] {
            call.to(&ecr).await;
            let requests = ecr.requests();
            let claim = requests.last().unwrap().claim.as_ref().unwrap();
            let found = [&claim.access_key_id, &claim.region, &claim.service];
            assert_eq!(found, ["AKIDNOBODY", "eu-west-1", "ecr"]);
        }
    }
}

#[tokio::test]
async fn an_invalid_claim_is_not_recorded() {
    for credential in [
        "AKID/20151129/us-east-1/ecr",
        "s3cr3t/+/20151129/us-east-1/ecr/aws4_request",
        "s3cr3t+/20151129/us-east-1/ecr/aws4_request",
        "/20151129/us-east-1/ecr/aws4_request",
    ] {
        let header = format!("AWS4-HMAC-SHA256 Credential={credential}, Signature=x");
        let entry = rejected(&RawRequest::token_call().authorized(&header)).await;
        assert_eq!(entry.claim, None, "{credential}");
    }
}

#[tokio::test]
async fn a_request_to_the_registry_is_recorded_with_the_presented_token() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    let host = "602401143452.dkr.ecr.us-east-1.amazonaws.com";
    let request = RawRequest::ping("HEAD").with_token(&token).on_host(host);
    request.with("User-Agent", "docker/27.0").to(&ecr).await;

    let requests = ecr.requests();
    let entry = requests.last().unwrap();
    assert_eq!(entry.service, Service::Registry);
    assert_eq!((&entry.method[..], &entry.target[..]), ("HEAD", "/v2/"));
    assert_eq!(entry.host, host);
    assert_eq!(entry.user_agent, "docker/27.0");
    assert_eq!((entry.operation, &entry.input), (None, &None));
    let caller = entry.caller.as_ref().unwrap();
    assert_eq!(caller.arn(), &ecr.config().default_principal().arn);
    assert_eq!(entry.token, Some(token.id()));
    assert_eq!((entry.status.as_u16(), entry.error), (200, None));
    assert_eq!(entry.request_id, None);
}

#[tokio::test]
async fn a_request_that_is_not_a_call_is_recorded_with_its_error() {
    for (request, error) in [
        (
            RawRequest::new("GET", "/"),
            "MissingAuthenticationTokenException",
        ),
        (
            RawRequest::token_call().body("x").signed(),
            "SerializationException",
        ),
        (
            RawRequest::call("Nothing").signed(),
            "UnknownOperationException",
        ),
    ] {
        let entry = rejected(&request).await;
        assert_eq!((entry.error, entry.operation), (Some(error), None));
        assert!(entry.caller.is_none() && entry.input.is_none());
    }
}

#[tokio::test]
async fn an_unauthenticated_call_is_recorded_without_its_input() {
    let call = RawRequest::token_call();
    for (request, error) in [
        (call.clone(), "MissingAuthenticationTokenException"),
        (call.clone().authorized("X"), "IncompleteSignatureException"),
        (call.signed().body("{ }"), "InvalidSignatureException"),
    ] {
        let entry = rejected(&request).await;
        let operation = Some("GetAuthorizationToken");
        assert_eq!((entry.error, entry.operation), (Some(error), operation));
        assert!(entry.caller.is_none() && entry.input.is_none());
    }
}

#[tokio::test]
async fn a_call_with_an_invalid_input_is_recorded_with_the_input() {
    for (input, error) in [
        (r#"{"registryIds":7}"#, "SerializationException"),
        (r#"{"registryIds":["7"]}"#, "InvalidParameterException"),
    ] {
        let call = RawRequest::token_call().body(input).signed();
        let entry = rejected(&call).await;
        let operation = Some("GetAuthorizationToken");
        assert_eq!((entry.error, entry.operation), (Some(error), operation));
        assert_eq!(entry.input.as_deref(), Some(input));
        assert!(entry.caller.is_some());
    }
}

/// Sends a request that must be rejected, and returns its entry in the request log, which must match the response.
async fn rejected(request: &RawRequest) -> ReceivedRequest {
    let ecr = frozen_mock().await;
    let response = request.to(&ecr).await;
    let requests = ecr.requests();
    let entry = requests.last().unwrap();
    assert!(response.body.contains(entry.error.unwrap()), "{response:?}");
    assert_eq!(entry.status, response.status(), "{response:?}");
    let request_id = response.header("X-Amzn-Requestid");
    assert_eq!(entry.request_id.as_deref(), Some(request_id));
    assert_eq!((entry.token, &entry.token_error), (None, &None));
    entry.clone()
}

#[tokio::test]
async fn a_denied_call_is_recorded_with_its_caller() {
    let principal = Principal::example(AccountId::EXAMPLE, &Region::default()).deny(["ecr:*"]);
    let builder = MockEcr::builder().frozen().principal(principal.clone());
    let ecr = builder.start().await.unwrap();
    let call = RawRequest::token_call().signed_by(&Signer::new(&principal));
    call.to(&ecr).await;
    let denied = ecr.requests().error("AccessDeniedException");
    assert_eq!(denied.caller(&principal.arn).count(), 1);
}

#[tokio::test]
async fn a_rejected_token_is_recorded_with_its_error() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    let request = RawRequest::ping("GET").with_token(&token);
    let west = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
    request.clone().on_host(west).to(&ecr).await;
    ecr.revoke(Revocation::Token(token.id())).unwrap();
    request.to(&ecr).await;
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    request.to(&ecr).await;
    RawRequest::ping("GET")
        .authorized("Basic QVdTOg==")
        .to(&ecr)
        .await;
    RawRequest::ping("GET").to(&ecr).await;

    let since = ecr.clock().now();
    let found: Vec<_> = ecr
        .requests()
        .iter()
        .map(|entry| {
            assert!(entry.caller.is_none(), "{entry:?}");
            let status = entry.status.as_u16();
            let error = entry.error.unwrap();
            (status, error, entry.token, entry.token_error.clone())
        })
        .collect();
    let presented = Some(token.id());
    let wrong_region = TokenError::WrongRegion {
        token: Region::default(),
        registry: "us-west-2".parse().unwrap(),
    };
    let revoked = TokenError::Revoked { id: token.id() };
    let malformed = TokenError::Malformed("its content is not a JSON object with a payload");
    assert_eq!(
        found,
        [
            (401, "UNAUTHORIZED", presented, Some(wrong_region)),
            (403, "DENIED", presented, Some(revoked)),
            (
                403,
                "DENIED",
                presented,
                Some(TokenError::Expired { since })
            ),
            (400, "DENIED", None, Some(malformed)),
            (401, "UNAUTHORIZED", None, None),
        ]
    );
}

#[tokio::test]
async fn a_request_for_an_unknown_service_is_recorded() {
    let ecr = frozen_mock().await;
    let response = RawRequest::new("GET", "/favicon.ico").to(&ecr).await;
    assert_eq!(response.status(), 404);
    let unknown = ecr.requests().service(Service::Unknown).status(404);
    assert_eq!(unknown.last().unwrap().target, "/favicon.ico");
}

#[tokio::test]
async fn requests_are_recorded_at_the_mock_s_time() {
    let ecr = frozen_mock().await;
    RawRequest::ping("GET").to(&ecr).await;
    ecr.clock().advance(Duration::from_millis(7));
    RawRequest::ping("GET").to(&ecr).await;
    let received: Vec<_> = ecr.requests().iter().map(|x| x.received).collect();
    assert_eq!(received, [now(), now() + Duration::from_millis(7)]);
}

#[tokio::test]
async fn requests_are_filtered() {
    let ecr = frozen_mock().await;
    let token = ecr.issue_token();
    RawRequest::token_call().signed().to(&ecr).await;
    RawRequest::token_call().to(&ecr).await;
    RawRequest::ping("GET").with_token(&token).to(&ecr).await;
    RawRequest::ping("GET").to(&ecr).await;

    let requests = ecr.requests();
    let developer = &ecr.config().default_principal().arn;
    let count = |requests: mock_ecr::request_log::Requests| requests.count();
    let all = || requests.clone();
    assert_eq!(count(all()), 4);
    assert_eq!(count(all().operation("GetAuthorizationToken")), 2);
    assert_eq!(count(all().operation("PutImage")), 0);
    assert_eq!(count(all().service(Service::Registry)), 2);
    assert_eq!(count(all().service(Service::Registry).status(401)), 1);
    assert_eq!(count(all().service(Service::Ecr)), 2);
    assert_eq!(count(all().error("UNAUTHORIZED")), 1);
    assert_eq!(count(all().caller(developer)), 2);
    assert_eq!(count(all().token(token.id())), 2);
    assert_eq!(count(all().matching(|entry| entry.method == "POST")), 2);
    assert_eq!(all().forgotten(), 0);
    assert_eq!(all().last().unwrap().status, 401);

    ecr.clear_requests();
    assert_eq!(count(ecr.requests()), 0);
    assert_eq!(count(requests), 4);
}

#[tokio::test]
async fn long_texts_are_truncated() {
    let ecr = frozen_mock().await;
    let long = "x".repeat(8_000);
    let request = RawRequest::ping("GET").at(&format!("/v2/{long}"));
    request.with("User-Agent", &long).to(&ecr).await;
    let more = format!(r#"{{"more":"{long}"}}"#);
    let call = RawRequest::token_call().body(more).signed();
    call.to(&ecr).await;

    let requests = ecr.requests();
    let mut entries = requests.iter();
    let request = entries.next().unwrap();
    assert_eq!(
        (request.user_agent.len(), request.target.len()),
        (1024, 1024)
    );
    let call = entries.next().unwrap();
    assert_eq!(call.input.as_ref().unwrap().len(), 4096);
}

#[tokio::test]
async fn the_text_of_an_error_is_recorded() {
    let ping = RawRequest::ping("GET");
    let expired = "Credential=s3cr3t/20151129/us-east-1/ecr, SignedHeaders=host, Signature=x";
    let expired = RawRequest::token_call().authorized(&format!("AWS4-HMAC-SHA256 {expired}"));
    for (request, message) in [
        (ping.clone(), Some("Not Authorized")),
        (
            ping.authorized("Basic QVdTOng="),
            Some("Your Authorization Token is invalid."),
        ),
        (
            RawRequest::token_call(),
            Some("Missing Authentication Token"),
        ),
        (RawRequest::token_call().signed().body("[]"), None),
        (
            expired.with("X-Amz-Date", "20151129T213053Z"),
            Some(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'REDACTED'",
            ),
        ),
        (
            RawRequest::new("GET", "/_mock/tokens?limit=x"),
            Some("invalid value \"x\": expected a number of 0 or more, in decimal digits"),
        ),
        (
            RawRequest::new("GET", "http://example.com/"),
            Some(
                "mock-ecr: example.com is not a host of ECR; requests to other hosts are rejected",
            ),
        ),
    ] {
        let ecr = frozen_mock().await;
        request.to(&ecr).await;
        let requests = ecr.requests();
        let all = requests.service(Service::Control);
        let entry = ecr.requests().last().or(all.last()).unwrap().clone();
        assert_eq!(entry.message.as_deref(), message, "{request:?}");
    }
}
