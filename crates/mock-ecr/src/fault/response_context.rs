//! The context in which faults are applied to a response.

use bytes::Bytes;
use http::Response;

use crate::fault::action::ExpiredAs;
use crate::types::AccountId;
use crate::types::timestamp::Timestamp;

/// What the faults must know of the answer.
pub(crate) struct ResponseContext<'a> {
    /// When the request came.
    pub(crate) now: Timestamp,
    /// Whether it was refused because the time of its token is over.
    pub(crate) is_expired: bool,
    /// How the registry refuses such a token, in each form, and with which code.
    pub(crate) expired: &'a (dyn Fn(ExpiredAs) -> (Response<Bytes>, &'static str) + Sync),
    /// What the root user of another account is given by the API.
    pub(crate) foreign: &'a (dyn Fn(AccountId) -> Foreign + Sync),
}

/// What another account is given by the API.
pub(crate) struct Foreign {
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    /// The URL of its registry.
    pub(crate) endpoint: String,
}
