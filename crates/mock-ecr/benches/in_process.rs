//! The cost of a mock in a test: start, one call with the AWS SDK, and drop; compared with wiremock; and the same without a socket.

use aws_sdk_ecr::Client;
use divan::Bencher;
use mock_ecr::MockEcr;
use tokio::runtime::{Builder, Runtime};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

fn main() {
    divan::main();
}

#[divan::bench]
fn mock_ecr(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    bencher.bench_local(|| {
        runtime.block_on(async {
            let ecr = MockEcr::start().await.expect("a running mock");
            call(&Client::new(&ecr.sdk_config())).await;
        });
    });
}

#[divan::bench]
fn in_process(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    bencher.bench_local(|| {
        runtime.block_on(async {
            let mock = MockEcr::builder().in_process().start();
            let ecr = mock.await.expect("a running mock");
            call(&Client::new(&ecr.sdk_config())).await;
        });
    });
}

/// Creates a client with the configuration of the mock for each call, which returns a response of the mock. The servers come from
/// wiremock's pool, as in usual tests.
#[divan::bench]
fn wiremock(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let ecr = runtime.block_on(MockEcr::start()).expect("a running mock");
    let response = response(&ecr);
    bencher.bench_local(|| {
        runtime.block_on(async {
            let server = MockServer::start().await;
            let response = ResponseTemplate::new(200)
                .set_body_raw(response.clone(), "application/x-amz-json-1.1");
            Mock::given(method("POST"))
                .respond_with(response)
                .mount(&server)
                .await;
            let config = ecr.sdk_config().to_builder();
            call(&Client::new(&config.endpoint_url(server.uri()).build())).await;
        });
    });
}

/// Returns a runtime like that of `#[tokio::test]`.
fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a running runtime")
}

async fn call(client: &Client) {
    let response = client.get_authorization_token().send().await;
    let response = response.expect("a successful response");
    assert_eq!(response.authorization_data().len(), 1);
}

fn response(ecr: &MockEcr) -> String {
    let token = ecr.issue_token();
    let token = token.as_str();
    format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{token}","expiresAt":1.448875853241E9,"proxyEndpoint":"https://123456789012.dkr.ecr.us-east-1.amazonaws.com"}}]}}"#
    )
}
