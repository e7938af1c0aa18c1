//! Whether the mock implements an operation.

use crate::aws::model::shapes::Model;
use crate::aws::service::AwsService;
use crate::services::table::operations;
use crate::types::OperationSupport;

/// Returns every operation of a service, in the order of their names.
pub(crate) fn of(service: AwsService) -> impl Iterator<Item = OperationSupport> {
    let names = Model::of(service).operations();
    names.map(move |operation| {
        let entry = operations(service)
            .iter()
            .find(|entry| entry.name == operation);
        OperationSupport {
            service: service.into(),
            operation,
            fidelity: entry.map(|entry| entry.fidelity),
        }
    })
}
