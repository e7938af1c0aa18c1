//! `thousand_mocks mock-ecr` or `thousand_mocks wiremock` starts a thousand servers in this process, and prints its threads and the
//! memory in KiB that it holds while they all live (Linux).

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};

use mock_ecr::{MockEcr, StartError};
use tokio::runtime::Builder;
use wiremock::MockServer;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let which = std::env::args().nth(1).unwrap_or_default();
    // The servers are dropped outside of the runtime: within a task, wiremock's 65th waits forever.
    let (threads, memory) = match which.as_str() {
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
        // `MockServer::start` would take them from a pool and put them back.
        mocks.push(MockServer::builder().start().await);
    }
    mocks
}

const MOCKS: usize = 1000;

/// Threads and memory of this process, while `_alive` lives.
fn measure<T>(_valid: &[T]) -> Result<(u64, u64), Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let number = |field: &str| -> Result<u64, Box<dyn Error>> {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or(format!("there is no {field}"))?.parse()?)
    };
    Ok((number("Threads:")?, number("VmRSS:")?))
}
