//! Checks whether a pull-through cache rule can fetch images.

use crate::domain::PullThroughRule;
use crate::http::buffers::Reservation;
use crate::types::RegistryId;
use crate::upstream::error::UpstreamError;
use crate::upstream::pull::Pull;
use crate::upstream::upstreams::Upstreams;

impl Upstreams {
    /// Reads the secret of a rule and logs in to its upstream registry. Without an address of the registry, only the secret is checked.
    ///
    /// Source: the description of `ValidatePullThroughCacheRule` in the service model.
    pub(crate) async fn validate(
        &self,
        pull: &Pull<'_>,
        registry: &RegistryId,
        rule: &PullThroughRule,
        reservation: Reservation,
    ) -> Result<(), UpstreamError> {
        let mut client = match self.client(pull, registry, rule, reservation) {
            Err(UpstreamError::NoAddress(_)) => {
                return Ok(self.credentials(&rule.settings).map(drop)?);
            }
            client => client?,
        };
        let pinged = self.deadline().limit(client.get("/v2/", "*/*")).await;
        // No image was requested.
        pinged.map(drop).map_err(UpstreamError::of_service)
    }
}
