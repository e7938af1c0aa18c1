//! `ecr kubelet-credential-provider`, by the kubelet's protocol v1.

use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::fault::{BodyFault, ExpiresAt, FaultAction, Shift, TokenFault};
use serde_json::{Value, json};

use crate::asked::{HOST, Home, calls, mock};
use crate::command::Outcome;

const VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";

async fn ask(home: &Home, request: &str) -> Outcome {
    home.ecr(&["kubelet-credential-provider"], request).await
}

fn request_for(image: &str) -> String {
    let kind = "CredentialProviderRequest";
    json!({ "kind": kind, "apiVersion": VERSION, "image": image }).to_string()
}

async fn response_under(what: Option<FaultAction>) -> (MockEcr, Value) {
    let ecr = mock().await;
    if let Some(what) = what {
        ecr.faults().action(what).set().unwrap().keep();
    }
    let outcome = ask(&Home::at(&ecr), &request_for(&format!("{HOST}/app"))).await;
    let response = serde_json::from_str(outcome.printed()).unwrap();
    (ecr, response)
}

/// Failed with nothing on stdout and this in the one line on stderr.
#[track_caller]
fn complained(outcome: &Outcome, part: &str) {
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (1, ""),
        "{outcome:?}"
    );
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(outcome.stderr.contains(part), "{part:?} in {outcome:?}");
}

#[tokio::test]
async fn the_response_has_the_members_that_the_kubelet_knows_and_no_others() {
    let (ecr, response) = response_under(None).await;
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
    // Of twelve hours, less the moments since the token was issued, a tenth is kept back.
    let duration = duration.as_str().unwrap();
    assert!(
        duration.starts_with("10h47m") || duration == "10h48m0s",
        "{duration}"
    );
}

#[tokio::test]
async fn no_duration_outlives_the_token_and_none_is_left_out() {
    let four_minutes = Shift::after(Duration::from_secs(240));
    let (_ecr, response) =
        response_under(Some(FaultAction::ExpiresAt(ExpiresAt::In(four_minutes)))).await;
    let duration = response["cacheDuration"].as_str().unwrap();
    assert!(
        duration.starts_with("1m5") || duration == "2m0s",
        "{duration}"
    );
    for absurd in [ExpiresAt::Past, ExpiresAt::Missing, ExpiresAt::Null] {
        let (_ecr, response) = response_under(Some(FaultAction::ExpiresAt(absurd))).await;
        assert_eq!(response["cacheDuration"], "0s");
    }
    for absurd in [ExpiresAt::Far, ExpiresAt::Milliseconds] {
        let (_ecr, response) = response_under(Some(FaultAction::ExpiresAt(absurd))).await;
        let duration = response["cacheDuration"].as_str().unwrap();
        assert!(duration.starts_with("10h4"), "{duration}");
    }
}

#[tokio::test]
async fn region_and_port_are_those_of_the_image() {
    let ecr = mock().await;
    let host = format!("{}:5000", HOST.replace("us-east-1", "eu-west-1"));
    let outcome = ask(&Home::at(&ecr), &request_for(&format!("{host}/app"))).await;
    let response: Value = serde_json::from_str(outcome.printed()).unwrap();
    assert_eq!(response["auth"][&host]["username"], "AWS");
    let requests = ecr.requests();
    let caller = requests.last().unwrap().caller.clone().unwrap();
    assert_eq!(caller.region().as_str(), "eu-west-1");
}

#[tokio::test]
async fn images_of_one_registry_share_a_token() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    for image in ["one", "two/three"] {
        let outcome = ask(&home, &request_for(&format!("{HOST}/{image}"))).await;
        outcome.printed();
    }
    assert_eq!(calls(&ecr), 1);
}

#[tokio::test]
async fn a_request_that_is_none_is_refused_without_a_look_at_aws() {
    let home = Home::without_aws();
    let v1 = request_for(HOST);
    for (request, part) in [
        (String::new(), "no JSON"),
        ("{".to_owned(), "no JSON"),
        ("{}".to_owned(), "CredentialProviderRequest"),
        (v1.replace("/v1\"", "/v1beta1\""), "v1beta1"),
        (
            v1.replace("ProviderRequest", "ProviderResponse"),
            "CredentialProviderResponse",
        ),
        (request_for(""), "no private registry"),
        (request_for("alpine"), "no private registry"),
        (
            request_for(&format!("{HOST}.evil.test/app")),
            "no private registry",
        ),
    ] {
        complained(&ask(&home, &request).await, part);
    }
    let words = ["kubelet-credential-provider", "get"];
    complained(&home.ecr(&words, &v1).await, "no arguments");
}

#[tokio::test]
async fn a_failure_prints_no_response() {
    for (what, part) in [
        (FaultAction::Body(BodyFault::Html), "no JSON"),
        (FaultAction::Token(TokenFault::NoColon), "no USER:PASSWORD"),
    ] {
        let ecr = mock().await;
        let _fault = ecr.faults().action(what).set().unwrap();
        complained(&ask(&Home::at(&ecr), &request_for(HOST)).await, part);
    }
    let ecr = mock().await;
    let _denied = ecr.faults().error("AccessDeniedException").set().unwrap();
    let outcome = ask(&Home::at(&ecr), &request_for(HOST)).await;
    complained(&outcome, "AccessDeniedException");
}
