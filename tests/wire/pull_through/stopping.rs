//! A mock that stops does not wait for an upstream registry that does not respond.
//!
//! The tests pause tokio's time, which then advances automatically whenever all tasks are idle.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;

use super::{Cache, DEVELOPER, HOST, builder};
use crate::raw::RawRequest;
use crate::signer::Signer;

const HOUR: Duration = Duration::from_secs(3600);

/// Starts a cache of a registry that accepts connections and does not respond.
async fn silent(timeout: Duration) -> (TcpListener, Cache) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let cache = builder()
        .upstream("quay.io", &address)
        .upstream_timeout(timeout);
    (listener, Cache::start(cache).await)
}

#[tokio::test]
async fn an_import_delays_a_stop_by_five_seconds() {
    let (upstream, Cache(ecr)) = silent(HOUR).await;
    let (principal, region) = (DEVELOPER.parse().unwrap(), "us-east-1".parse().unwrap());
    let token = ecr.issue_token_for(principal, region);
    let pull = RawRequest::new("GET", "/v2/quay/team/app/manifests/1.0").with_token(&token);
    let pull = pull.on_host(HOST).bytes();
    let (connected, disconnected) = (
        crate::bounds::send(&ecr, &pull).await,
        crate::bounds::send(&ecr, &pull.clone()).await,
    );
    let import = upstream.accept().await.unwrap();
    drop(disconnected);
    tokio::time::pause();
    let stopped = tokio::time::timeout(Duration::from_secs(8), ecr.stop());
    stopped.await.expect("the mock stops");
    drop((connected, import));
}

#[tokio::test]
async fn a_check_of_a_rule_delays_a_stop_by_five_seconds() {
    let (upstream, Cache(ecr)) = silent(HOUR).await;
    let call = RawRequest::call("ValidatePullThroughCacheRule");
    let call = call.body(json!({"ecrRepositoryPrefix": "quay"}).to_string());
    let call = call.signed_by(&Signer::default().at(ecr.clock().now()));
    let client = crate::bounds::send(&ecr, &call.bytes()).await;
    let import = upstream.accept().await.unwrap();
    tokio::time::pause();
    let stopped = tokio::time::timeout(Duration::from_secs(8), ecr.stop());
    stopped.await.expect("the mock stops");
    drop((client, import));
}

#[tokio::test]
async fn one_timeout_applies_to_all_images_of_a_request() {
    let (upstream, cache) = silent(HOUR).await;
    let ids: Vec<_> = (0..20)
        .map(|tag| json!({"imageTag": tag.to_string()}))
        .collect();
    let input = json!({"repositoryName": "quay/team/app", "imageIds": ids});
    let import = async {
        let import = upstream.accept().await.unwrap();
        tokio::time::pause();
        import
    };
    let both = futures_util::future::join(cache.output("BatchGetImage", &input), import);
    let ended = tokio::time::timeout(2 * HOUR, both).await;
    let (output, _import) = ended.expect("the call ends after one timeout");
    let failures = output["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 20);
    assert_eq!(failures[19]["failureCode"], "UpstreamUnavailable");
}
