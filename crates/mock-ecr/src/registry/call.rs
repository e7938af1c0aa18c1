//! The request that the registry handles.

use http::request::Parts;

use crate::aws::hosts::Host;
use crate::http::base_url::BaseUrl;
use crate::http::buffers::Reservation;
use crate::http::ingress::Ingress;
use crate::registry::path::RegistryPath;
use crate::types::timestamp::Timestamp;

/// A request under `/v2/`, without its body.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Parts,
    pub(crate) host: &'a Host,
    pub(crate) path: &'a RegistryPath,
    pub(crate) ingress: Ingress,
    pub(crate) now: Timestamp,
    /// The memory of the request.
    pub(crate) reservation: &'a Reservation,
}

impl<'a> Call<'a> {
    /// Returns the base URL by which the client has reached the registry.
    pub(crate) fn base_url(&self) -> BaseUrl<'a> {
        BaseUrl::of(self.request, self.ingress)
    }
}
