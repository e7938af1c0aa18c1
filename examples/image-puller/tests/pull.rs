//! The library with the registry of a mock of ECR.

use aws_sdk_ecr::Client;
use image_puller::Puller;
use mock_ecr::fault::{BodyFault, FaultAction, RegistryRoute};
use mock_ecr::repository::Image;
use mock_ecr::{MockEcr, Principal};

/// Starts a mock whose `proxyEndpoint` is its own URL, with an image.
async fn start() -> (MockEcr, Puller) {
    let image = Image::new().layer("below").layer("above").tag("1.0");
    let builder = MockEcr::builder().frozen().proxy_endpoint("mock");
    let ecr = builder.image("team/app", image).start().await.unwrap();
    let puller = Puller::new(Client::new(&ecr.sdk_config()));
    (ecr, puller)
}

#[tokio::test]
async fn the_layers_are_those_that_were_pushed() {
    let (ecr, puller) = start().await;
    let layers = puller.pull("team/app", "1.0").await.unwrap();
    assert_eq!(
        layers,
        ecr.repository("team/app").layers("1.0").await.unwrap()
    );
    ecr.requests().operation("GetAuthorizationToken").expect(1);
}

#[tokio::test]
async fn the_token_is_not_sent_to_the_url_of_a_redirect() {
    let (ecr, puller) = start().await;
    puller.pull("team/app", "1.0").await.unwrap();
    ecr.requests()
        .route("layer")
        .expect(2)
        .expect_no_authorization();
}

#[tokio::test]
async fn an_expired_token_is_renewed() {
    let (ecr, puller) = start().await;
    puller.pull("team/app", "1.0").await.unwrap();
    ecr.clock().advance(ecr.config().token_ttl);
    puller.pull("team/app", "1.0").await.unwrap();
    ecr.requests().operation("GetAuthorizationToken").expect(2);
}

#[tokio::test]
async fn a_token_that_expires_between_two_layers_is_renewed() {
    let (ecr, puller) = start().await;
    let expired = ecr
        .faults()
        .error("ExpiredTokenException")
        .route(RegistryRoute::Blob);
    expired.after(1).times(1).expect(1).set().unwrap();
    assert_eq!(puller.pull("team/app", "1.0").await.unwrap().len(), 2);
    ecr.requests().operation("GetAuthorizationToken").expect(2);
}

#[tokio::test]
async fn a_changed_layer_is_rejected() {
    let (ecr, puller) = start().await;
    let portal = ecr.faults().action(FaultAction::Body(BodyFault::Html));
    portal.route(RegistryRoute::Layer).expect(1).set().unwrap();
    let error = puller.pull("team/app", "1.0").await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the layer does not have the digest"),
        "{error}"
    );
}

#[tokio::test]
async fn a_caller_without_permission_gets_an_error_after_two_requests() {
    let (ecr, _) = start().await;
    let ci = Principal::from_arn("arn:aws:sts::123456789012:assumed-role/ci/job").unwrap();
    ecr.add_session(ci.clone().deny(["ecr:BatchGetImage"]))
        .unwrap();
    let puller = Puller::new(Client::new(&ecr.sdk_config_for(&ci)));
    let error = puller.pull("team/app", "1.0").await.unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
    ecr.requests().route("manifest").status(403).expect(2);
}
