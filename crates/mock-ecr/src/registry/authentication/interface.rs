//! The interface of the authentication of a registry.

use http::request::Parts;

use crate::aws::hosts::Host;
use crate::iam::principal::Caller;
use crate::registry::call::Call;
use crate::registry::error::RegistryError;
use crate::request_log::ReceivedRequest;
use crate::state::Ecr;
use crate::types::timestamp::Timestamp;

/// How a registry authenticates its callers: it verifies credentials, and sends a challenge if there are none.
pub(crate) trait Authentication: Sync {
    /// Verifies the token that a request presents.
    ///
    /// # Errors
    ///
    /// When there is no token, or the token is not valid in this registry at this time.
    fn authenticate(
        &self,
        ecr: &Ecr,
        call: &Call<'_>,
        log_entry: &mut ReceivedRequest,
    ) -> Result<Caller, RegistryError>;

    /// Records the token that a request presents, valid or not, without verifying the request.
    fn record_presented(
        &self,
        ecr: &Ecr,
        request: &Parts,
        now: Timestamp,
        log_entry: &mut ReceivedRequest,
    );

    /// Returns the value of `WWW-Authenticate` in the response to a request without credentials.
    fn challenge(&self, ecr: &Ecr, host: &Host) -> String;
}
