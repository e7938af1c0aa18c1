//! `mock-ecr health`: checks that a mock is running.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::args::{HealthOptions, Target};
use crate::error::Error;
use crate::{control_client, stdout};

/// Prints one line if the mock is healthy. Every error has exit code 1, as health checks of containers require.
pub(crate) async fn health(options: HealthOptions) -> Result<ExitCode, Error> {
    let target = &options.target;
    let health = match options.wait {
        Some(limit) => wait(target, limit).await?,
        None => request(target).await?,
    };
    if health["status"] != "ok" {
        return Err(Error::NotAMock(target.url()));
    }
    stdout::print("healthy\n")?;
    Ok(ExitCode::SUCCESS)
}

async fn request(target: &Target) -> Result<Value, Error> {
    control_client::get_json(target, "health").await
}

/// Repeats the request until a mock responds. If the limit passes, returns the error of the last request that failed, or `NoResponse` if none has
/// failed. A proxy in front of a mock that is starting can respond in its place, or accept a connection without a response. Each attempt without a
/// response is followed by one that waits twice as long, so that a slow mock is reached, too.
async fn wait(target: &Target, limit: Duration) -> Result<Value, Error> {
    let (mut last, mut attempt) = (None, FIRST_ATTEMPT);
    let reached = timeout(limit, async {
        loop {
            match timeout(attempt, request(target)).await {
                Ok(Err(error @ (Error::Unreachable { .. } | Error::NotAMock(_)))) => {
                    last = Some(error);
                }
                Ok(outcome) => return outcome,
                Err(_) => attempt = attempt.saturating_mul(2),
            }
            sleep(INTERVAL).await;
        }
    });
    match reached.await {
        Ok(outcome) => outcome,
        Err(_) => Err(last.unwrap_or_else(|| Error::NoResponse(target.url()))),
    }
}

/// The time after which the first request without a response is repeated.
const FIRST_ATTEMPT: Duration = Duration::from_secs(1);

const INTERVAL: Duration = Duration::from_millis(20);
