//! `whole_process ROUNDS PROGRAM…` runs `PROGRAM ecr get-authorization-token` (`PROGRAM get-authorization-token` if the program is called
//! `ecr`) in turn against one mock, and prints the program and its duration in milliseconds for each run.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mock_ecr::MockEcr;

/// The mock runs in a second thread while the first waits for a program.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let rounds: usize = arguments
        .next()
        .ok_or("expected a number of rounds")?
        .parse()?;
    let programs: Vec<String> = arguments.collect();
    let ecr = MockEcr::start().await?;
    for _ in 0..rounds {
        for program in &programs {
            let millis = run(&ecr, program)?.as_secs_f64() * 1000.0;
            writeln!(io::stdout(), "{program} {millis:.2}")?;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement needs the real time"
)]
fn run(ecr: &MockEcr, program: &str) -> Result<Duration, Box<dyn Error>> {
    let mut command = Command::new(program);
    if Path::new(program).file_name() != Some("ecr".as_ref()) {
        command.arg("ecr");
    }
    command.arg("get-authorization-token").stdout(Stdio::null());
    for (name, value) in ecr.environment() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    let succeeded = status.success();
    succeeded
        .then_some(took)
        .ok_or_else(|| format!("{program}: {status}").into())
}
