//! The HTTP client of the SDK and of the credential providers: ring, proxies, and trust that is loaded when needed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Makes a connector for each request, once the scheme of the request is known.
///
/// Reading the platform's root certificates takes longer than a whole call on loopback, so it must not happen for
/// `http://`.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    ca_bundle: Option<Arc<Path>>,
}

impl Transport {
    /// Trusts the certificates of the bundle, or without one the platform's.
    pub(crate) fn new(ca_bundle: Option<String>) -> Self {
        let ca_bundle = ca_bundle.filter(|path| !path.is_empty());
        let ca_bundle = ca_bundle.map(|path| Arc::from(Path::new(&path)));
        Self { ca_bundle }
    }

    fn trust(&self, uri: &Uri) -> Result<TrustStore, TrustError> {
        let proxy_is_tls = proxy(uri).is_some_and(|proxy| proxy.scheme_str() == Some("https"));
        if uri.scheme_str() != Some("https") && !proxy_is_tls {
            return Ok(TrustStore::empty());
        }
        match &self.ca_bundle {
            None => Ok(TrustStore::default()),
            Some(path) => Ok(TrustStore::empty().with_pem_certificate(bundle(path)?)),
        }
    }
}

/// The proxy that the environment names for a request to `uri`.
pub(crate) fn proxy(uri: &Uri) -> Option<Uri> {
    let intercept = Matcher::from_env().intercept(uri)?;
    Some(intercept.uri().clone())
}

/// Why a CA bundle cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error("the CA bundle {path} cannot be read: {error}")]
    Unreadable { path: String, error: std::io::Error },
    #[error("the CA bundle {path} holds no usable certificate: {reason}")]
    Unusable { path: String, reason: String },
}

/// Reads and checks a bundle, because the TLS layer takes what it is given for valid and panics otherwise.
fn bundle(path: &Path) -> Result<Vec<u8>, TrustError> {
    let name = || path.display().to_string();
    let unusable = |reason: String| TrustError::Unusable {
        path: name(),
        reason,
    };
    let pem = fs::read(path).map_err(|error| TrustError::Unreadable {
        path: name(),
        error,
    })?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unusable(error.to_string()))?;
    }
    match roots.is_empty() {
        true => Err(unusable("there is none in PEM form".to_owned())),
        false => Ok(pem),
    }
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(LateConnector {
            transport: self.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

#[derive(Debug)]
struct LateConnector {
    transport: Transport,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl LateConnector {
    fn connector(&self, uri: &str) -> Result<Connector, ConnectorError> {
        let uri: Uri = uri
            .parse()
            .map_err(|error| ConnectorError::user(Box::new(error)))?;
        let trust = self.transport.trust(&uri);
        let trust = trust.map_err(|error| ConnectorError::user(Box::new(error)))?;
        let context = TlsContext::builder().with_trust_store(trust).build();
        let context = context.map_err(|error| ConnectorError::user(Box::new(error)))?;
        let mut builder = Connector::builder()
            .connector_settings(self.settings.clone())
            .proxy_config(ProxyConfig::from_env());
        builder.set_sleep_impl(self.components.sleep_impl());
        let provider = Provider::rustls(CryptoMode::Ring);
        Ok(builder.tls_provider(provider).tls_context(context).build())
    }
}

impl HttpConnector for LateConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match self.connector(request.uri()) {
            Ok(connector) => connector.call(request),
            Err(error) => HttpConnectorFuture::ready(Err(error)),
        }
    }
}
