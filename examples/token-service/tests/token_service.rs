//! The service with a mock of ECR.

use std::time::Duration;

use mock_ecr::MockEcr;
use token_service::TokenService;

const TTL: Duration = Duration::from_secs(12 * 3600);
const MINUTE: Duration = Duration::from_secs(60);

async fn start() -> (MockEcr, TokenService) {
    let ecr = MockEcr::builder().frozen().in_process();
    let ecr = ecr.start().await.unwrap();
    let service = TokenService::new(&ecr.sdk_config());
    (ecr, service)
}

#[tokio::test]
async fn a_token_is_requested_once() {
    let (ecr, service) = start().await;
    let token = service.token().await.unwrap();
    assert_eq!(service.token().await.unwrap(), token);
    assert!(ecr.verify_token(&token).is_ok());
    ecr.requests().operation("GetAuthorizationToken").expect(1);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let (ecr, service) = start().await;
    service.token().await.unwrap();
    ecr.clock().advance(TTL - 10 * MINUTE);
    let renewed = service.token().await.unwrap();
    ecr.clock().advance(10 * MINUTE);
    assert!(ecr.verify_token(&renewed).is_ok());
    ecr.requests().operation("GetAuthorizationToken").expect(2);
}

#[tokio::test]
async fn a_throttled_request_is_repeated() {
    let (ecr, service) = start().await;
    ecr.faults().throttling().times(2).expect(2).set().unwrap();
    service.token().await.unwrap();
}

#[tokio::test]
async fn the_token_is_returned_during_an_outage_until_it_expires() {
    let (ecr, service) = start().await;
    let token = service.token().await.unwrap();
    ecr.faults().error("ServiceUnavailable").set().unwrap();
    ecr.clock().advance(TTL - 10 * MINUTE);
    assert_eq!(service.token().await.unwrap(), token);
    ecr.clock().advance(10 * MINUTE);
    assert!(service.token().await.is_err());
}
