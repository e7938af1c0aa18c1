//! Opens a bucket of S3 as a store.

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use rustls::RootCertStore;

use crate::store::error::{OpenError, WithSources};
use crate::store::location::S3Access;
use crate::types::secret::Secret;

/// Opens a bucket. The caller must read it once, so that an invalid configuration is reported when the mock starts.
pub(super) fn open(
    bucket: &str,
    prefix: &str,
    access: &S3Access,
) -> Result<PrefixStore<impl ObjectStore + use<>>, OpenError> {
    check(access)?;
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
    let objects = builder.build().map_err(WithSources::new)?;
    Ok(PrefixStore::new(objects, prefix))
}

/// Checks the values of which requests consist: `object_store` panics if one is not valid in a URL or a header.
fn check(access: &S3Access) -> Result<(), OpenError> {
    if access
        .endpoint
        .as_deref()
        .is_some_and(|url| !is_endpoint(url))
    {
        return Err(INVALID_ENDPOINT.into());
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if access.region.is_empty() || !access.region.chars().all(is_allowed) {
        return Err(INVALID_REGION.into());
    }
    let token = access.session_token.as_ref().map(Secret::expose);
    let mut values = [Some(access.access_key_id.as_str()), token]
        .into_iter()
        .flatten();
    match values.all(|value| value.chars().all(|c| c.is_ascii_graphic())) {
        true => Ok(()),
        false => Err(INVALID_CREDENTIALS.into()),
    }
}

fn is_endpoint(url: &str) -> bool {
    let Ok(url) = url.parse::<http::Uri>() else {
        return false;
    };
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    is_http && url.host().is_some_and(|host| !host.is_empty())
}

const INVALID_ENDPOINT: &str = "invalid endpoint of S3: expected a URL such as http://127.0.0.1:9000 in the variable AWS_ENDPOINT_URL_S3 or \
AWS_ENDPOINT_URL, or in the S3Access of the library";

const INVALID_REGION: &str = "invalid Region: expected a name such as us-east-1 in the variable AWS_REGION or AWS_DEFAULT_REGION, or in the S3Access \
of the library";

const INVALID_CREDENTIALS: &str =
    "invalid access key ID or session token: expected visible ASCII characters without spaces";

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

#[cfg(test)]
mod tests {
    use super::*;

    fn access(change: impl Fn(&mut S3Access)) -> S3Access {
        let mut access = S3Access::new("us-east-1", "AKIAIOSFODNN7EXAMPLE", "secret");
        change(&mut access);
        access
    }

    /// `object_store` panics if it calls an endpoint that is not a URL.
    #[test]
    fn an_invalid_value_of_the_access_is_an_error() {
        let endpoint = |url: &str| access(|access| access.endpoint = Some(url.to_owned()));
        for url in [
            "notaurl",
            "",
            "http://",
            "ftp://a",
            "http:///a",
            "http://a b",
            "//a",
        ] {
            let error = open("images", "ci", &endpoint(url)).map(drop).unwrap_err();
            assert!(
                error.to_string().contains("invalid endpoint"),
                "{url}: {error}"
            );
        }
        for url in ["http://127.0.0.1:9000", "https://s3.example.com/path"] {
            open("images", "ci", &endpoint(url)).unwrap();
        }
        for region in ["", "a b", "a/b", "a\n"] {
            let access = access(|access| access.region = region.to_owned());
            let error = open("images", "ci", &access).map(drop).unwrap_err();
            assert!(error.to_string().contains("invalid Region"), "{error}");
        }
        for text in ["a b", "a\n"] {
            let id = access(|access| access.access_key_id = text.to_owned());
            let token = access(|access| access.session_token = Some(text.into()));
            for access in [id, token] {
                let error = open("images", "ci", &access).map(drop).unwrap_err();
                assert!(error.to_string().contains("visible ASCII"), "{error}");
            }
        }
    }
}
