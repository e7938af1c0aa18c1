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
        Some(limit) => {
            let waited = wait(limit, || request(target)).await;
            waited.unwrap_or_else(|| Err(Error::NoResponse(target.url())))?
        }
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

/// Repeats the request until a mock responds. If the limit passes, returns the error of the last request that failed, or `None` if none has failed. A
/// proxy in front of a mock that is starting can respond in its place, or accept a connection without a response. Each attempt without a
/// response is followed by one that waits twice as long, so that a slow mock is reached, too.
async fn wait<F: Future<Output = Result<Value, Error>>>(
    limit: Duration,
    request: impl Fn() -> F,
) -> Option<Result<Value, Error>> {
    let (mut last, mut attempt) = (None, FIRST_ATTEMPT);
    let reached = timeout(limit, async {
        loop {
            match timeout(attempt, request()).await {
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
        Ok(outcome) => Some(outcome),
        Err(_) => last.map(Err),
    }
}

/// The time after which the first request without a response is repeated.
const FIRST_ATTEMPT: Duration = Duration::from_secs(1);

const INTERVAL: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;

    use super::*;

    /// Waits for ten seconds with requests that take this time each. Returns whether a mock was reached, and the number of requests.
    async fn reached(response: Duration) -> (bool, u32) {
        let requests = Cell::new(0);
        let request = || {
            requests.set(requests.get() + 1);
            async move {
                sleep(response).await;
                Ok(json!({ "status": "ok" }))
            }
        };
        let waited = wait(Duration::from_secs(10), request).await;
        (waited.is_some_and(|waited| waited.is_ok()), requests.get())
    }

    /// The time of the test is not that of the system.
    #[tokio::test(start_paused = true)]
    async fn a_mock_that_responds_slowly_is_reached() {
        for (seconds, expected) in [(0, (true, 1)), (3, (true, 3)), (60, (false, 4))] {
            let found = reached(Duration::from_secs(seconds)).await;
            assert_eq!(found, expected, "{seconds}");
        }
    }
}
