//! Pull-through caches: the rules, and the images that a pull imports from an upstream registry.

mod access;
mod api;
mod between_mocks;
mod concurrent;
mod invalid;
mod layers;
mod log;
mod login;
mod referrers;
mod rules;
mod stopping;
mod upstream;

use mock_ecr::config::PullThroughCacheRule;
use mock_ecr::{MockEcr, MockEcrBuilder};
use serde_json::Value;

use crate::raw::RawRequest;
use crate::response::Response;
use crate::signer::Signer;

const HOST: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const DEVELOPER: &str = "arn:aws:iam::123456789012:user/developer";
const SECRET: &str =
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";

/// The response for an image that the upstream registry does not have, or that cannot be fetched. Source of the text: aws-ia/taskcat#872 (2026).
const MANIFEST_UNKNOWN: &str =
    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"Requested image not found\"}]}\n";

/// A mock whose registry is a cache.
struct Cache(MockEcr);

impl Cache {
    /// Starts a cache of `quay.io` at an address, with the prefix `quay`.
    async fn of(address: &str) -> Self {
        Cache::start(builder().upstream("quay.io", address)).await
    }

    async fn start(builder: MockEcrBuilder) -> Self {
        Cache(builder.start().await.unwrap())
    }

    async fn get(&self, path: &str) -> Response {
        self.get_as(DEVELOPER, path).await
    }

    async fn get_as(&self, principal: &str, path: &str) -> Response {
        self.send_as(principal, "GET", path).await
    }

    async fn send_as(&self, principal: &str, method: &'static str, path: &str) -> Response {
        let region = "us-east-1".parse().unwrap();
        let principal = principal.parse().unwrap();
        let token = self.0.issue_token_for(principal, region);
        let request = RawRequest::new(method, format!("/v2/{path}")).with_token(&token);
        request.on_host(HOST).to(&self.0).await
    }

    async fn call(&self, operation: &str, input: &Value) -> Response {
        let signer = Signer::default().at(self.0.clock().now());
        let call = RawRequest::call(operation).body(input.to_string());
        call.signed_by(&signer).to(&self.0).await
    }

    async fn output(&self, operation: &str, input: &Value) -> Value {
        let response = self.call(operation, input).await;
        assert_eq!(response.status(), 200, "{operation}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    }

    async fn assert_error(&self, operation: &str, input: &Value, code: &str, message: &str) {
        let response = self.call(operation, input).await;
        let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
        assert_eq!((response.status(), response.body), (400, body));
    }

    /// Asserts that a pull finds no image.
    async fn assert_missing(&self, path: &str) {
        let response = self.get(path).await;
        assert_eq!(
            (response.status(), &response.body[..]),
            (404, MANIFEST_UNKNOWN)
        );
    }

    /// Asserts that a pull finds no repository.
    async fn assert_no_repository(&self, principal: &str, name: &str) {
        let path = format!("{name}/manifests/1.0");
        let response = self.get_as(principal, &path).await;
        let body = format!(
            "{{\"errors\":[{{\"code\":\"NAME_UNKNOWN\",\"message\":\"The repository with name '{name}' does not exist in the registry with id '123456789012'\"}}]}}\n"
        );
        assert_eq!((response.status(), response.body), (404, body));
    }
}

/// A builder with a frozen clock and a rule for `quay.io`.
fn builder() -> MockEcrBuilder {
    let rule = PullThroughCacheRule::new("quay", "quay.io");
    MockEcr::builder().frozen().pull_through_cache_rule(rule)
}
