//! TLS on the port of the mock, and tunnels to it.

use std::sync::Arc;
use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::config::CaLocation;
use mock_ecr::request_log::{Ingress, Service};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::log::Log;
use crate::raw::RawRequest;
use crate::response::Response;

pub(crate) const API: &str = "api.ecr.us-east-1.amazonaws.com";
pub(crate) const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// Starts a mock with TLS and a frozen clock.
pub(crate) async fn tls_mock() -> MockEcr {
    let builder = MockEcr::builder().tls(CaLocation::Memory);
    builder.frozen().start().await.unwrap()
}

/// Returns the configuration of a client that trusts the certificate authority of a mock.
fn config_trusting(ecr: &MockEcr, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let pem = ecr.ca_certificate().unwrap();
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    roots.add(certificate).unwrap();
    config(roots, versions)
}

fn config(roots: RootCertStore, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

async fn handshake(
    stream: TcpStream,
    name: &'static str,
    config: ClientConfig,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(name).unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await
}

/// Connects to a mock by a server name, and trusts its certificate authority.
pub(crate) async fn try_connect(
    ecr: &MockEcr,
    name: &'static str,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(ecr.address()).await.unwrap();
    let config = config_trusting(ecr, rustls::DEFAULT_VERSIONS);
    handshake(stream, name, config).await
}

async fn connect(ecr: &MockEcr, name: &'static str) -> TlsStream<TcpStream> {
    try_connect(ecr, name).await.unwrap()
}

pub(crate) async fn send(mut stream: TlsStream<TcpStream>, request: RawRequest) -> Response {
    let request = request.with("Connection", "close");
    stream.write_all(&request.bytes()).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    Response::parse(&response)
}

#[tokio::test]
async fn the_api_and_the_registry_are_served_at_the_host_names_of_aws() {
    let ecr = tls_mock().await;
    let call = RawRequest::token_call().on_host(API).signed();
    assert_eq!(send(connect(&ecr, API).await, call).await.status(), 200);
    let entry = ecr.requests().last().cloned().unwrap();
    assert_eq!(
        (entry.ingress, entry.service, entry.host.as_str()),
        (Ingress::Https, Service::Ecr, API)
    );

    let ping = RawRequest::ping("GET")
        .on_host(REGISTRY)
        .with_token(&ecr.issue_token());
    assert_eq!(
        send(connect(&ecr, REGISTRY).await, ping).await.status(),
        200
    );
}

#[tokio::test]
async fn http_is_served_on_the_same_port() {
    let ecr = tls_mock().await;
    let response = RawRequest::ping("GET")
        .with_token(&ecr.issue_token())
        .to(&ecr)
        .await;
    assert_eq!(response.status(), 200);
    assert_eq!(ecr.requests().last().unwrap().ingress, Ingress::Http);
}

#[tokio::test]
async fn both_versions_of_tls_and_of_http_are_supported() {
    let ecr = tls_mock().await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for protocol in [&b"h2"[..], b"http/1.1"] {
            let stream = TcpStream::connect(ecr.address()).await.unwrap();
            let mut config = config_trusting(&ecr, &[version]);
            config.alpn_protocols = vec![protocol.to_vec()];
            let stream = handshake(stream, REGISTRY, config).await.unwrap();
            let (_, session) = stream.get_ref();
            assert_eq!(session.alpn_protocol(), Some(protocol));
            assert_eq!(session.protocol_version(), Some(version.version));
        }
    }
}

#[tokio::test]
async fn an_ip_address_has_a_certificate() {
    let ecr = tls_mock().await;
    for name in ["127.0.0.1", "localhost"] {
        let ping = RawRequest::ping("GET").on_host(name);
        assert_eq!(send(connect(&ecr, name).await, ping).await.status(), 401);
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_ca_rejects_the_certificate() {
    let ecr = tls_mock().await;
    let stream = TcpStream::connect(ecr.address()).await.unwrap();
    let other_config = config_trusting(&tls_mock().await, rustls::DEFAULT_VERSIONS);
    let rejected = handshake(stream, API, other_config).await.unwrap_err();
    assert!(rejected.to_string().contains("certificate"), "{rejected}");
    assert_eq!(ecr.requests().count(), 0);
    // The next client is served.
    let ping = RawRequest::ping("GET").on_host(REGISTRY);
    assert_eq!(
        send(connect(&ecr, REGISTRY).await, ping).await.status(),
        401
    );
}

#[tokio::test]
async fn a_certificate_authority_in_a_directory_is_reused() {
    let directory = tempfile::tempdir().unwrap();
    let location = CaLocation::Directory(directory.path().to_owned());
    let start = || MockEcr::builder().tls(location.clone()).start();
    let first = start().await.unwrap();
    let certificate = first.ca_certificate().unwrap().to_owned();
    drop(first);
    let second = start().await.unwrap();
    assert_eq!(second.ca_certificate(), Some(certificate.as_str()));
    connect(&second, API).await;
}

#[tokio::test]
async fn layers_are_served_at_the_host_name_of_the_aws_bucket() {
    let ecr = MockEcr::builder()
        .tls(CaLocation::Memory)
        .create_on_push()
        .start()
        .await
        .unwrap();
    let token = ecr.issue_token();
    let digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let at = |method, target: &str| {
        let request = RawRequest::new(method, target).on_host(REGISTRY);
        request.with_token(&token)
    };
    let uploads = format!("/v2/app/blobs/uploads/?digest={digest}");
    let pushed = at("POST", &uploads).body("hello");
    assert_eq!(
        send(connect(&ecr, REGISTRY).await, pushed).await.status(),
        201
    );

    let pull = at("GET", &format!("/v2/app/blobs/{digest}"));
    let redirect = send(connect(&ecr, REGISTRY).await, pull).await;
    assert_eq!(redirect.status(), 307);
    let location = redirect.header("location");
    let (host, path) = location
        .strip_prefix("https://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let bucket = "prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com";
    assert_eq!(host, bucket);
    let download = RawRequest::new("GET", format!("/{path}")).on_host(bucket);
    let layer = send(connect(&ecr, bucket).await, download).await;
    assert_eq!((layer.status(), layer.body.as_str()), (200, "hello"));
}

/// Requests a tunnel, and returns the head of the response and the stream.
async fn tunnel(ecr: &MockEcr, request_line: &str) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
    let request = format!("{request_line}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    (String::from_utf8(head).unwrap(), stream)
}

#[tokio::test]
async fn a_tunnel_to_a_host_of_ecr_ends_at_the_mock() {
    let ecr = tls_mock().await;
    for version in ["HTTP/1.1", "HTTP/1.0"] {
        let connect = format!("CONNECT {REGISTRY}:443 {version}\r\nHost: {REGISTRY}:443");
        let (head, stream) = tunnel(&ecr, &connect).await;
        assert!(head.contains(" 200 "), "{head}");
        let config = config_trusting(&ecr, rustls::DEFAULT_VERSIONS);
        let stream = handshake(stream, REGISTRY, config).await.unwrap();
        let ping = RawRequest::ping("GET").on_host(REGISTRY);
        assert_eq!(send(stream, ping).await.status(), 401);
        let entry = ecr.requests().last().cloned().unwrap();
        assert_eq!(
            (entry.ingress, entry.service),
            (Ingress::Connect, Service::Registry)
        );
    }
    assert_eq!(
        ecr.requests().service(Service::Proxy).status(200).count(),
        2
    );
}

#[tokio::test]
async fn a_tunnel_to_another_host_is_rejected_and_recorded() {
    let ecr = tls_mock().await;
    for host in [
        "iam.amazonaws.com:443",
        "public.ecr.aws:443",
        "example.com:443",
        "127.0.0.1:22",
    ] {
        let (head, _) = tunnel(&ecr, &format!("CONNECT {host} HTTP/1.1\r\nHost: {host}")).await;
        assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
        assert_eq!(ecr.requests().unexpected_hosts().last().unwrap().host, host);
    }
    assert_eq!(ecr.requests().unexpected_hosts().count(), 4);
}

#[tokio::test]
async fn an_absolute_url_of_another_host_is_rejected_and_recorded() {
    let ecr = MockEcr::start().await.unwrap();
    let port = ecr.address().port();
    for url in [
        "http://example.com/",
        "http://example.com:80/v2/",
        "http://public.ecr.aws/v2/",
        "http://127.0.0.1/v2/",
        &format!("http://example.com:{port}/_mock/health"),
    ] {
        for method in ["GET", "POST"] {
            let response = RawRequest::new(method, url).to(&ecr).await;
            assert_eq!(response.status(), 403, "{url}");
            assert!(
                response.body.contains("is not a host of ECR"),
                "{response:?}"
            );
            let unexpected = ecr.requests().unexpected_hosts().last().cloned().unwrap();
            assert_eq!(unexpected.service, Service::Proxy);
            assert!(url.contains(&unexpected.host), "{url}: {}", unexpected.host);
        }
    }
    assert_eq!(ecr.requests().unexpected_hosts().count(), 10);
}

#[tokio::test]
async fn an_absolute_url_of_the_mock_is_served() {
    let ecr = MockEcr::start().await.unwrap();
    let port = ecr.address().port();
    for (host, status) in [
        (REGISTRY, 401),
        (API, 403),
        (&format!("127.0.0.1:{port}"), 401),
        (&format!("localhost:{port}"), 401),
        (&format!("{REGISTRY}:{port}"), 401),
    ] {
        let response = RawRequest::new("GET", format!("http://{host}/v2/"));
        assert_eq!(response.to(&ecr).await.status(), status, "{host}");
    }
    assert_eq!(ecr.requests().unexpected_hosts().count(), 0);

    // A mock on all interfaces accepts any host name with its own port.
    let everywhere = MockEcr::builder().listen((std::net::Ipv4Addr::UNSPECIFIED, 0).into());
    let ecr = everywhere.start().await.unwrap();
    let url = format!("http://mock-ecr:{}/v2/", ecr.address().port());
    for (url, status) in [(&url[..], 401), ("http://mock-ecr/v2/", 403)] {
        let response = RawRequest::new("GET", url).to(&ecr).await;
        assert_eq!(response.status(), status, "{url}");
    }
}

#[tokio::test]
async fn a_tunnel_without_tls_is_rejected() {
    let ecr = MockEcr::start().await.unwrap();
    let (head, _) = tunnel(&ecr, &format!("CONNECT {API}:443 HTTP/1.1\r\nHost: {API}")).await;
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
    assert_eq!(ecr.requests().last().unwrap().error, Some("NO_TLS"));
    assert_eq!(ecr.requests().unexpected_hosts().count(), 0);
}

#[tokio::test]
async fn a_tunnel_inside_a_tunnel_is_rejected() {
    let ecr = tls_mock().await;
    let connect = format!("CONNECT {API}:443 HTTP/1.1\r\nHost: {API}");
    let (_, stream) = tunnel(&ecr, &connect).await;
    let config = config_trusting(&ecr, rustls::DEFAULT_VERSIONS);
    let mut stream = handshake(stream, API, config).await.unwrap();
    let request = format!("{connect}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = [0; 12];
    stream.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 403");
}

const REJECTED: &str = "does the client trust the mock's CA?";

#[tokio::test]
async fn a_client_that_rejects_the_certificate_causes_a_warning() {
    let log = Log::default();
    let _guard = log.capture();
    let ecr = tls_mock().await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let stream = TcpStream::connect(ecr.address()).await.unwrap();
        let config = config(RootCertStore::empty(), &[version]);
        handshake(stream, API, config).await.unwrap_err();
    }
    logged(&log, REJECTED, 2).await;
}

#[tokio::test]
async fn a_client_that_closes_the_connection_during_the_handshake_causes_no_warning() {
    let log = Log::default();
    let _guard = log.capture();
    let ecr = tls_mock().await;
    let mut stream = TcpStream::connect(ecr.address()).await.unwrap();
    // The beginning of a TLS record with a ClientHello.
    stream.write_all(&[0x16, 3, 1]).await.unwrap();
    drop(stream);
    logged(&log, "a TLS handshake failed", 1).await;
    assert!(!log.text().contains(REJECTED), "{}", log.text());
}

/// Waits until the mock has logged a text several times. The mock runs on the thread of the test.
async fn logged(log: &Log, text: &str, times: usize) {
    let reached = async {
        while log.text().matches(text).count() < times {
            tokio::task::yield_now().await;
        }
    };
    // The limit only ends a test that fails.
    let limited = tokio::time::timeout(Duration::from_secs(60), reached).await;
    limited.unwrap_or_else(|_| panic!("expected {times} of {text:?}: {}", log.text()));
}
