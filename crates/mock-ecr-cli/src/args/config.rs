//! The options that set the configuration of a mock.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, ValueEnum};
use mock_ecr::config::{
    AuthMode, CaLocation, CaLocationError, ClockStart, ConfigError, Dialect, LayersLocation,
    ProxyEndpoint, S3Access, Secret, StoreLocation, parse_duration,
};
use mock_ecr::{Config, Region};

/// The options that set the configuration of a mock. They take precedence over the configuration file.
#[derive(Debug, Parser)]
pub(crate) struct ConfigOptions {
    #[command(flatten)]
    issuer: IssuerOptions,
    /// The TTL of issued tokens, such as 12h or 90m. Default: 12h.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    token_ttl: Option<Duration>,
    /// How the signatures of API requests are verified. Default: strict.
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// The Region of requests that do not specify a Region. Default: us-east-1.
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    /// The form of `proxyEndpoint` and `repositoryUri`: `aws`, `mock`, or a template. Default: mock, or aws with `run --redirect proxy`
    /// and `run --redirect sandbox`.
    ///
    /// `aws`: `https://ACCOUNT.dkr.ecr.REGION.amazonaws.com`. `mock`: the address by which the client has reached the mock, such as
    /// `http://localhost:4566`. A template is a URL that can contain {account}, {region}, {dns_suffix} and {port}. The rule is in the guide
    /// "Use the host names of AWS": docs/src/guides/host-names.md.
    #[arg(long, value_name = "FORM")]
    proxy_endpoint: Option<ProxyEndpoint>,
    /// The store of repositories and images: `memory`, `file:DIR`, or `postgres://USER:PASSWORD@HOST/DATABASE`. Default: memory.
    ///
    /// One server at a time can use a directory. Several servers can use a database, which requires --layers and a build with the feature
    /// `postgres`.
    #[arg(long, value_name = "LOCATION")]
    store: Option<StoreLocation>,
    /// The location of layers: `file:DIR` or `s3://BUCKET/PREFIX`. Requires a store in a directory or a database. Default: DIR/layers with
    /// `--store file:DIR`. A database has no default.
    ///
    /// A bucket requires a build with the feature `s3`. The mock reads the endpoint, Region and credentials of a bucket from
    /// AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION or AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
    /// AWS_SESSION_TOKEN.
    #[arg(long, value_name = "LOCATION")]
    layers: Option<LayersLocation>,
    /// Accepts TLS on the same port, with a private CA that is stored in `memory` or in `file:DIR`.
    ///
    /// If no location is given, the CA is stored in DIR/tls with `--store file:DIR`, and in memory with any other store.
    #[arg(long, value_name = "LOCATION", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    tls: Option<TlsOption>,
    /// The dialect of the registry. Default: ecr.
    #[arg(long, value_enum)]
    dialect: Option<DialectName>,
    /// Creates a repository that does not exist when an image is pushed to it.
    #[arg(long)]
    create_on_push: bool,
}

/// The options that determine the tokens.
#[derive(Debug, Parser)]
pub(crate) struct IssuerOptions {
    /// A configuration file in TOML. The options take precedence over its values.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The seed of token keys and random values. A mock can verify the tokens of other mocks with the same seed. TLS keys do not
    /// depend on the seed. Default: mock-ecr.
    #[arg(long, value_name = "SEED", value_parser = NonEmptyStringValueParser::new())]
    seed: Option<String>,
    /// The clock: `system`, `frozen` (frozen at 2015-11-29T21:30:53.241Z), or a timestamp at which the clock is frozen. Default: system.
    #[arg(long)]
    clock: Option<ClockStart>,
}

impl ConfigOptions {
    pub(crate) fn config(self) -> Result<Config, ConfigError> {
        let mut config = self.issuer.config()?;
        replace(&mut config.token_ttl, self.token_ttl);
        replace(&mut config.auth, self.auth.map(Into::into));
        replace(&mut config.region, self.region);
        config.proxy_endpoint = self.proxy_endpoint.or(config.proxy_endpoint);
        replace(&mut config.store, self.store);
        config.layers = self.layers.or(config.layers);
        config.s3_access = s3_access();
        replace(&mut config.dialect, self.dialect.map(Into::into));
        if let Some(TlsOption(location)) = self.tls {
            let location = location.unwrap_or_else(|| default_ca(&config.store));
            config.tls = Some(location);
        }
        config.create_on_push |= self.create_on_push;
        Ok(config)
    }
}

impl IssuerOptions {
    pub(crate) fn config(self) -> Result<Config, ConfigError> {
        let mut config = match self.config {
            Some(file) => Config::from_file(file)?,
            None => Config::default(),
        };
        replace(&mut config.seed, self.seed);
        replace(&mut config.clock, self.clock);
        Ok(config)
    }
}

/// `--tls`, with or without a location.
#[derive(Clone, Debug)]
struct TlsOption(Option<CaLocation>);

impl FromStr for TlsOption {
    type Err = CaLocationError;

    fn from_str(text: &str) -> Result<Self, CaLocationError> {
        let location = (!text.is_empty()).then(|| text.parse()).transpose()?;
        Ok(TlsOption(location))
    }
}

/// Returns the default location of the CA: the folder `tls` of the store if the store is a directory, otherwise memory.
pub(crate) fn default_ca(store: &StoreLocation) -> CaLocation {
    match store {
        StoreLocation::Directory(path) => CaLocation::Directory(path.join("tls")),
        _ => CaLocation::Memory,
    }
}

fn replace<T>(value: &mut T, option: Option<T>) {
    if let Some(option) = option {
        *value = option;
    }
}

/// Reads the endpoint, Region and credentials of a bucket from the environment variables that AWS tools read.
fn s3_access() -> Option<S3Access> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let either = |one, other| variable(one).or_else(|| variable(other));
    let region =
        either("AWS_REGION", "AWS_DEFAULT_REGION").unwrap_or_else(|| "us-east-1".to_owned());
    let (id, key) = (
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
    );
    let mut access = S3Access::new(region, id, key);
    access.endpoint = either("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    access.session_token = variable("AWS_SESSION_TOKEN").map(Secret::from);
    Some(access)
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Auth {
    /// Requests with an unknown access key or an invalid signature are rejected.
    Strict,
    /// Any access key is accepted, and the signature is not verified.
    Lenient,
}

impl From<Auth> for AuthMode {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::Strict => AuthMode::Strict,
            Auth::Lenient => AuthMode::Lenient,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DialectName {
    /// The recorded behaviour of Amazon ECR, including its deviations from OCI Distribution 1.1.
    Ecr,
    /// The behaviour that OCI Distribution 1.1 specifies.
    Oci,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Ecr => Dialect::Ecr,
            DialectName::Oci => Dialect::Oci,
        }
    }
}
