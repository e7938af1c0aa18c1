//! Random combinations of faults do not stop the mock, and its request log stays complete.

use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::fault::{
    AuthorizationData, BodyFault, CutPoint, EndpointFault, ExpiredAs, ExpiresAt, Fault,
    FaultAction, Latency, RequestMatcher, Shift, Throttle, TokenFault,
};
use mock_ecr::request_log::Service;
use proptest::prelude::*;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::ping;
use crate::http2::Http2;
use crate::raw::{RawRequest, frozen_mock};

fn cut_point() -> impl Strategy<Value = CutPoint> {
    prop_oneof![
        Just(CutPoint::BeforeHeaders),
        Just(CutPoint::AfterHeaders),
        (0..3000_u64).prop_map(CutPoint::AfterBytes),
    ]
}

fn error_action() -> impl Strategy<Value = FaultAction> {
    let codes = vec![
        "ThrottlingException",
        "ServerException",
        "BadGateway",
        "AccessDeniedException",
    ];
    prop::sample::select(codes).prop_map(|code| {
        let code: mock_ecr::fault::ErrorCode = code.parse().unwrap();
        FaultAction::Error(code.into())
    })
}

fn throttle() -> impl Strategy<Value = FaultAction> {
    (0.1..100.0, 1..5_u32)
        .prop_map(|(rate, burst)| FaultAction::Throttle(Throttle::new(rate, burst)))
}

fn action() -> impl Strategy<Value = FaultAction> {
    prop_oneof![
        error_action(),
        throttle(),
        (1..3_u64).prop_map(|ms| FaultAction::Latency(Latency::Fixed(Duration::from_millis(ms)))),
        cut_point().prop_map(FaultAction::Stall),
        cut_point().prop_map(FaultAction::Close),
        cut_point().prop_map(FaultAction::Reset),
        (1_000_000..9_000_000_u64).prop_map(FaultAction::Bandwidth),
        (1..9000_u64).prop_map(FaultAction::Overrun),
        Just(FaultAction::GarbledChunks),
        Just(FaultAction::Body(BodyFault::Html)),
        Just(FaultAction::Body(BodyFault::NotJson)),
        Just(FaultAction::ContentType(String::new())),
        Just(FaultAction::AuthorizationData(AuthorizationData::Doubled)),
        Just(FaultAction::AuthorizationData(AuthorizationData::Before(
            "210987654321".parse().unwrap()
        ))),
        Just(FaultAction::ExpiresAt(ExpiresAt::Iso8601)),
        Just(FaultAction::Token(TokenFault::Long)),
        Just(FaultAction::ProxyEndpoint(EndpointFault::Missing)),
        Just(FaultAction::Expired(ExpiredAs::Challenge)),
        Just(FaultAction::ExpiredEarly(ExpiredAs::Forbidden)),
        Just(FaultAction::Date(Shift::before(Duration::from_secs(
            1_000_000_000
        )))),
    ]
}

fn matcher() -> impl Strategy<Value = RequestMatcher> {
    let turns = (
        prop::option::of(1..4_u64),
        prop::option::of(0..3_u64),
        prop::option::of(1..3_u64),
        prop::option::of(0.0..=1.0_f64),
    );
    (turns, any::<bool>()).prop_map(|((times, after, every, probability), ecr_only)| {
        let mut matcher = RequestMatcher::default();
        matcher.times = times;
        matcher.after = after;
        matcher.every = every;
        matcher.probability = probability;
        matcher.service = ecr_only.then_some(Service::Ecr);
        matcher
    })
}

fn fault() -> impl Strategy<Value = Fault> {
    (matcher(), action()).prop_map(|(matcher, action)| Fault::new(action).matching(matcher))
}

/// Returns a request of each kind, with and without a body.
fn requests(ecr: &MockEcr) -> [RawRequest; 5] {
    let token = ecr.issue_token();
    [
        RawRequest::token_call().signed(),
        RawRequest::ping("GET").with_token(&token),
        RawRequest::ping("HEAD"),
        RawRequest::new("POST", "/v2/app/blobs/uploads/").with_token(&token),
        RawRequest::new("GET", "/v2/app/manifests/1").with_token(&token),
    ]
}

/// Sends a request and disconnects as soon as it is in the request log, without reading the response.
async fn send_and_disconnect(ecr: &MockEcr, request: &RawRequest) {
    let before = ecr.requests().count();
    let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
    stream.write_all(&request.bytes()).await.unwrap();
    while ecr.requests().count() == before {
        tokio::task::yield_now().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_server_keeps_running_and_the_request_log_is_complete(faults in prop::collection::vec(fault(), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let ecr = frozen_mock().await;
            for fault in faults {
                // The mock rejects an invalid combination.
                let _ = ecr.faults().add(fault);
            }
            let requests = requests(&ecr);
            for request in requests.iter().chain(&requests) {
                send_and_disconnect(&ecr, request).await;
            }
            let entries = ecr.requests();
            assert_eq!(entries.count(), 2 * requests.len());
            let applied = entries.iter().map(|entry| entry.faults.len() as u64).sum::<u64>();
            let triggered: u64 = ecr.faults().list().iter().map(|active| active.triggered).sum();
            assert_eq!(applied, triggered);
            ecr.faults().clear();
            assert_eq!(ping(&ecr).await.status(), 200);
            let ping = RawRequest::ping("GET").with_token(&ecr.issue_token());
            assert_eq!(Http2::connect(&ecr).await.send(&ping).await.status(), 200);
        });
    }
}
