//! The received request of a call to an AWS API.

use http::request::Parts;

use crate::aws::service::AwsService;
use crate::http::buffers::Reservation;
use crate::http::ingress::Ingress;
use crate::types::Region;
use crate::types::timestamp::Timestamp;

/// A call to an AWS API: the request, the complete body, and how they were received.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) service: AwsService,
    pub(crate) request: &'a Parts,
    pub(crate) body: &'a [u8],
    /// The Region in the requested host name, if any.
    pub(crate) host_region: Option<&'a Region>,
    pub(crate) ingress: Ingress,
    pub(crate) now: Timestamp,
    /// The memory of the request.
    pub(crate) reservation: &'a Reservation,
}
