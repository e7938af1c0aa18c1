//! The door, and the date.

use std::time::Duration;

use mock_ecr::MockEcr;

use super::{set, token_call, with};
use crate::answer::Answer;
use crate::raw::{RawRequest, frozen};

/// Knocks with a token whose time is over.
async fn late(what: &str, method: &'static str) -> Answer {
    let ecr = with(&format!("action = {{ expired = '{what}' }}")).await;
    let token = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    RawRequest::ping(method).bearing(&token).to(&ecr).await
}

#[tokio::test]
async fn an_expired_token_is_rejected_as_one_likes() {
    let text = "Your authorization token has expired. Reauthenticate and try again.";
    let forbidden = late("forbidden", "GET").await;
    assert_eq!(forbidden.status(), 403);
    assert!(forbidden.body.contains(text));

    let challenge = late("challenge", "GET").await;
    assert_eq!(challenge.status(), 401);
    let basic = "Basic realm=\"https://123456789012.dkr.ecr.us-east-1.amazonaws.com/\",service=\"ecr.amazonaws.com\"";
    assert_eq!(challenge.header("www-authenticate"), basic);

    // Source of the status: aws/containers-roadmap#2835.
    let bad_request = late("bad_request", "GET").await;
    assert_eq!(bad_request.status(), 400);
    assert!(bad_request.body.contains(text));
    let head = late("bad_request", "HEAD").await;
    assert_eq!((head.status(), head.body.as_str()), (400, ""));
}

#[tokio::test]
async fn a_token_that_lives_is_let_in_all_the_same() {
    let ecr = with("action = { expired = 'challenge' }").await;
    let ping = RawRequest::ping("GET").bearing(&ecr.issue_token());
    assert_eq!(ping.to(&ecr).await.status(), 200);
    let stranger = RawRequest::ping("GET").authorized("Basic QVdTOng=");
    assert_eq!(stranger.to(&ecr).await.status(), 400);
}

#[tokio::test]
async fn a_token_that_lives_is_rejected_as_if_it_were_expired_so_many_times() {
    for (form, status) in [("forbidden", 403), ("challenge", 401), ("bad_request", 400)] {
        let expected = late(form, "GET").await;
        let fault = format!("match = {{ times = 2 }}\naction = {{ expired_early = '{form}' }}");
        let ecr = with(&fault).await;
        let ping = RawRequest::ping("GET").bearing(&ecr.issue_token());
        let answers = [
            ping.to(&ecr).await,
            ping.to(&ecr).await,
            ping.to(&ecr).await,
        ];
        assert_eq!(
            answers.each_ref().map(Answer::status),
            [status, status, 200]
        );
        assert_eq!(answers[0].body, expected.body, "{form}");
        assert_eq!(
            answers[0].has("www-authenticate"),
            expected.has("www-authenticate")
        );
        let rejected = ecr.requests().status(status);
        assert_eq!(rejected.count(), 2);
        for entry in rejected.iter() {
            assert_eq!(entry.token, Some(ecr.issue_token().id()));
            assert!(entry.bearer.is_some() && entry.error.is_some());
        }
    }
}

#[tokio::test]
async fn only_a_token_that_opens_the_registry_ends_early() {
    let ecr = with("action = { expired_early = 'bad_request' }").await;
    let dead = ecr.issue_token();
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let elsewhere = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    for (request, status) in [
        (RawRequest::ping("GET"), 401),
        (RawRequest::ping("GET").authorized("Basic QVdTOng="), 400),
        (RawRequest::ping("GET").bearing(&dead), 403),
        (
            RawRequest::ping("GET")
                .bearing(&ecr.issue_token())
                .on_host(elsewhere),
            401,
        ),
    ] {
        assert_eq!(request.to(&ecr).await.status(), status);
    }
    let [fault] = &ecr.faults().list()[..] else {
        panic!("there is one")
    };
    assert_eq!((fault.matched, fault.triggered), (0, 0));
}

#[tokio::test]
async fn a_request_with_a_token_that_ends_early_does_nothing() {
    let ecr = MockEcr::builder()
        .frozen()
        .repository("app")
        .start()
        .await
        .unwrap();
    set(
        &ecr,
        "match = { times = 1 }\naction = { expired_early = 'forbidden' }",
    );
    let manifest = format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[]}}"#);
    let path = "/v2/app/manifests/1";
    let push = RawRequest::new("PUT", path)
        .with("Content-Type", INDEX)
        .body(manifest);
    let pull = RawRequest::new("GET", path).bearing(&ecr.issue_token());
    let push = push.bearing(&ecr.issue_token());
    assert_eq!(push.to(&ecr).await.status(), 403);
    assert_eq!(pull.to(&ecr).await.status(), 404);
    assert_eq!(push.to(&ecr).await.status(), 201);
    assert_eq!(pull.to(&ecr).await.status(), 200);
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

#[tokio::test]
async fn the_date_is_off_by_so_much() {
    let ecr = frozen().await;
    set(
        &ecr,
        "match = { service = 'ecr' }\naction = { date = '-20m' }",
    );
    let answer = token_call(&ecr).await;
    assert_eq!(answer.header("date"), "Sun, 29 Nov 2015 21:10:53 GMT");
    set(&ecr, "action = { date = '+1h' }");
    let answer = token_call(&ecr).await;
    assert_eq!(answer.header("date"), "Sun, 29 Nov 2015 22:10:53 GMT");
}

#[tokio::test]
async fn a_signature_is_too_old_by_a_date_that_is_right_or_wrong() {
    let text = "Signature expired: 20151129T213053Z is now earlier than 20151129T215053Z (20151129T220553Z - 15 min.)";
    let fault = format!(
        "action = {{ error = {{ code = 'InvalidSignatureException', message = '{text}' }} }}"
    );
    let ecr = with(&fault).await;
    let answer = token_call(&ecr).await;
    answer.is_error("InvalidSignatureException", text);
    set(&ecr, "action = { date = '+35m' }");
    let answer = token_call(&ecr).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.header("date"), "Sun, 29 Nov 2015 22:05:53 GMT");
}
