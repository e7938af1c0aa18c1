//! The methods of the builder for pull-through caches.

use std::time::Duration;

use crate::builder::MockEcrBuilder;
use crate::config::{PullThroughCacheRule, StoredSecret};

impl MockEcrBuilder {
    /// Adds an initial pull-through cache rule. See
    /// [`Config::pull_through_cache_rules`](crate::Config::pull_through_cache_rules).
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// use mock_ecr::config::PullThroughCacheRule;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///
    /// let quay = MockEcr::start().await?;
    /// let ecr = MockEcr::builder()
    ///     .pull_through_cache_rule(PullThroughCacheRule::new("quay", "quay.io"))
    ///     .upstream("quay.io", &quay.url())
    ///     .start()
    ///     .await?;
    /// # let _ = ecr;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pull_through_cache_rule(mut self, rule: PullThroughCacheRule) -> Self {
        self.config.pull_through_cache_rules.push(rule);
        self
    }

    /// Sets the address of an upstream registry, such as `http://127.0.0.1:5000` for `public.ecr.aws`. See
    /// [`Upstreams::addresses`](crate::config::Upstreams::addresses).
    #[must_use]
    pub fn upstream(mut self, host: &str, address: &str) -> Self {
        if let Some(address) = self.invalid.parse("upstream", address) {
            let addresses = &mut self.config.upstreams.addresses;
            addresses.insert(host.to_owned(), address);
        }
        self
    }

    /// Permits addresses of upstream registries with this host, which is not this machine. See
    /// [`Upstreams::allowed_hosts`](crate::config::Upstreams::allowed_hosts).
    #[must_use]
    pub fn allowed_upstream_host(mut self, host: impl Into<String>) -> Self {
        self.config.upstreams.allowed_hosts.push(host.into());
        self
    }

    /// Sets the maximum duration of the imports of one request from upstream registries, in real time. The default is one minute.
    #[must_use]
    pub fn upstream_timeout(mut self, timeout: Duration) -> Self {
        self.config.upstreams.timeout = timeout;
        self
    }

    /// Adds a secret with the credentials for an upstream registry. See [`StoredSecret`].
    #[must_use]
    pub fn secret(mut self, secret: StoredSecret) -> Self {
        self.config.secrets.push(secret);
        self
    }
}
