//! `mock-ecr supports`: prints the operations, and whether the mock implements them.

use std::process::ExitCode;

use mock_ecr::MockEcr;
use serde_json::{Value, json};

use crate::error::Error;
use crate::stdout;
use crate::table::table;

pub(crate) fn print_json() -> Result<ExitCode, Error> {
    let operations = rows().map(|[service, operation, support]| {
        json!({ "service": service, "operation": operation, "support": support })
    });
    let operations: Vec<Value> = operations.collect();
    let json = json!({ "version": env!("CARGO_PKG_VERSION"), "operations": operations });
    stdout::print_json(&format!("{json:#}\n"))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn print_table() -> Result<ExitCode, Error> {
    let rows: Vec<Vec<String>> = rows().map(Vec::from).collect();
    stdout::print(&table(&["SERVICE", "OPERATION", "SUPPORT"], &rows))?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the service, the name and the support of each operation.
fn rows() -> impl Iterator<Item = [String; 3]> {
    MockEcr::operations().map(|one| {
        let fidelity = one.fidelity.map(|fidelity| fidelity.to_string());
        let support = fidelity.unwrap_or_else(|| "missing".to_owned());
        [one.service.to_string(), one.operation.to_owned(), support]
    })
}
