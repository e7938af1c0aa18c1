//! The operations of the API on repositories and images.

mod absent;
mod account_settings;
mod authorization;
mod constraints;
mod creation_templates;
mod exceptions;
mod images;
mod initial_settings;
mod input_model;
mod layers;
mod lifecycle;
mod pagination;
mod policies;
mod pull_time_exclusions;
mod referrers;
mod registry_policies;
mod rejections;
mod replication;
mod repositories;
mod scanning;
mod settings;
mod signing;
mod storage_class;
mod violations;

use mock_ecr::MockEcr;

use crate::image::OCI_MANIFEST;
use crate::raw::RawRequest;
use crate::response::Response;
use crate::signer::Signer;

const HELLO: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A mock with a repository `app`. Calls are signed by the default principal.
struct Api(MockEcr);

impl Api {
    async fn start() -> Self {
        Api::with_config("[[repositories]]\nname = 'app'\n").await
    }

    async fn with_config(config: &str) -> Self {
        let config = mock_ecr::Config::parse(config).unwrap();
        Api(MockEcr::from_config(config).frozen().start().await.unwrap())
    }

    async fn call(&self, operation: &str, input: &str) -> Response {
        self.signed(operation, input).to(&self.0).await
    }

    /// Returns a call that is signed at the current time of the mock.
    fn signed(&self, operation: &str, input: &str) -> RawRequest {
        let signer = Signer::default().at(self.0.clock().now());
        RawRequest::call(operation).body(input).signed_by(&signer)
    }

    /// Calls an operation that must succeed, and returns its output.
    #[track_caller]
    fn output(&self, operation: &str, input: &str) -> impl Future<Output = String> {
        let call = self.signed(operation, input);
        let operation = operation.to_owned();
        async move {
            let response = call.to(&self.0).await;
            assert_eq!(response.status(), 200, "{operation}: {}", response.body);
            response.body
        }
    }

    /// Calls an operation that must return an error.
    async fn assert_error(&self, operation: &str, input: &str, code: &str, message: &str) {
        let response = self.call(operation, input).await;
        let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
        assert_eq!((response.status(), response.body), (400, body));
    }

    /// Calls `PutImage` with a tag and a manifest, and returns the output.
    async fn put(&self, tag: &str, manifest: &str) -> String {
        self.output("PutImage", &put_input(tag, manifest)).await
    }
}

/// Returns the input of `PutImage` with a tag and the manifest of an image.
fn put_input(tag: &str, manifest: &str) -> String {
    let manifest = manifest.replace('"', "\\\"");
    format!(
        r#"{{"repositoryName":"app","imageTag":"{tag}","imageManifest":"{manifest}","imageManifestMediaType":"{OCI_MANIFEST}"}}"#
    )
}
