//! A client of the registry that calls a mock without a socket.

use std::time::Duration;

use aws_sdk_ecr::Client as SdkClient;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, LOCATION};
use hyper::{Method, Request, StatusCode, Version};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use mock_ecr::config::InProcessConnector;
use mock_ecr::fault::Fault;
use mock_ecr::repository::Image;
use mock_ecr::request_log::{Ingress, Service};
use mock_ecr::{MockEcr, MockEcrBuilder};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

fn builder() -> MockEcrBuilder {
    MockEcr::builder().frozen().in_process()
}

/// A client of the registry with a token.
struct Registry {
    client: legacy::Client<InProcessConnector, Full<Bytes>>,
    token: String,
}

/// A response whose body was read.
#[derive(Debug)]
struct Response {
    version: Version,
    status: StatusCode,
    location: Option<String>,
    body: Bytes,
}

const HOST: &str = "https://123456789012.dkr.ecr.us-east-1.amazonaws.com";

impl Registry {
    /// Returns a client with a token that the API has issued.
    async fn of(ecr: &MockEcr) -> Self {
        let sdk = SdkClient::new(&ecr.sdk_config());
        let output = sdk.get_authorization_token().send().await.unwrap();
        let token = output.authorization_data()[0].authorization_token();
        Registry {
            client: legacy::Client::builder(TokioExecutor::new()).build(ecr.connector()),
            token: token.unwrap().to_owned(),
        }
    }

    async fn send(
        &self,
        method: Method,
        uri: &str,
        body: impl Into<Bytes>,
    ) -> Result<Response, String> {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(AUTHORIZATION, format!("Basic {}", self.token))
            .body(Full::new(body.into()))
            .unwrap();
        let sent = self.client.request(request).await;
        let (head, body) = sent.map_err(|error| chain(&error))?.into_parts();
        let location = head.headers.get(LOCATION);
        let body = body.collect().await.map_err(|error| chain(&error))?;
        Ok(Response {
            version: head.version,
            status: head.status,
            location: location.map(|url| url.to_str().unwrap().to_owned()),
            body: body.to_bytes(),
        })
    }

    async fn get(&self, path: &str) -> Result<Response, String> {
        self.send(Method::GET, &format!("{HOST}{path}"), "").await
    }
}

/// Returns the text of an error and of its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn a_token_is_accepted_until_it_expires() {
    let ecr = builder().start().await.unwrap();
    let registry = Registry::of(&ecr).await;
    assert_eq!(registry.get("/v2/").await.unwrap().status, 200);
    let requests = ecr.requests().service(Service::Registry);
    let request = requests.last().unwrap();
    assert_eq!(request.ingress, Ingress::InProcess);
    assert_eq!(request.host, "123456789012.dkr.ecr.us-east-1.amazonaws.com");
    ecr.clock().advance(Duration::from_secs(12 * 3600));
    let expired = registry.get("/v2/").await.unwrap();
    assert_eq!(expired.status, 403);
    let text = String::from_utf8_lossy(&expired.body);
    assert!(text.contains("expired"), "{text}");
}

#[tokio::test]
async fn a_layer_is_pushed_and_an_image_is_pulled() {
    let image = Image::new().layer("a layer").tag("1.0");
    let ecr = builder().image("team/app", image).start().await.unwrap();
    let registry = Registry::of(&ecr).await;
    let manifest = registry.get("/v2/team/app/manifests/1.0").await.unwrap();
    let stored = ecr.repository("team/app").manifest("1.0").await.unwrap();
    assert_eq!(manifest.body, stored);

    // Larger than the buffer of a connection.
    let layer = vec![7; 1 << 20];
    let hash = Sha256::digest(&layer);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let uploads = format!("{HOST}/v2/team/app/blobs/uploads/");
    let begun = registry.send(Method::POST, &uploads, "").await.unwrap();
    assert_eq!(begun.status, 202, "{begun:?}");
    let upload = begun.location.unwrap();
    let upload = match upload.starts_with('/') {
        true => format!("{HOST}{upload}"),
        false => upload,
    };
    let sent = registry.send(Method::PATCH, &upload, layer.clone()).await;
    assert!(sent.unwrap().status.is_success());
    let complete = format!("{upload}?digest=sha256:{hex}");
    let completed = registry.send(Method::PUT, &complete, "").await.unwrap();
    assert_eq!(completed.status, 201, "{completed:?}");

    // The layer is at another URL, which the same client can read.
    let blob = format!("/v2/team/app/blobs/sha256:{hex}");
    let redirected = registry.get(&blob).await.unwrap();
    assert_eq!(redirected.status, 307);
    let url = redirected.location.unwrap();
    assert!(url.starts_with("https://"), "{url}");
    let request = Request::get(url).body(Full::default()).unwrap();
    let pulled = registry.client.request(request).await.unwrap();
    let pulled = pulled.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(pulled, layer);
}

#[tokio::test]
async fn requests_can_use_http2() {
    let ecr = builder().start().await.unwrap();
    let registry = Registry::of(&ecr).await;
    let mut client = legacy::Client::builder(TokioExecutor::new());
    let registry = Registry {
        client: client.http2_only(true).build(ecr.connector()),
        ..registry
    };
    let response = registry.get("/v2/").await.unwrap();
    assert_eq!(
        (response.status.as_u16(), response.version),
        (200, Version::HTTP_2)
    );
}

#[tokio::test]
async fn a_fault_that_needs_a_socket_is_rejected_and_others_are_applied() {
    let ecr = builder().start().await.unwrap();
    let registry = Registry::of(&ecr).await;
    let fault = |action: &str| {
        let toml = format!("match = {{ service = 'registry', times = 1 }}\naction = {action}");
        Fault::from_toml(&toml).unwrap()
    };
    let reset = fault("{ reset = 'before_headers' }");
    let error = ecr.faults().add(reset.clone()).unwrap_err().to_string();
    assert!(error.contains("needs a socket"), "{error}");
    let unavailable = fault("{ error = 'ServiceUnavailable' }");
    ecr.faults().add(unavailable).unwrap();
    assert_eq!(registry.get("/v2/").await.unwrap().status, 503);

    // With a socket, the fault closes a connection that has none.
    ecr.url();
    ecr.faults().add(reset).unwrap();
    registry.get("/v2/").await.unwrap_err();
    assert_eq!(registry.get("/v2/").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_client_of_a_stopped_mock_gets_an_error() {
    let ecr = builder().start().await.unwrap();
    let registry = Registry::of(&ecr).await;
    registry.get("/v2/").await.unwrap();
    ecr.stop().await;
    let error = registry.get("/v2/").await.unwrap_err();
    assert!(error.contains("the mock has stopped"), "{error}");
}

/// An aborted task ends when the runtime next runs it.
#[tokio::test]
async fn a_dropped_mock_leaves_no_tasks() {
    let ecr = builder().start().await.unwrap();
    let registry = Registry::of(&ecr).await;
    registry.get("/v2/").await.unwrap();
    drop(ecr);
    let error = registry.get("/v2/").await.unwrap_err();
    assert!(error.contains("the mock has stopped"), "{error}");
    drop(registry);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

/// The connections run on the thread of the mock, and the client on another.
#[test]
fn a_mock_on_its_own_thread_is_called_from_another_runtime() {
    let ecr = builder().start_blocking().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let registry = Registry::of(&ecr).await;
        assert_eq!(registry.get("/v2/").await.unwrap().status, 200);
    });
}
