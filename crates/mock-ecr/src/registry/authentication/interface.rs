//! The interface of an authentication scheme.

use http::request::Parts;

use crate::aws::hosts::Host;
use crate::http::base_url::BaseUrl;
use crate::iam::principal::Caller;
use crate::registry::call::Call;
use crate::registry::error::RegistryError;
use crate::request_log::ReceivedRequest;
use crate::state::State;
use crate::types::timestamp::Timestamp;

/// An authentication scheme of a registry: it verifies credentials, and defines the challenge to a request without credentials.
pub(crate) trait Authentication: Sync {
    /// Verifies the token that a request presents.
    ///
    /// # Errors
    ///
    /// Returns an error if the request has no token, or if the token is not valid in this registry at this time.
    fn authenticate(
        &self,
        state: &State,
        call: &Call<'_>,
        log_entry: &mut ReceivedRequest,
    ) -> Result<Caller, RegistryError>;

    /// Records the token that a request presents, even if it is invalid. Does not verify the request.
    fn record_presented(
        &self,
        state: &State,
        request: &Parts,
        now: Timestamp,
        log_entry: &mut ReceivedRequest,
    );

    /// Returns the value of `WWW-Authenticate` in the response to a request without credentials.
    fn challenge(&self, state: &State, host: &Host, request: &BaseUrl<'_>) -> String;
}
