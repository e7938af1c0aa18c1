//! Operations of known services that the mock does not implement.

use mock_ecr::fault::Fault;
use mock_ecr::request_log::Service;
use serde_json::Value;

use crate::log::Log;
use crate::raw::{RawRequest, frozen_mock};
use crate::signer::Signer;

/// Returns a call of an operation of a known service that the mock does not implement.
fn describe_registries() -> RawRequest {
    let call = RawRequest::call("DescribeRegistries");
    let call = call.with("X-Amz-Target", "SpencerFrontendService.DescribeRegistries");
    call.signed_by(&Signer::default().for_service("ecr-public"))
}

#[tokio::test]
async fn an_operation_returns_501_with_its_name() {
    let log = Log::default();
    let guards = log.capture();
    let ecr = frozen_mock().await;
    describe_registries().to(&ecr).await.assert_json(
        "HTTP/1.1 501 Not Implemented",
        r#"{"__type":"NotImplemented","message":"mock-ecr does not implement the operation DescribeRegistries of ecr-public"}"#,
    );
    drop(guards);

    let requests = ecr
        .requests()
        .service(Service::EcrPublic)
        .error("NotImplemented");
    assert_eq!(
        requests.last().unwrap().operation,
        Some("DescribeRegistries")
    );
    let log = log.text();
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings[0].contains("DescribeRegistries"), "{log}");
}

#[tokio::test]
async fn an_operation_of_ecr_public_returns_501_by_its_target_and_by_its_host() {
    let ecr = frozen_mock().await;
    let signer = Signer::default().for_service("ecr-public");
    for host in ["localhost", "api.ecr-public.us-east-1.amazonaws.com"] {
        let call = RawRequest::new("POST", "/")
            .on_host(host)
            .with("Content-Type", "application/x-amz-json-1.1")
            .with(
                "X-Amz-Target",
                "SpencerFrontendService.GetAuthorizationToken",
            )
            .body("{}");
        let response = call.signed_by(&signer).to(&ecr).await;
        assert_eq!(response.status(), 501, "{host}");
    }
    let requests = ecr.requests().service(Service::EcrPublic);
    assert_eq!(requests.operation("GetAuthorizationToken").count(), 2);
}

#[tokio::test]
async fn every_operation_of_a_model_is_known() {
    let ecr = frozen_mock().await;
    for (prefix, model) in [
        (
            "AmazonEC2ContainerRegistry_V20150921",
            include_str!("../../crates/mock-ecr/src/services/ecr/model.json"),
        ),
        (
            "SpencerFrontendService",
            include_str!("../../crates/mock-ecr/src/services/ecr_public/model.json"),
        ),
    ] {
        let model: Value = serde_json::from_str(model).unwrap();
        for operation in model["operations"].as_object().unwrap().keys() {
            let target = format!("{prefix}.{operation}");
            let call = RawRequest::new("POST", "/")
                .with("Content-Type", "application/x-amz-json-1.1")
                .with("X-Amz-Target", &target)
                .body("{}");
            let response = call.signed().to(&ecr).await;
            let unknown = format!("{response:?}").contains("UnknownOperation");
            assert!(!unknown, "{target}: {response:?}");
        }
    }
}

#[tokio::test]
async fn a_fault_for_an_operation_of_ecr_does_not_apply_to_ecr_public() {
    let ecr = frozen_mock().await;
    let fault = Fault::from_toml(
        "match = { operation = 'DescribeRepositories' }\naction = { error = 'ServerException' }",
    );
    ecr.faults().add(fault.unwrap()).unwrap();
    let call = RawRequest::call("DescribeRepositories");
    let of = |prefix| {
        let target = format!("{prefix}.DescribeRepositories");
        call.clone().with("X-Amz-Target", &target)
    };
    for (call, service, status) in [
        (of("SpencerFrontendService"), "ecr-public", 501),
        (of("Foo_2020"), "ecr", 400),
        (call.clone(), "ecr", 500),
    ] {
        let signer = Signer::default().for_service(service);
        let response = call.signed_by(&signer).to(&ecr).await;
        assert_eq!(response.status(), status, "{service}");
    }
}

#[tokio::test]
async fn a_fault_applies_to_an_operation_that_is_not_implemented() {
    let ecr = frozen_mock().await;
    let faults = ecr.faults();
    let fault = faults
        .error("ServerException")
        .operation("DescribeRegistries");
    fault.set().unwrap();
    let response = describe_registries().to(&ecr).await;
    assert_eq!(response.status(), 500);
}
