//! Faults that return an error of AWS, and the corresponding errors of OCI Distribution.

use mock_ecr::request_log::Service;

use super::{mock_with_fault, ping, set, token_call};
use crate::raw::frozen_mock;
use crate::response::DATE;

#[tokio::test]
async fn each_service_returns_throttling_in_its_own_format() {
    // Sources: aws/amazon-ecs-agent#498; AWS's user guide, `common-errors.html`.
    let ecr = mock_with_fault("action = { error = 'ThrottlingException' }").await;
    token_call(&ecr)
        .await
        .assert_error("ThrottlingException", "Rate exceeded");
    let body = "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"Rate exceeded\"}]}\n";
    ping(&ecr).await.assert_is(
        "HTTP/1.1 429 Too Many Requests",
        &[
            &format!("Content-Length: {}", body.len()),
            "Content-Type: application/json; charset=utf-8",
            DATE,
            "Docker-Distribution-Api-Version: registry/2.0",
        ],
        body,
    );
}

#[tokio::test]
async fn each_code_has_a_status_for_each_service() {
    for (code, api, registry) in [
        ("TooManyRequestsException", 429, 429),
        ("ServerException", 500, 500),
        ("InternalFailure", 500, 500),
        ("BadGateway", 502, 502),
        ("ServiceUnavailable", 503, 503),
        ("GatewayTimeout", 504, 504),
        ("UnrecognizedClientException", 400, 400),
        ("ExpiredTokenException", 400, 403),
        ("InvalidSignatureException", 400, 403),
        ("AccessDeniedException", 400, 403),
        ("RepositoryNotFoundException", 400, 404),
        ("ImageNotFoundException", 400, 404),
    ] {
        let ecr = mock_with_fault(&format!("action = {{ error = '{code}' }}")).await;
        let response = token_call(&ecr).await;
        assert_eq!(response.status(), api, "{code}");
        assert!(response.body.contains(&format!("\"__type\":\"{code}\"")));
        let response = ping(&ecr).await;
        assert_eq!(response.status(), registry, "{code}");
        assert!(response.body.starts_with("{\"errors\":[{\"code\":\""));
    }
}

#[tokio::test]
async fn a_fault_sets_status_message_and_retry_after() {
    let ecr = mock_with_fault(
        "[action.error]
        code = 'ThrottlingException'
        status = 429
        message = 'later'
        retry_after = 7",
    );
    let ecr = ecr.await;
    for response in [token_call(&ecr).await, ping(&ecr).await] {
        assert_eq!(response.status(), 429);
        assert_eq!(response.header("retry-after"), "7");
        assert!(response.body.contains("\"message\":\"later\""));
    }
}

#[tokio::test]
async fn a_token_bucket_is_refilled_as_the_clock_advances() {
    let ecr =
        mock_with_fault("action = { throttle = { rate = 1, burst = 2, retry_after = 3 } }").await;
    let statuses = [
        ping(&ecr).await.status(),
        ping(&ecr).await.status(),
        ping(&ecr).await.status(),
    ];
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(ping(&ecr).await.header("retry-after"), "3");
    ecr.clock().advance(std::time::Duration::from_secs(1));
    assert_eq!(ping(&ecr).await.status(), 200);
    assert_eq!(ping(&ecr).await.status(), 429);
}

#[tokio::test]
async fn the_request_log_names_the_faults_and_the_error() {
    let ecr = frozen_mock().await;
    let other = set(&ecr, "action = { date = '-20m' }");
    let fault = set(
        &ecr,
        "match = { service = 'ecr' }\naction = { error = 'ServerException' }",
    );
    token_call(&ecr).await;
    let entry = ecr.requests().last().cloned().unwrap();
    assert_eq!(entry.faults, [other, fault]);
    assert_eq!(entry.error, Some("ServerException"));
    assert!(entry.request_id.is_some());
    ping(&ecr).await;
    assert_eq!(
        ecr.requests()
            .fault(fault)
            .service(Service::Registry)
            .count(),
        0
    );
    assert_eq!(ecr.faults().triggered(fault), Some(1));
    assert_eq!(ecr.faults().triggered(other), Some(2));
}
