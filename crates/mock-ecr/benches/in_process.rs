//! A mock in a test: started, called once by the AWS SDK, and dropped; and the same with wiremock.

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
            let ecr = MockEcr::start().await.expect("a mock starts");
            call(&Client::new(&ecr.sdk_config())).await;
        });
    });
}

/// The client is made as the mock's own is, anew each time, and gets an answer that the mock has made. The servers come from
/// wiremock's pool, as they do for its users.
#[divan::bench]
fn wiremock(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let ecr = runtime.block_on(MockEcr::start()).expect("a mock starts");
    let answer = answer(&ecr);
    bencher.bench_local(|| {
        runtime.block_on(async {
            let server = MockServer::start().await;
            let response = ResponseTemplate::new(200)
                .set_body_raw(answer.clone(), "application/x-amz-json-1.1");
            Mock::given(method("POST"))
                .respond_with(response)
                .mount(&server)
                .await;
            let config = ecr.sdk_config().to_builder();
            call(&Client::new(&config.endpoint_url(server.uri()).build())).await;
        });
    });
}

/// As `#[tokio::test]` has it.
fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts")
}

async fn call(client: &Client) {
    let answer = client.get_authorization_token().send().await;
    let answer = answer.expect("the mock answers");
    assert_eq!(answer.authorization_data().len(), 1);
}

fn answer(ecr: &MockEcr) -> String {
    let token = ecr.issue_token();
    let token = token.as_str();
    format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{token}","expiresAt":1.448875853241E9,"proxyEndpoint":"https://123456789012.dkr.ecr.us-east-1.amazonaws.com"}}]}}"#
    )
}
