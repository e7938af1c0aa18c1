//! Authenticated requests to the registry: layers, images, and lists of them.

mod authorization;
mod code;
mod conformance;
mod images;
mod layers;
mod layouts;
mod lists;
mod oci;
mod quotas;
mod races;
mod redirects;
mod rejections;

use mock_ecr::token::AuthorizationToken;
use mock_ecr::{MockEcr, MockEcrBuilder};

use crate::image::OCI_MANIFEST;
use crate::raw::RawRequest;
use crate::response::Response;

/// The digest of `hello`.
const HELLO: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A mock with a repository `app`, and a token for it.
struct Registry {
    ecr: MockEcr,
    token: AuthorizationToken,
}

impl Registry {
    /// Starts a registry with the dialect `ecr`.
    async fn ecr() -> Self {
        Registry::from_builder(MockEcr::builder()).await
    }

    /// Starts a registry with the dialect `oci`.
    async fn oci() -> Self {
        Registry::from_builder(MockEcr::builder().dialect(mock_ecr::config::Dialect::Oci)).await
    }

    async fn from_builder(builder: MockEcrBuilder) -> Self {
        let ecr = builder.frozen().repository("app").start().await.unwrap();
        let token = ecr.issue_token();
        Registry { ecr, token }
    }

    fn request(&self, method: &'static str, path: &str) -> RawRequest {
        RawRequest::new(method, path)
            .with_token(&self.token)
            .with("Connection", "close")
    }

    async fn send(&self, method: &'static str, path: &str) -> Response {
        self.request(method, path).to(&self.ecr).await
    }

    /// Starts an upload and returns its location.
    async fn begin(&self) -> String {
        let begun = self.send("POST", "/v2/app/blobs/uploads/").await;
        assert_eq!(begun.status(), 202);
        begun.header("location").to_owned()
    }

    /// Uploads `hello` in one request.
    async fn push_hello(&self) {
        let target = format!("/v2/app/blobs/uploads/?digest={HELLO}");
        let request = self.request("POST", &target).body("hello");
        assert_eq!(request.to(&self.ecr).await.status(), 201);
    }

    async fn put(&self, reference: &str, manifest: &str) -> Response {
        let path = format!("/v2/app/manifests/{reference}");
        let request = self
            .request("PUT", &path)
            .with("Content-Type", OCI_MANIFEST);
        request.body(manifest).to(&self.ecr).await
    }
}

/// Returns the body of an error of the registry.
fn error(code: &str, message: &str) -> String {
    format!("{{\"errors\":[{{\"code\":\"{code}\",\"message\":\"{message}\"}}]}}\n")
}
