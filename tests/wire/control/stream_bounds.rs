//! The bounds of `/_mock/events`: the number of changes of the clock that are stored, and the number of streams.

use std::time::Duration;

use crate::control::event_reader::EventReader;
use crate::control::{assert_rejected, control_request};
use crate::raw::frozen_mock;
use mock_ecr::MockEcr;

async fn open(ecr: &MockEcr) -> EventReader {
    let mut reader = EventReader::send(ecr, &control_request("GET", "events").bytes()).await;
    reader.read_until("\r\n\r\n").await;
    reader.next_of("hello").await;
    reader
}

/// Changes the clock a number of times. The mock cannot send an event in the meantime: it runs on the thread of the test.
fn change_clock(ecr: &MockEcr, times: usize) {
    for _ in 0..times {
        ecr.clock().advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_thousand_changes_of_the_clock_are_sent() {
    let ecr = frozen_mock().await;
    let mut events = open(&ecr).await;
    change_clock(&ecr, 1000);
    for _ in 1..1000 {
        events.next_of("clock").await;
    }
    let last = events.next_of("clock").await;
    assert_eq!(last["now"], ecr.clock().now().to_string());
}

/// The client has to begin again: it would not know which changes are missing.
#[tokio::test]
async fn a_stream_ends_if_a_change_of_the_clock_was_discarded() {
    let ecr = frozen_mock().await;
    let events = open(&ecr).await;
    change_clock(&ecr, 1001);
    let rest = events.rest().await;
    assert!(!rest.contains("event: "), "{rest}");
    let mut again = open(&ecr).await;
    change_clock(&ecr, 1);
    again.next_of("clock").await;
}

#[tokio::test]
async fn sixty_four_streams_are_open_at_the_same_time_by_default() {
    let ecr = frozen_mock().await;
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(open(&ecr).await);
    }
    let rejected = control_request("GET", "events").to(&ecr).await;
    assert_rejected(&rejected, 503, "LIMIT_REACHED", None, "limits.streams");
    change_clock(&ecr, 1);
    for stream in &mut streams {
        stream.next_of("clock").await;
    }
}
