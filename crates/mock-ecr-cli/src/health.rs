//! `mock-ecr health`: checks that a mock is running.

use std::process::ExitCode;

use crate::args::HealthOptions;
use crate::error::Error;
use crate::{control_client, stdout};

/// Prints one line if the mock is healthy. Every error has exit code 1, as health checks of containers require.
pub(crate) async fn health(options: HealthOptions) -> Result<ExitCode, Error> {
    let target = &options.target;
    let health = control_client::get_json(target, "health").await?;
    if health["status"] != "ok" {
        return Err(Error::NotAMock(target.url()));
    }
    stdout::print("healthy\n")?;
    Ok(ExitCode::SUCCESS)
}
