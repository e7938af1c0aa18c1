//! The upstream registries and the secrets of a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Uri;
use tokio::sync::watch;

use crate::config::pull_through::port_of;
use crate::config::{Config, SecretAccess, StoredSecret, UpstreamAddress};
use crate::types::secret::Secret;
use crate::upstream::error::UpstreamError;
use crate::upstream::in_flight::InFlight;
use crate::upstream::secret::SecretError;

/// The upstream registries of a mock: their addresses, and the secrets with the credentials for them.
#[derive(Debug)]
pub(crate) struct Upstreams {
    addresses: BTreeMap<String, UpstreamAddress>,
    secrets: BTreeMap<String, StoredSecret>,
    pub(super) timeout: Duration,
    pub(super) in_flight: InFlight,
    /// A random number that identifies this mock in requests to upstream registries.
    pub(super) mock: u64,
    /// Closed when the mock is requested to stop.
    pub(super) stopping: watch::Receiver<()>,
    /// The hosts without an address of which a warning was logged.
    warned: Mutex<BTreeSet<String>>,
}

impl Upstreams {
    pub(crate) fn new(config: &Config, stopping: watch::Receiver<()>) -> Self {
        let secrets = config.secrets.iter();
        Upstreams {
            addresses: config.upstreams.addresses.clone(),
            secrets: secrets.map(|one| (one.arn.clone(), one.clone())).collect(),
            timeout: config.upstreams.timeout,
            in_flight: InFlight::default(),
            // Without random numbers, two mocks look like one, and a cache of a cache can find no image.
            mock: getrandom::u64().unwrap_or_default(),
            stopping,
            warned: Mutex::default(),
        }
    }

    /// Reads a secret.
    pub(crate) fn secret(&self, arn: &str) -> Result<&Secret, SecretError> {
        let secret = self.secrets.get(arn).ok_or(SecretError::NotFound)?;
        match secret.access {
            SecretAccess::Readable => Ok(&secret.value),
            SecretAccess::Denied => Err(SecretError::Denied),
            SecretAccess::Undecryptable => Err(SecretError::Undecryptable),
        }
    }

    /// Returns the address of an upstream registry. If it has none, logs this once.
    pub(super) fn address(&self, host: &str) -> Result<&UpstreamAddress, UpstreamError> {
        if let Some(address) = self.addresses.get(host) {
            return Ok(address);
        }
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.insert(host.to_owned()) {
            tracing::warn!(
                upstream = %host,
                "a pull-through cache fetches nothing from this registry: the configuration has no address for it in upstreams.addresses"
            );
        }
        Err(UpstreamError::NoAddress(host.to_owned()))
    }

    /// Returns the address for a URL that an upstream registry has sent. `None` if no upstream registry has this name or address.
    pub(super) fn resolve(&self, url: &Uri) -> Option<&UpstreamAddress> {
        let is_plain = match url.scheme_str()? {
            "http" => true,
            "https" => false,
            _ => return None,
        };
        let host = url.host()?.to_ascii_lowercase();
        if let Some(address) = self.addresses.get(&host) {
            return Some(address);
        }
        let named = UpstreamAddress::new(&host, port_of(url.authority()?)?);
        let mut addresses = self.addresses.values();
        addresses.find(|one| is_plain && one.is_same(&named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_resolved_only_to_an_address_of_the_configuration() {
        let config = "[upstreams.addresses]\n'quay.io' = 'http://127.0.0.1:1'\n'auth.docker.io' = 'http://127.0.0.1:2'\n";
        let upstreams = Upstreams::new(&Config::parse(config).unwrap(), watch::channel(()).1);
        let resolved = |url: &str| {
            let url = url.parse().unwrap();
            upstreams.resolve(&url).map(ToString::to_string)
        };
        let found = |address: &str| Some(address.to_owned());
        assert_eq!(
            resolved("https://auth.docker.io/token"),
            found("127.0.0.1:2")
        );
        assert_eq!(resolved("http://localhost:1/layer"), found("127.0.0.1:1"));
        assert_eq!(resolved("http://localhost:3/layer"), None);
        assert_eq!(resolved("https://localhost:1/layer"), None);
        assert_eq!(resolved("http://10.0.0.1:1/layer"), None);
        assert_eq!(resolved("/layer"), None);
        assert_eq!(resolved("ftp://quay.io/layer"), None);
        assert_eq!(resolved("http://localhost:99999/layer"), None);
    }
}
