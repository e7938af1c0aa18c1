//! `thousand_mocks mock-ecr` or `thousand_mocks wiremock` starts a thousand servers in this process, and prints the number of threads
//! and the memory in KiB while all servers run (Linux).

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};

use mock_ecr::{MockEcr, StartError};
use tokio::runtime::Builder;
use wiremock::MockServer;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let server = std::env::args().nth(1).unwrap_or_default();
    // The servers are dropped outside the runtime: in a task, dropping the 65th server of wiremock blocks forever.
    let (threads, memory) = match server.as_str() {
        "mock-ecr" => measure(&runtime.block_on(mocks())?)?,
        "wiremock" => measure(&runtime.block_on(wiremocks()))?,
        _ => return Err("expected mock-ecr or wiremock".into()),
    };
    Ok(writeln!(io::stdout(), "{threads} {memory}")?)
}

async fn mocks() -> Result<Vec<MockEcr>, StartError> {
    let mut mocks = Vec::new();
    for _ in 0..MOCKS {
        mocks.push(MockEcr::start().await?);
    }
    Ok(mocks)
}

async fn wiremocks() -> Vec<MockServer> {
    let mut mocks = Vec::new();
    for _ in 0..MOCKS {
        // `MockServer::start` reuses servers from a pool.
        mocks.push(MockServer::builder().start().await);
    }
    mocks
}

const MOCKS: usize = 1000;

/// Returns the number of threads and the memory of this process while the servers run.
fn measure<T>(_servers: &[T]) -> Result<(u64, u64), Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let number = |field: &str| -> Result<u64, Box<dyn Error>> {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or(format!("missing field {field}"))?.parse()?)
    };
    Ok((number("Threads:")?, number("VmRSS:")?))
}
