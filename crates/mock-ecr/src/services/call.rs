//! A call of an AWS API, as it was received.

use http::request::Parts;

use crate::aws::service::AwsService;
use crate::http::ingress::Ingress;
use crate::types::Region;
use crate::types::timestamp::Timestamp;

/// A call of an AWS API, as it was received.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) service: AwsService,
    pub(crate) request: &'a Parts,
    pub(crate) body: &'a [u8],
    /// The Region in the host name.
    pub(crate) host_region: Option<&'a Region>,
    pub(crate) ingress: Ingress,
    pub(crate) now: Timestamp,
}
