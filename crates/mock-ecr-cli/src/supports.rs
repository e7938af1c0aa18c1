//! `mock-ecr supports`: prints the operations that the mock implements.

use std::process::ExitCode;

use mock_ecr::MockEcr;

use crate::error::Error;
use crate::stdout;
use crate::table::table;

pub(crate) fn supports() -> Result<ExitCode, Error> {
    let operations = MockEcr::supported_operations();
    let rows: Vec<Vec<String>> = operations
        .map(|(service, name)| vec![service.to_string(), name.to_owned()])
        .collect();
    stdout::print(&table(&["SERVICE", "OPERATION"], &rows))?;
    Ok(ExitCode::SUCCESS)
}
