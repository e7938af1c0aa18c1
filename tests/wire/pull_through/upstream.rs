//! An upstream registry whose responses a test chooses.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::image::OCI_MANIFEST;

/// The digest of `hello`.
pub(crate) const HELLO: &str =
    "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
/// The digest of `{}`.
pub(crate) const EMPTY: &str =
    "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

pub(crate) const MANIFEST: &str = "/v2/team/app/manifests/1.0";

/// An upstream registry with the image `team/app:1.0`: a configuration `{}` and the layer `hello`. The first response for a path applies.
pub(crate) struct Upstream(pub(crate) MockServer);

impl Upstream {
    /// Starts a registry without images.
    pub(crate) async fn empty() -> Self {
        Upstream(MockServer::start().await)
    }

    /// Starts a registry with the image, without authentication.
    pub(crate) async fn with_image() -> Self {
        let upstream = Upstream::empty().await;
        upstream.add_image().await;
        upstream
    }

    pub(crate) async fn add_image(&self) {
        self.add(MANIFEST, manifest()).await;
        self.add_layers().await;
    }

    pub(crate) async fn add_layers(&self) {
        self.add(&blob(EMPTY), content("{}")).await;
        self.add(&blob(HELLO), content("hello")).await;
    }

    pub(crate) async fn add(&self, at: &str, response: impl Respond + 'static) {
        let mock = Mock::given(method("GET")).and(path(at));
        mock.respond_with(response).mount(&self.0).await;
    }

    pub(crate) fn url(&self) -> String {
        self.0.uri()
    }

    /// Returns the paths of the received requests.
    pub(crate) async fn paths(&self) -> Vec<String> {
        let requests = self.0.received_requests().await.unwrap();
        let path = |request: &Request| request.url.path().to_owned();
        requests.iter().map(path).collect()
    }
}

pub(crate) fn blob(digest: &str) -> String {
    format!("/v2/team/app/blobs/{digest}")
}

pub(crate) fn content(bytes: impl Into<Vec<u8>>) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_bytes(bytes)
}

/// Returns the response with the manifest of the image.
pub(crate) fn manifest() -> ResponseTemplate {
    let text = manifest_text(5);
    ResponseTemplate::new(200).set_body_raw(text, OCI_MANIFEST)
}

/// Returns the manifest of the image, which states a size of the layer.
pub(crate) fn manifest_text(size: u64) -> String {
    let (config, layer) = (
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.oci.image.layer.v1.tar",
    );
    json!({
        "schemaVersion": 2, "mediaType": OCI_MANIFEST,
        "config": {"mediaType": config, "digest": EMPTY, "size": 2},
        "layers": [{"mediaType": layer, "digest": HELLO, "size": size}],
    })
    .to_string()
}

/// Responds only to requests with these credentials. Other requests receive the challenge.
pub(crate) struct Guarded {
    pub(crate) authorization: &'static str,
    pub(crate) challenge: String,
    pub(crate) response: ResponseTemplate,
}

impl Respond for Guarded {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let sent = request.headers.get("authorization");
        match sent.is_some_and(|sent| sent == self.authorization) {
            true => self.response.clone(),
            false => ResponseTemplate::new(401)
                .insert_header("www-authenticate", self.challenge.as_str()),
        }
    }
}

/// Blocks the first request until the test releases it.
pub(crate) struct Gate {
    arrived: UnboundedSender<()>,
    released: Mutex<Receiver<()>>,
    response: ResponseTemplate,
}

/// A request that a [`Gate`] blocks. It is released when this value is dropped.
pub(crate) struct Blocked {
    arrives: UnboundedReceiver<()>,
    _release: Sender<()>,
}

impl Gate {
    pub(crate) fn new(response: ResponseTemplate) -> (Self, Blocked) {
        let ((arrived, arrives), (release, released)) = (unbounded_channel(), channel());
        let gate = Gate {
            arrived,
            released: Mutex::new(released),
            response,
        };
        let blocked = Blocked {
            arrives,
            _release: release,
        };
        (gate, blocked)
    }
}

impl Blocked {
    /// Waits until a request has arrived.
    pub(crate) async fn arrived(&mut self) {
        self.arrives.recv().await.unwrap();
    }
}

impl Respond for Gate {
    /// A server of wiremock has a thread of its own.
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let _ = self.arrived.send(());
        let _ = self.released.lock().unwrap().recv();
        self.response.clone()
    }
}
