//! The methods of the builder for replication.

use std::time::Duration;

use crate::builder::MockEcrBuilder;
use crate::config::RegistryReplication;

impl MockEcrBuilder {
    /// Sets the initial replication configuration of a registry. By default, a registry replicates nothing. See
    /// [`Config::registry_replication`](crate::Config::registry_replication).
    ///
    /// ```
    /// # use mock_ecr::MockEcr;
    /// use mock_ecr::config::{RegistryReplication, ReplicationDestination, ReplicationRule};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///
    /// let rule = ReplicationRule::new([ReplicationDestination::new("eu-west-1".parse()?)]);
    /// let replication = RegistryReplication::new().rule(rule);
    /// let ecr = MockEcr::builder().registry_replication(replication).start().await?;
    /// # let _ = ecr;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn registry_replication(mut self, replication: RegistryReplication) -> Self {
        self.config.registry_replication.push(replication);
        self
    }

    /// Sets the time from a push to the end of its replication, on the mock's clock. Zero replicates an image before the
    /// response to its push. See [`Background`](crate::config::Background::replication_delay) for the default.
    #[must_use]
    pub fn replication_delay(mut self, delay: Duration) -> Self {
        self.config.background.replication_delay = delay;
        self
    }
}
