//! The options that set the configuration of a mock.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use mock_ecr::config::{
    AuthMode, AuthorityLocation, AuthorityLocationError, ClockStart, ConfigError, Dialect,
    ProxyEndpoint, S3Access, Secret, StoreLocation, parse_duration,
};
use mock_ecr::{Config, Region};

/// The options that set the configuration of a mock. An option takes precedence over the file.
#[derive(Debug, Parser)]
pub(crate) struct ConfigOptions {
    #[command(flatten)]
    issuer: IssuerOptions,
    /// Template of `proxyEndpoint`: a URL with {account}, {region}, {dns_suffix} and {port}.
    #[arg(long, value_name = "TEMPLATE")]
    proxy_endpoint: Option<ProxyEndpoint>,
    /// Where images are stored: `memory`, `file:DIR` or `s3://BUCKET/PREFIX`.
    ///
    /// For a bucket, the variables AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN apply.
    #[arg(long, value_name = "LOCATION")]
    store: Option<StoreLocation>,
    /// Accepts TLS on the same port, with a private certificate authority in `memory` or in `file:DIR`.
    ///
    /// Without a value, the certificate authority is stored with the images.
    #[arg(long, value_name = "LOCATION", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    tls: Option<TlsOption>,
    /// The dialect of the registry.
    #[arg(long, value_enum)]
    dialect: Option<DialectName>,
    /// Creates a repository when an image is pushed to it.
    #[arg(long)]
    create_on_push: bool,
}

/// The options that determine the tokens.
#[derive(Debug, Parser)]
pub(crate) struct IssuerOptions {
    /// A configuration file in TOML.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The seed of all keys and random values. Mocks with the same seed accept each other's tokens.
    #[arg(long, value_name = "SEED")]
    seed: Option<String>,
    /// The time to live of a token, such as 12h or 90m.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    token_ttl: Option<Duration>,
    /// The clock: `system`, `frozen`, or a timestamp at which the clock is frozen.
    #[arg(long)]
    clock: Option<ClockStart>,
    /// How signatures are verified.
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// The Region of requests that do not name one.
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
}

impl ConfigOptions {
    pub(crate) fn config(self) -> Result<Config, ConfigError> {
        let mut config = self.issuer.config()?;
        replace(&mut config.proxy_endpoint, self.proxy_endpoint);
        replace(&mut config.store, self.store);
        config.s3_access = s3_access();
        replace(&mut config.dialect, self.dialect.map(Into::into));
        if let Some(TlsOption(location)) = self.tls {
            let location = location.unwrap_or_else(|| default_authority(&config.store));
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
        replace(&mut config.token_ttl, self.token_ttl);
        replace(&mut config.clock, self.clock);
        replace(&mut config.auth, self.auth.map(Into::into));
        replace(&mut config.region, self.region);
        Ok(config)
    }

    pub(crate) fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }
}

/// `--tls`, with or without a location.
#[derive(Clone, Debug)]
struct TlsOption(Option<AuthorityLocation>);

impl FromStr for TlsOption {
    type Err = AuthorityLocationError;

    fn from_str(text: &str) -> Result<Self, AuthorityLocationError> {
        let location = (!text.is_empty()).then(|| text.parse()).transpose()?;
        Ok(TlsOption(location))
    }
}

/// Returns the default location of the certificate authority: with the images if they are stored in a directory, otherwise in memory.
pub(crate) fn default_authority(store: &StoreLocation) -> AuthorityLocation {
    match store {
        StoreLocation::Directory(path) => AuthorityLocation::Directory(path.join("tls")),
        _ => AuthorityLocation::Memory,
    }
}

fn replace<T>(value: &mut T, option: Option<T>) {
    if let Some(option) = option {
        *value = option;
    }
}

/// Returns the access to a bucket, from the variables that AWS tools read.
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
    /// The access key must exist, and the signature is verified.
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
    /// Behaves as recorded of Amazon ECR, including its deviations from the specification.
    Ecr,
    /// Behaves as OCI Distribution 1.1 specifies.
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
