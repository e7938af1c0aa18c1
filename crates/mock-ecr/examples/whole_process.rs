//! `whole_process ROUNDS PROGRAM…` runs `PROGRAM ecr get-authorization-token` (or, for a program called `ecr`, the same without its
//! own name) in turn against one mock, and prints for each run the program and the milliseconds from its start to its end.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mock_ecr::MockEcr;

/// The mock needs a thread while this one waits for a program.
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
    reason = "how long a program takes is a fact of the machine"
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
    let is_fine = status.success();
    is_fine
        .then_some(took)
        .ok_or_else(|| format!("{program}: {status}").into())
}
