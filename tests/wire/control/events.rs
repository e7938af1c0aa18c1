//! `/_mock/events`.

use std::time::Duration;

use mock_ecr::repository::Image;
use mock_ecr::{MockEcr, Preserve};
use serde_json::{Value, json};

use crate::control::event_reader::EventReader;
use crate::control::{assert_rejected, control_request, fetch_json, post};
use crate::raw::{RawRequest, frozen_mock};

/// Opens a stream and returns it with the data of its first event.
async fn open(ecr: &MockEcr, query: &str) -> (EventReader, Value) {
    let request = control_request("GET", &format!("events{query}"));
    let mut reader = EventReader::send(ecr, &request.bytes()).await;
    let head = reader.read_until("\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains("Content-Type: text/event-stream\r\n"),
        "{head}"
    );
    let hello = reader.next_of("hello").await;
    (reader, hello)
}

async fn ping(ecr: &MockEcr) {
    RawRequest::ping("GET").to(ecr).await;
}

#[tokio::test]
async fn the_first_event_describes_the_mock() {
    let ecr = frozen_mock().await;
    ping(&ecr).await;
    let (_, hello) = open(&ecr, "").await;
    assert_eq!(hello["version"], env!("CARGO_PKG_VERSION"));
    let instance = hello["instance"].as_str().unwrap();
    assert!(instance.len() == 16 && instance.bytes().all(|c| c.is_ascii_hexdigit()));
    let numbers = json!([hello["first"], hello["next"], hello["limit"]]);
    assert_eq!(numbers, json!([0, 1, 10000]));
    let clock = json!({ "now": "2015-11-29T21:30:53.241Z", "state": "frozen" });
    assert_eq!(hello["clock"], clock);
    for part in ["tokens", "faults", "repositories", "configuration"] {
        assert!(hello["revisions"][part].is_u64(), "{hello}");
    }
    let list = fetch_json(&control_request("GET", "requests"), &ecr).await;
    assert_eq!(list["instance"], instance);
    assert_eq!(json!([list["first"], list["next"]]), json!([0, 1]));
    let (_, other) = open(&frozen_mock().await, "").await;
    assert_ne!(other["instance"], instance);
}

#[tokio::test]
async fn requests_of_clients_and_changes_of_the_clock_are_in_order() {
    let ecr = frozen_mock().await;
    ping(&ecr).await;
    let (mut events, _) = open(&ecr, "?after=0").await;
    assert_eq!(events.next_of("request").await["number"], 0);
    fetch_json(&post("clock/advance", r#"{ "by": "12h" }"#), &ecr).await;
    let clock = events.next_of("clock").await;
    let expected =
        json!({ "now": "2015-11-30T09:30:53.241Z", "state": "frozen", "before_request": 1 });
    assert_eq!(clock, expected);
    ecr.clock().clone().advance(Duration::from_secs(1));
    ping(&ecr).await;
    assert_eq!(
        events.next_of("clock").await["now"],
        "2015-11-30T09:30:54.241Z"
    );
    let (id, request) = events.next_event().await;
    assert_eq!((id, &request["route"]), (1, &json!("ping")));
    ecr.clock().run();
    let clock = events.next_of("clock").await;
    assert_eq!(
        (&clock["state"], &clock["before_request"]),
        (&json!("running"), &json!(2))
    );
}

/// The stream starts with the next request if a client asks for one of an earlier process.
#[tokio::test]
async fn a_stream_can_begin_at_any_number() {
    let ecr = frozen_mock().await;
    for _ in 0..40 {
        ping(&ecr).await;
    }
    let (mut events, _) = open(&ecr, "?after=3").await;
    for number in 3..40 {
        assert_eq!(events.next_of("request").await["number"], number);
    }
    for query in ["", "?after=1000", "?after=18446744073709551615"] {
        let (mut events, hello) = open(&ecr, query).await;
        ping(&ecr).await;
        assert_eq!(
            events.next_of("request").await["number"],
            hello["next"],
            "{query}"
        );
    }
    let invalid = control_request("GET", "events?after=-1").to(&ecr).await;
    assert_rejected(
        &invalid,
        400,
        "BAD_QUERY",
        Some("after"),
        "expected a number of 0 or more",
    );
}

/// Returns the next numbers of changes that differ from those of `before` in one part only.
async fn changed(events: &mut EventReader, before: &Value, part: &str) -> Value {
    loop {
        let (name, after) = events.next_named().await;
        if name == "changed" && after[part] != before[part] {
            return after;
        }
        assert!(["changed", "request"].contains(&&*name), "{name}: {after}");
    }
}

#[tokio::test]
async fn changes_by_all_callers_are_announced() {
    let ecr = frozen_mock().await;
    let (mut events, hello) = open(&ecr, "").await;
    let mut before = hello["revisions"].clone();
    let token = ecr.issue_token();
    before = changed(&mut events, &before, "tokens").await;
    RawRequest::ping("GET").with_token(&token).to(&ecr).await;
    before = changed(&mut events, &before, "tokens").await;
    let revoked = post(
        "tokens/revoke",
        r#"{ "principal": "arn:aws:iam::123456789012:user/developer" }"#,
    );
    fetch_json(&revoked, &ecr).await;
    before = changed(&mut events, &before, "tokens").await;
    let fault = r#"{ "match": { "route": "ping" }, "action": { "error": "ServerException" } }"#;
    fetch_json(&post("faults", fault), &ecr).await;
    before = changed(&mut events, &before, "faults").await;
    ping(&ecr).await;
    before = changed(&mut events, &before, "faults").await;
    fetch_json(&control_request("DELETE", "faults"), &ecr).await;
    before = changed(&mut events, &before, "faults").await;
    let repository = ecr.repository("team/app");
    repository
        .push(Image::new().layer("a").tag("1"))
        .await
        .unwrap();
    changed(&mut events, &before, "repositories").await;
}

#[tokio::test]
async fn reading_changes_nothing() {
    let ecr = frozen_mock().await;
    let image = Image::new().layer("a").tag("1");
    ecr.repository("team/app").push(image).await.unwrap();
    ecr.issue_token();
    let (mut events, hello) = open(&ecr, "").await;
    for resource in [
        "repositories",
        "images",
        "tokens",
        "faults",
        "config",
        "requests",
        "clock",
    ] {
        fetch_json(&control_request("GET", resource), &ecr).await;
    }
    ecr.clock().advance(Duration::from_secs(1));
    events.next_of("clock").await;
    let (_, again) = open(&ecr, "").await;
    assert_eq!(again["revisions"], hello["revisions"]);
}

#[tokio::test]
async fn a_reset_and_a_cleared_log_are_visible() {
    let ecr = frozen_mock().await;
    ping(&ecr).await;
    let (mut events, _) = open(&ecr, "").await;
    ecr.clear_requests();
    assert_eq!(events.next_of("reset").await, json!({ "next": 1 }));
    ping(&ecr).await;
    assert_eq!(events.next_of("request").await["number"], 1);
    ecr.reset(Preserve::Nothing).await.unwrap();
    loop {
        match events.next_named().await {
            (name, data) if name == "reset" => break assert_eq!(data, json!({ "next": 2 })),
            (name, data) => assert_eq!(name, "changed", "{data}"),
        }
    }
    let (_, hello) = open(&ecr, "").await;
    assert_eq!(json!([hello["first"], hello["next"]]), json!([2, 2]));
}

#[tokio::test]
async fn a_client_that_begins_at_a_discarded_request_receives_the_number_of_missed_ones() {
    let ecr = MockEcr::builder()
        .frozen()
        .in_process()
        .start()
        .await
        .unwrap();
    let all = 10_003;
    for _ in 0..all {
        ping(&ecr).await;
    }
    let (mut events, hello) = open(&ecr, "?after=1").await;
    assert_eq!(hello["first"], 3);
    assert_eq!(events.next_of("missed").await, json!({ "count": 2 }));
    assert_eq!(events.next_of("request").await["number"], 3);
}

/// Requests and changes of the clock during the start of many streams: each is either in the first event or in a later one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_after_the_first_event() {
    let ecr = frozen_mock().await;
    for _ in 0..50 {
        let start = ecr.clock().now();
        let ((mut events, hello), ()) = tokio::join!(open(&ecr, ""), async {
            ecr.clock().advance(Duration::from_secs(1));
            ping(&ecr).await;
        });
        let (mut now, mut next) = (hello["clock"]["now"].clone(), hello["next"].as_u64());
        let end = json!((start + Duration::from_secs(1)).to_string());
        let requests = fetch_json(&control_request("GET", "requests?limit=0"), &ecr).await;
        while now != end || next != requests["next"].as_u64() {
            match events.next_named().await {
                (name, data) if name == "clock" => now = data["now"].clone(),
                (name, data) if name == "request" => next = data["number"].as_u64().map(|n| n + 1),
                (name, data) => panic!("{name}: {data}"),
            }
        }
    }
}

#[tokio::test]
async fn stopping_the_mock_ends_the_stream() {
    let ecr = frozen_mock().await;
    let (events, _) = open(&ecr, "").await;
    let rest = events.rest_while_stopping(ecr).await;
    assert!(rest.ends_with("0\r\n\r\n"), "{rest:?}");
}

#[tokio::test]
async fn the_number_of_streams_is_limited() {
    let mut config = mock_ecr::Config::default();
    config.limits.streams = 2;
    let ecr = MockEcr::from_config(config).start().await.unwrap();
    let (first, _) = open(&ecr, "").await;
    let (_second, _) = open(&ecr, "").await;
    let rejected = control_request("GET", "events").to(&ecr).await;
    assert_rejected(&rejected, 503, "LIMIT_REACHED", None, "limits.streams");
    let rejected = control_request("GET", "requests/stream").to(&ecr).await;
    assert_rejected(&rejected, 503, "LIMIT_REACHED", None, "limits.streams");
    drop(first);
}
