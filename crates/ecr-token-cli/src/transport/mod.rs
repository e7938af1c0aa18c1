//! The HTTP client of the SDK and of the credential providers: TLS with ring, proxies, and lazily loaded certificates.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::Uri;

pub(crate) use bundle::TrustError;
use unverified::Unverified;

mod body;
mod bundle;
pub(crate) mod proxy;
mod unverified;

/// Creates a connector for each request, when the scheme of its URL is known.
///
/// Loading the platform's root certificates takes longer than a whole call on loopback. It is therefore skipped for
/// `http://`.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    trust: Trust,
    proxies: Proxies,
}

/// Whether the proxies of the environment are used.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Proxies {
    Environment,
    Unused,
}

/// Which certificates are trusted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Trust {
    /// The certificates that the platform trusts.
    Platform,
    /// The certificates of a CA bundle.
    Bundle(Arc<Path>),
    /// Any certificate: `--no-verify-ssl`.
    Any,
}

impl Transport {
    pub(crate) fn new(trust: Trust) -> Self {
        Self {
            trust,
            proxies: Proxies::Environment,
        }
    }

    /// Creates a transport that ignores the proxies of the environment, for services on the same host.
    pub(crate) fn direct() -> Self {
        Self {
            trust: Trust::Platform,
            proxies: Proxies::Unused,
        }
    }

    /// Sends a request without an SDK client, and reads the whole response.
    ///
    /// # Errors
    /// Returns an error if there is no complete response.
    pub(crate) async fn send(
        &self,
        request: HttpRequest,
        connect_timeout: Option<Duration>,
        read_timeout: Option<Duration>,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut settings = HttpConnectorSettings::builder();
        settings.set_connect_timeout(connect_timeout);
        settings.set_read_timeout(read_timeout);
        let connector = LazyConnector {
            transport: self.clone(),
            settings: settings.build(),
            sleep: Some(SharedAsyncSleep::new(TokioSleep::new())),
        };
        connector.call(request).await
    }

    /// Returns whether a request to `uri` uses TLS without verification of the certificate.
    pub(crate) fn is_unverified(&self, uri: &Uri) -> bool {
        self.trust == Trust::Any && needs_tls(uri)
    }

    fn trust_store(&self, uri: &Uri) -> Result<TrustStore, TrustError> {
        match &self.trust {
            _ if !needs_tls(uri) => Ok(TrustStore::empty()),
            Trust::Bundle(path) => {
                Ok(TrustStore::empty().with_pem_certificate(bundle::read(path)?))
            }
            Trust::Platform | Trust::Any => Ok(TrustStore::default()),
        }
    }
}

fn needs_tls(uri: &Uri) -> bool {
    let is_encrypted = |proxy: String| proxy.starts_with("https:");
    uri.scheme_str() == Some("https") || proxy::url(uri).is_some_and(is_encrypted)
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(LazyConnector {
            transport: self.clone(),
            settings: settings.clone(),
            sleep: components.sleep_impl(),
        })
    }
}

#[derive(Debug)]
struct LazyConnector {
    transport: Transport,
    settings: HttpConnectorSettings,
    sleep: Option<SharedAsyncSleep>,
}

impl LazyConnector {
    fn connector(&self, uri: &str) -> Result<SharedHttpConnector, ConnectorError> {
        let uri: Uri = uri
            .parse()
            .map_err(|error| ConnectorError::user(Box::new(error)))?;
        let proxy_config = match self.transport.proxies {
            Proxies::Environment => proxy::config(&uri)?,
            Proxies::Unused => ProxyConfig::disabled(),
        };
        if self.transport.is_unverified(&uri) {
            let connector = Unverified::new(self.settings.clone());
            return Ok(SharedHttpConnector::new(connector));
        }
        let trust = self.transport.trust_store(&uri);
        let trust = trust.map_err(|error| ConnectorError::user(Box::new(error)))?;
        let context = TlsContext::builder().with_trust_store(trust).build();
        let context = context.map_err(|error| ConnectorError::user(Box::new(error)))?;
        let mut builder = Connector::builder()
            .connector_settings(self.settings.clone())
            .proxy_config(proxy_config);
        builder.set_sleep_impl(self.sleep.clone());
        let builder = builder.tls_provider(Provider::rustls(CryptoMode::Ring));
        let connector = builder.tls_context(context).build();
        Ok(SharedHttpConnector::new(connector))
    }
}

impl HttpConnector for LazyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let read_timeout = self.settings.read_timeout();
        match self.connector(request.uri()) {
            Ok(connector) => HttpConnectorFuture::new(async move {
                let response = connector.call(request).await?;
                body::read(response, read_timeout).await
            }),
            Err(error) => HttpConnectorFuture::ready(Err(error)),
        }
    }
}
