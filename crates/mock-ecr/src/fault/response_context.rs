//! The context in which faults are applied to a response.

use bytes::Bytes;
use http::Response;

use crate::fault::action::ExpiredAs;
use crate::types::AccountId;
use crate::types::timestamp::Timestamp;

/// The values that actions need to change a response.
pub(crate) struct ResponseContext<'a> {
    /// The time of the request.
    pub(crate) now: Timestamp,
    /// Returns the registry's response to an expired token in a given form.
    pub(crate) expired: &'a (dyn Fn(ExpiredAs) -> Response<Bytes> + Sync),
    /// Returns the authorization data for the root user of another account.
    pub(crate) foreign: &'a (dyn Fn(AccountId) -> Foreign + Sync),
}

/// The authorization data of another account.
pub(crate) struct Foreign {
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    /// The URL of the account's registry.
    pub(crate) endpoint: String,
}
