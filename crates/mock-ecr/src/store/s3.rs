//! A bucket, as a store.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use rustls::RootCertStore;

use crate::store::location::S3Access;

/// Opens a bucket, and looks whether it can be listed: what is wrong is known before anyone is served.
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

/// A client of the mock waits behind every try: the library's three minutes are longer than it would.
const RETRIES: RetryConfig = RetryConfig {
    backoff: object_store::BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.,
    },
    max_retries: 3,
    retry_timeout: Duration::from_secs(10),
};

/// HTTP with the system's certificates, by way of ring: the library's own connector asks for a provider of the whole process, which
/// is not a library's to choose.
#[derive(Debug)]
struct Rustls;

impl HttpConnector for Rustls {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .build();
        Ok(HttpClient::new(client.map_err(failed)?))
    }
}

fn tls() -> rustls::ClientConfig {
    let mut roots = RootCertStore::empty();
    // Where there are none, an endpoint of http works as well; one of https says that its issuer is unknown.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn failed(error: reqwest::Error) -> object_store::Error {
    object_store::Error::Generic {
        store: "S3",
        source: Box::new(error),
    }
}
