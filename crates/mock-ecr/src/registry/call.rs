//! The request that the registry handles.

use http::request::Parts;

use crate::aws::hosts::Host;
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
}
