//! The operations of each service.

use crate::aws::service::AwsService;
use crate::services::operation::{Effect, Entry};
use crate::services::{ecr, sts};

/// Returns the operations of a service that the mock implements.
pub(crate) fn operations(service: AwsService) -> &'static [Entry] {
    match service {
        AwsService::Ecr => ecr::OPERATIONS,
        AwsService::EcrPublic => &[],
        AwsService::Sts => sts::OPERATIONS,
    }
}

/// Returns whether the mock implements an operation, and the operation changes nothing.
pub(crate) fn is_read(service: AwsService, operation: &str) -> bool {
    let mut entries = operations(service).iter();
    entries.any(|entry| entry.name == operation && entry.effect == Effect::None)
}

/// Returns the services of which the mock implements an operation.
pub(crate) fn implemented() -> impl Iterator<Item = AwsService> {
    let services = AwsService::ALL.into_iter();
    services.filter(|service| !operations(*service).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::model::shapes::Model;

    #[test]
    fn every_operation_is_in_the_model_and_in_its_table_once() {
        for service in AwsService::ALL {
            let names: Vec<&str> = operations(service).iter().map(|entry| entry.name).collect();
            assert!(names.is_sorted_by(|a, b| a < b), "{service}: {names:?}");
            for name in names {
                let known = Model::of(service).operation(name);
                assert!(known.is_some(), "{service}: {name}");
            }
        }
    }

    /// The client of an operation that changes something must receive its response.
    #[test]
    fn an_operation_that_records_pulls_is_not_a_read() {
        assert!(is_read(AwsService::Ecr, "DescribeImages"));
        assert!(!is_read(AwsService::Ecr, "BatchGetImage"));
    }
}
