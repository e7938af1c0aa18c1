//! Calls of every operation of ECR, and a fact of each parsed response. `tests/clients/all_operations` does the same with other SDKs.

mod images;
mod registries;
mod repositories;

use std::collections::BTreeSet;

use aws_sdk_ecr::Client;
use mock_ecr::MockEcr;
use mock_ecr::request_log::Service;

const ACCOUNT: &str = "123456789012";
/// The time of the frozen clock, in seconds.
const NOW: f64 = 1_448_832_653.241;

#[tokio::test]
async fn the_sdk_parses_the_response_of_every_operation() {
    let ecr = MockEcr::builder().frozen().start().await.unwrap();
    let client = Client::new(&ecr.sdk_config());
    repositories::call(&client).await;
    images::call(&client).await;
    registries::call(&client).await;
    let requests = ecr.requests();
    assert!(requests.iter().all(|one| one.status == 200), "{requests:?}");
    let called: BTreeSet<_> = requests.iter().filter_map(|one| one.operation).collect();
    let operations = MockEcr::operations().filter(|one| one.service == Service::Ecr);
    let expected: BTreeSet<_> = operations.map(|one| one.operation).collect();
    assert_eq!(called, expected);
}
