//! Clients of `/_mock/requests` that read slowly or not at all.

use http_body_util::BodyExt as _;
use serde_json::Value;

use crate::bounds::{LONG, fill_request_log, limited};
use crate::http2::Http2;
use crate::raw::{RawRequest, frozen_mock};

const STREAM: &str = "/_mock/requests/stream";

async fn text(response: http::Response<hyper::body::Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.into()).unwrap()
}

#[tokio::test]
async fn a_stream_beyond_the_limit_is_rejected() {
    let ecr = limited("streams = 1").await;
    let stream = RawRequest::new("GET", STREAM);
    let mut http2 = Http2::connect(&ecr).await;
    let open = http2.open(&stream).await;
    assert_eq!(open.status(), 200);
    let rejected = stream.to(&ecr).await;
    assert_eq!(rejected.status(), 503);
    let error = "the mock has the maximum number of streams, 1: repeat the request later, or increase limits.streams";
    assert!(rejected.body.contains(error), "{}", rejected.body);
    drop(open);
    while http2.open(&stream).await.status() == 503 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stream_that_falls_behind_reports_the_missed_requests() {
    let ecr = frozen_mock().await;
    fill_request_log(&ecr, 400).await;
    let mut http2 = Http2::with_small_window(&ecr).await;
    let from_start = RawRequest::new("GET", STREAM).with("Last-Event-ID", "0");
    let mut stream = http2.open(&from_start).await.into_body();
    // The mock has sent as much as the client allows.
    RawRequest::ping("GET").to(&ecr).await;
    ecr.clear_requests();
    let mut received = Vec::new();
    let missed = loop {
        let frame = stream.frame().await.unwrap().unwrap();
        received.extend(frame.into_data().unwrap());
        let text = String::from_utf8_lossy(&received);
        if let Some((_, rest)) = text.split_once("event: missed\ndata: ")
            && let Some((json, _)) = rest.split_once("\n\n")
        {
            break serde_json::from_str::<Value>(json).unwrap()["missed"].clone();
        }
    };
    let events = String::from_utf8_lossy(&received).matches("\nid: ").count();
    let missed = usize::try_from(missed.as_u64().unwrap()).unwrap();
    // The first request was skipped. The request after that for the stream was discarded too.
    assert_eq!(events + missed, 400);
    assert!(missed > 300, "{missed}");
}

#[tokio::test]
async fn a_long_list_is_complete() {
    let ecr = frozen_mock().await;
    let mut http2 = Http2::connect(&ecr).await;
    for count in [1, 50, 700] {
        ecr.clear_requests();
        fill_request_log(&ecr, count).await;
        let list = http2.open(&RawRequest::new("GET", "/_mock/requests")).await;
        let list: Value = serde_json::from_str(&text(list).await).unwrap();
        assert_eq!(list["matched"], count);
        assert_eq!(list["requests"].as_array().unwrap().len(), count);
        let archive = RawRequest::new("GET", "/_mock/requests.har?limit=600");
        let archive: Value = serde_json::from_str(&text(http2.open(&archive).await).await).unwrap();
        let entries = archive["log"]["entries"].as_array().unwrap();
        assert_eq!(entries.len(), count.min(600));
        assert_eq!(archive["log"]["version"], "1.2");
    }
}

#[tokio::test]
async fn a_wait_counts_requests_again_that_were_discarded() {
    let ecr = frozen_mock().await;
    fill_request_log(&ecr, 2).await;
    let waiting = ecr.requests().status(401).wait(3, LONG);
    let (waited, ()) = tokio::join!(waiting, async {
        ecr.clear_requests();
        for _ in 0..3 {
            RawRequest::ping("GET").to(&ecr).await;
        }
    });
    assert_eq!(waited.unwrap().count(), 3);
}
