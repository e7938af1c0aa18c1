//! `/_mock/requests/wait` and `/_mock/requests/stream`.

use crate::control::event_reader::EventReader;
use crate::control::{assert_rejected, control_request, fetch_json};
use crate::raw::{RawRequest, frozen_mock};
use crate::response::Response;

#[tokio::test]
async fn a_wait_returns_when_enough_requests_were_received() {
    let ecr = frozen_mock().await;
    RawRequest::ping("GET").to(&ecr).await;
    let wait = control_request("GET", "requests/wait?status=401&count=2&timeout=10m");
    let (body, _) = tokio::join!(fetch_json(&wait, &ecr), async {
        RawRequest::new("GET", "/favicon.ico").to(&ecr).await;
        RawRequest::ping("HEAD").to(&ecr).await
    });
    assert_eq!(body["matched"], 2);
    assert_eq!(body["requests"][1]["method"], "HEAD");
}

#[tokio::test]
async fn a_wait_times_out_with_an_error() {
    let wait = control_request("GET", "requests/wait?timeout=1ms");
    let text = "received 0 of 1 expected requests within 1ms";
    assert_rejected(&wait.response().await, 504, "WAIT_TIMEOUT", None, text);
    let long = control_request("GET", "requests/wait?timeout=11m")
        .response()
        .await;
    assert_rejected(&long, 400, "BAD_QUERY", Some("timeout"), "at most 10m");
}

#[tokio::test]
async fn stopping_the_mock_ends_a_wait() {
    let ecr = frozen_mock().await;
    // Both requests are in one packet: when the first response is here, the mock has read the second request.
    let wait = control_request("GET", "requests/wait?count=9&timeout=10m");
    let both = [RawRequest::ping("GET").bytes(), wait.bytes()].concat();
    let mut waiting = EventReader::send(&ecr, &both).await;
    waiting.read_until("HTTP/1.1 401").await;
    let rest = waiting.rest_while_stopping(ecr).await;
    let start = rest
        .find("HTTP/1.1 503")
        .unwrap_or_else(|| panic!("{rest}"));
    let response = Response::parse(&rest.as_bytes()[start..]);
    assert_rejected(&response, 503, "STOPPING", None, "the mock is stopping");
}

#[tokio::test]
async fn a_stream_sends_an_event_for_each_request() {
    let ecr = frozen_mock().await;
    RawRequest::ping("GET").to(&ecr).await;
    let mut stream = EventReader::open(
        &ecr,
        &control_request("GET", "requests/stream?service=registry"),
    )
    .await;
    RawRequest::token_call().signed().to(&ecr).await;
    RawRequest::ping("HEAD").to(&ecr).await;
    let (first, entry) = stream.next_event().await;
    assert_eq!(
        (&entry["method"], &entry["status"]),
        (&"HEAD".into(), &401.into())
    );
    ecr.clear_requests();
    RawRequest::ping("GET").to(&ecr).await;
    let (second, entry) = stream.next_event().await;
    assert_eq!(entry["method"], "GET");
    assert_eq!(
        second,
        first + 1,
        "clearing the request log does not reset the event IDs"
    );
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event() {
    let ecr = frozen_mock().await;
    let mut stream = EventReader::open(&ecr, &control_request("GET", "requests/stream")).await;
    RawRequest::ping("GET").to(&ecr).await;
    let (id, _) = stream.next_event().await;
    drop(stream);
    RawRequest::ping("HEAD").to(&ecr).await;
    let again = control_request("GET", "requests/stream").with("Last-Event-ID", &id.to_string());
    let mut stream = EventReader::open(&ecr, &again).await;
    let (_, entry) = stream.next_event().await;
    assert_eq!(entry["method"], "HEAD");

    let wrong = control_request("GET", "requests/stream").with("Last-Event-ID", "x");
    assert_rejected(
        &wrong.to(&ecr).await,
        400,
        "BAD_HEADER",
        None,
        "the ID of an event",
    );
}

#[tokio::test]
async fn a_stream_reports_missed_requests() {
    let ecr = frozen_mock().await;
    RawRequest::ping("GET").to(&ecr).await;
    RawRequest::ping("GET").to(&ecr).await;
    ecr.clear_requests();
    let late = control_request("GET", "requests/stream").with("Last-Event-ID", "0");
    let mut stream = EventReader::open(&ecr, &late).await;
    let missed = stream.read_until("}\n\n").await;
    assert!(
        missed.contains("event: missed\ndata: {\"missed\":1}\n\n"),
        "{missed}"
    );
}

#[tokio::test]
async fn stopping_the_mock_ends_a_stream_with_the_last_chunk() {
    let ecr = frozen_mock().await;
    let stream = EventReader::open(&ecr, &control_request("GET", "requests/stream")).await;
    // The last chunk, which a truncated body does not have.
    let rest = stream.rest_while_stopping(ecr).await;
    assert_eq!(rest.trim_start(), "0\r\n\r\n");
}
