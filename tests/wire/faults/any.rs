//! Whatever faults there are, the mock lives and forgets nothing.

use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::fault::{
    AuthorizationData, BodyFault, EndpointFault, ExpiredAs, ExpiresAt, Fault, FaultPlane, Latency,
    Moment, Shift, Throttle, TokenFault, What, When,
};
use proptest::prelude::*;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::ping;
use crate::http2::Http2;
use crate::raw::{RawRequest, frozen};

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        Just(Moment::BeforeHeaders),
        Just(Moment::AfterHeaders),
        (0..3000_u64).prop_map(Moment::AfterBytes),
    ]
}

fn code() -> impl Strategy<Value = What> {
    let codes = vec![
        "ThrottlingException",
        "ServerException",
        "BadGateway",
        "AccessDeniedException",
    ];
    prop::sample::select(codes).prop_map(|code| {
        let code: mock_ecr::fault::ErrorCode = code.parse().unwrap();
        What::Error(code.into())
    })
}

fn throttle() -> impl Strategy<Value = What> {
    (0.1..100.0, 1..5_u32).prop_map(|(rate, burst)| What::Throttle(Throttle::new(rate, burst)))
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        code(),
        throttle(),
        (1..3_u64).prop_map(|ms| What::Latency(Latency::Fixed(Duration::from_millis(ms)))),
        moment().prop_map(What::Stall),
        moment().prop_map(What::Close),
        moment().prop_map(What::Reset),
        (1_000_000..9_000_000_u64).prop_map(What::Bandwidth),
        (1..9000_u64).prop_map(What::Overrun),
        Just(What::GarbledChunks),
        Just(What::Body(BodyFault::Html)),
        Just(What::Body(BodyFault::NotJson)),
        Just(What::ContentType(String::new())),
        Just(What::AuthorizationData(AuthorizationData::Doubled)),
        Just(What::AuthorizationData(AuthorizationData::Before(
            "210987654321".parse().unwrap()
        ))),
        Just(What::ExpiresAt(ExpiresAt::Iso8601)),
        Just(What::Token(TokenFault::Long)),
        Just(What::ProxyEndpoint(EndpointFault::Missing)),
        Just(What::Expired(ExpiredAs::Challenge)),
        Just(What::ExpiredEarly(ExpiredAs::Forbidden)),
        Just(What::Date(Shift::before(Duration::from_secs(
            1_000_000_000
        )))),
    ]
}

fn when() -> impl Strategy<Value = When> {
    let turns = (
        prop::option::of(1..4_u64),
        prop::option::of(0..3_u64),
        prop::option::of(1..3_u64),
        prop::option::of(0.0..=1.0_f64),
    );
    (turns, any::<bool>()).prop_map(|((times, after, every, probability), on_api)| {
        let mut when = When::default();
        when.times = times;
        when.after = after;
        when.every = every;
        when.probability = probability;
        when.plane = on_api.then_some(FaultPlane::Api);
        when
    })
}

fn fault() -> impl Strategy<Value = Fault> {
    (when(), what()).prop_map(|(when, what)| Fault::new(what).when(when))
}

/// A request of each kind; some carry a body.
fn requests(ecr: &MockEcr) -> [RawRequest; 5] {
    let token = ecr.issue_token();
    [
        RawRequest::token_call().signed(),
        RawRequest::ping("GET").bearing(&token),
        RawRequest::ping("HEAD"),
        RawRequest::new("POST", "/v2/app/blobs/uploads/").bearing(&token),
        RawRequest::new("GET", "/v2/app/manifests/1").bearing(&token),
    ]
}

/// Sends a request and leaves once it is in the request log, whatever comes back, or does not.
async fn send_and_leave(ecr: &MockEcr, request: &RawRequest) {
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
    fn the_server_lives_and_the_request_log_is_complete(faults in prop::collection::vec(fault(), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let ecr = frozen().await;
            for fault in faults {
                // One that cannot mean anything is refused, and that is all.
                let _ = ecr.faults().add(fault);
            }
            let requests = requests(&ecr);
            for request in requests.iter().chain(&requests) {
                send_and_leave(&ecr, request).await;
            }
            let entries = ecr.requests();
            assert_eq!(entries.count(), 2 * requests.len());
            let shaped = entries.iter().map(|entry| entry.faults.len() as u64).sum::<u64>();
            let fired: u64 = ecr.faults().list().iter().map(|active| active.fired).sum();
            assert_eq!(shaped, fired);
            ecr.faults().clear();
            assert_eq!(ping(&ecr).await.status(), 200);
            let ping = RawRequest::ping("GET").bearing(&ecr.issue_token());
            assert_eq!(Http2::connect(&ecr).await.send(&ping).await.status(), 200);
        });
    }
}
