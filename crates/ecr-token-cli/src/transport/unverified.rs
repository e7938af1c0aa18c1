//! TLS for `--no-verify-ssl`, which accepts any certificate.
//!
//! The SDK's connector cannot disable the verification of certificates.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connect, HttpConnector as TcpConnector};
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

use crate::transport::body::with_timeout;
use crate::transport::proxy::intercept;

/// A connector that accepts any certificate.
#[derive(Debug)]
pub(super) struct Unverified {
    settings: HttpConnectorSettings,
}

impl Unverified {
    pub(super) fn new(settings: HttpConnectorSettings) -> Self {
        Self { settings }
    }

    fn tls(&self) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(AnyCertificate(Arc::clone(&provider)));
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(config)
    }

    fn tcp(&self) -> TcpConnector {
        let mut tcp = TcpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(self.settings.connect_timeout());
        tcp
    }
}

impl HttpConnector for Unverified {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let config = match self.tls() {
            Ok(config) => config,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let (tcp, limit) = (self.tcp(), self.settings.read_timeout());
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x();
            let request = request.map_err(|error| ConnectorError::user(error.into()))?;
            with_timeout(limit, send(config, tcp, request)).await?
        })
    }
}

/// Sends the request directly, or through the tunnel of the configured proxy.
async fn send(
    config: ClientConfig,
    tcp: TcpConnector,
    request: http::Request<SdkBody>,
) -> Result<HttpResponse, ConnectorError> {
    let Some(intercept) = intercept(request.uri()) else {
        return send_over(https_connector(config, tcp), request).await;
    };
    let tunnel = tunnel(
        intercept.uri().clone(),
        intercept.basic_auth().cloned(),
        https_connector(config.clone(), tcp),
    );
    send_over(https_connector(config, tunnel), request).await
}

fn tunnel<C>(proxy: Uri, authorization: Option<http::HeaderValue>, connector: C) -> Tunnel<C> {
    let tunnel = Tunnel::new(proxy, connector);
    match authorization {
        Some(authorization) => tunnel.with_auth(authorization),
        None => tunnel,
    }
}

fn https_connector<C>(config: ClientConfig, connector: C) -> HttpsConnector<C> {
    HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector)
}

async fn send_over<C>(
    connector: C,
    request: http::Request<SdkBody>,
) -> Result<HttpResponse, ConnectorError>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let response = client.request(request).await.map_err(connector_error)?;
    HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
        .map_err(|error| ConnectorError::other(error.into(), None))
}

/// Only the kind of the innermost error indicates a connect timeout.
fn connector_error(error: Error) -> ConnectorError {
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
        error.source()
    });
    let mut io_errors = causes.filter_map(|error| error.downcast_ref::<std::io::Error>());
    match io_errors.any(|error| error.kind() == std::io::ErrorKind::TimedOut) {
        true => ConnectorError::timeout(error.into()),
        false => ConnectorError::io(error.into()),
    }
}

/// Accepts any certificate. The signature with the key of the certificate is still verified.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
