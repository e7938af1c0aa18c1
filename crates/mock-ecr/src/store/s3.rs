//! Opens a bucket of S3 as a store.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use rustls::RootCertStore;

use crate::store::location::S3Access;

/// Opens a bucket and lists it once, so that an invalid configuration is reported when the mock starts.
pub(super) async fn open(
    bucket: &str,
    prefix: &str,
    access: &S3Access,
) -> Result<PrefixStore<impl ObjectStore>, object_store::Error> {
    let builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&access.region)
        .with_access_key_id(&access.access_key_id)
        .with_secret_access_key(access.secret_access_key.expose())
        .with_allow_http(true)
        .with_retry(RETRIES)
        .with_http_connector(Rustls);
    let builder = match &access.session_token {
        Some(token) => builder.with_token(token.expose()),
        None => builder,
    };
    let builder = match &access.endpoint {
        Some(endpoint) => builder.with_endpoint(endpoint),
        None => builder,
    };
    let objects = builder.build()?;
    objects
        .list(Some(&prefix.into()))
        .next()
        .await
        .transpose()?;
    Ok(PrefixStore::new(objects, prefix))
}

/// The retries. The client of the mock waits for all of them, so the limit of the library, three minutes, is too long.
const RETRIES: RetryConfig = RetryConfig {
    backoff: object_store::BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.,
    },
    max_retries: 3,
    retry_timeout: Duration::from_secs(10),
};

/// An HTTP client with the system's CA certificates and ring.
///
/// The default connector of `object_store` requires a process-wide crypto provider. Only a program may install one, not a library.
#[derive(Debug)]
struct Rustls;

impl HttpConnector for Rustls {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .build();
        Ok(HttpClient::new(client.map_err(client_error)?))
    }
}

fn tls() -> rustls::ClientConfig {
    let mut roots = RootCertStore::empty();
    // Without system certificates, an HTTP endpoint still works. An HTTPS endpoint fails with the error of an unknown issuer.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn client_error(error: reqwest::Error) -> object_store::Error {
    object_store::Error::Generic {
        store: "S3",
        source: Box::new(error),
    }
}
