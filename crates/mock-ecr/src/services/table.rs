//! The operations of each service.

use crate::aws::service::Service;
use crate::services::operation::Entry;
use crate::services::{ecr, sts};

/// The operations that the mock has of a service.
pub(crate) fn operations(service: Service) -> &'static [Entry] {
    match service {
        Service::Ecr => ecr::OPERATIONS,
        Service::EcrPublic => &[],
        Service::Sts => sts::OPERATIONS,
    }
}
