//! `ecr kubelet-credential-provider`, which implements the kubelet's protocol v1.

use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::fault::{BodyFault, ExpiresAt, FaultAction, Shift, TokenFault};
use serde_json::{Value, json};

use crate::command::Outcome;
use crate::environment::{HOST, Home, calls, mock};

const VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";

async fn run(home: &Home, request: &str) -> Outcome {
    home.ecr(&["kubelet-credential-provider"], request).await
}

fn request_for(image: &str) -> String {
    let kind = "CredentialProviderRequest";
    json!({ "kind": kind, "apiVersion": VERSION, "image": image }).to_string()
}

async fn response_with_fault(action: Option<FaultAction>) -> (MockEcr, Value) {
    let ecr = mock().await;
    if let Some(action) = action {
        ecr.faults().action(action).set().unwrap();
    }
    let outcome = run(&Home::for_mock(&ecr), &request_for(&format!("{HOST}/app"))).await;
    let response = serde_json::from_str(outcome.success()).unwrap();
    (ecr, response)
}

/// Asserts exit code 1, an empty stdout, and one line on stderr that contains `part`.
#[track_caller]
fn assert_error(outcome: &Outcome, part: &str) {
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (1, ""),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(outcome.stderr.contains(part), "{part:?} in {outcome:?}");
}

#[tokio::test]
async fn the_response_has_exactly_the_members_of_the_protocol() {
    let (ecr, response) = response_with_fault(None).await;
    let password = response["auth"][HOST]["password"].as_str().unwrap();
    assert!(ecr.verify_token(password).is_ok());
    let duration = &response["cacheDuration"];
    let expected = json!({
        "kind": "CredentialProviderResponse",
        "apiVersion": VERSION,
        "cacheKeyType": "Registry",
        "cacheDuration": duration,
        "auth": { HOST: { "username": "AWS", "password": password } },
    });
    assert_eq!(response, expected);
    // Twelve hours, less the time since the token was issued, less the margin of a tenth.
    let duration = duration.as_str().unwrap();
    assert!(
        duration.starts_with("10h47m") || duration == "10h48m0s",
        "{duration}"
    );
}

#[tokio::test]
async fn the_cache_duration_is_always_present_and_shorter_than_the_ttl() {
    let four_minutes = Shift::after(Duration::from_secs(240));
    let (_ecr, response) =
        response_with_fault(Some(FaultAction::ExpiresAt(ExpiresAt::In(four_minutes)))).await;
    let duration = response["cacheDuration"].as_str().unwrap();
    assert!(
        duration.starts_with("1m5") || duration == "2m0s",
        "{duration}"
    );
    for expires_at in [ExpiresAt::Past, ExpiresAt::Missing, ExpiresAt::Null] {
        let (_ecr, response) = response_with_fault(Some(FaultAction::ExpiresAt(expires_at))).await;
        assert_eq!(response["cacheDuration"], "0s");
    }
    for expires_at in [ExpiresAt::Far, ExpiresAt::Milliseconds] {
        let (_ecr, response) = response_with_fault(Some(FaultAction::ExpiresAt(expires_at))).await;
        let duration = response["cacheDuration"].as_str().unwrap();
        assert!(duration.starts_with("10h4"), "{duration}");
    }
}

#[tokio::test]
async fn the_image_determines_region_and_port() {
    let ecr = mock().await;
    let host = format!("{}:5000", HOST.replace("us-east-1", "eu-west-1"));
    let outcome = run(&Home::for_mock(&ecr), &request_for(&format!("{host}/app"))).await;
    let response: Value = serde_json::from_str(outcome.success()).unwrap();
    assert_eq!(response["auth"][&host]["username"], "AWS");
    let requests = ecr.requests();
    let caller = requests.last().unwrap().caller.clone().unwrap();
    assert_eq!(caller.region().as_str(), "eu-west-1");
}

#[tokio::test]
async fn images_of_one_registry_share_a_token() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    for image in ["one", "two/three"] {
        let outcome = run(&home, &request_for(&format!("{HOST}/{image}"))).await;
        outcome.success();
    }
    assert_eq!(calls(&ecr), 1);
}

#[tokio::test]
async fn an_invalid_request_is_rejected_without_aws_credentials() {
    let home = Home::without_aws();
    let v1 = request_for(HOST);
    for (request, part) in [
        (String::new(), "not valid JSON"),
        ("{".to_owned(), "not valid JSON"),
        ("{}".to_owned(), "CredentialProviderRequest"),
        (v1.replace("/v1\"", "/v1beta1\""), "v1beta1"),
        (
            v1.replace("ProviderRequest", "ProviderResponse"),
            "CredentialProviderResponse",
        ),
        (request_for(""), "expected a private registry"),
        (request_for("alpine"), "expected a private registry"),
        (
            request_for(&format!("{HOST}.evil.test/app")),
            "expected a private registry",
        ),
    ] {
        assert_error(&run(&home, &request).await, part);
    }
    let words = ["kubelet-credential-provider", "get"];
    assert_error(&home.ecr(&words, &v1).await, "only global options");
}

#[tokio::test]
async fn an_error_prints_no_response() {
    for (action, part) in [
        (FaultAction::Body(BodyFault::Html), "not valid JSON"),
        (FaultAction::Token(TokenFault::NoColon), "not USER:PASSWORD"),
    ] {
        let ecr = mock().await;
        ecr.faults().action(action).set().unwrap();
        assert_error(&run(&Home::for_mock(&ecr), &request_for(HOST)).await, part);
    }
    let ecr = mock().await;
    ecr.faults().error("AccessDeniedException").set().unwrap();
    let outcome = run(&Home::for_mock(&ecr), &request_for(HOST)).await;
    assert_error(&outcome, "AccessDeniedException");
}
