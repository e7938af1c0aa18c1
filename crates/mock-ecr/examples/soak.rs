//! Runs thousands of clients against a mock with various faults for one hour of simulated time, in one process. Prints the number of
//! requests, and the memory in KiB after 15 minutes and at the end (Linux).

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use mock_ecr::MockEcr;
use mock_ecr::fault::Fault;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const FAULTS: [&str; 8] = [
    "match = { probability = 0.05 }\naction = { error = 'ThrottlingException' }",
    "match = { probability = 0.02 }\naction = { error = 'ServiceUnavailable' }",
    "match = { probability = 0.02 }\naction = { reset = 'before_headers' }",
    "match = { probability = 0.02 }\naction = { close = { after_bytes = 9 } }",
    "match = { probability = 0.02 }\naction = { body = 'html' }",
    "match = { probability = 0.02 }\naction = 'garbled_chunks'",
    "match = { probability = 0.05 }\naction = { latency = { p50 = '1ms', p90 = '2ms', p99 = '5ms' } }",
    "action = { throttle = { rate = 1000, burst = 2000 } }",
];

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (requests, quarter, end) = runtime.block_on(soak())?;
    Ok(writeln!(io::stdout(), "{requests} {quarter} {end}")?)
}

async fn soak() -> Result<(u64, u64, u64), Box<dyn Error>> {
    let ecr = MockEcr::builder().frozen().start().await?;
    for fault in FAULTS {
        ecr.faults().add(Fault::from_toml(fault)?)?;
    }
    let ecr = Arc::new(ecr);
    let mut quarter = 0;
    for minute in 0..MINUTES {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(client(Arc::clone(&ecr)));
        }
        while clients.join_next().await.is_some() {}
        ecr.clock().advance(Duration::from_secs(60));
        if minute == MINUTES / 4 {
            quarter = memory()?;
        }
    }
    let requests = ecr.requests();
    let n_requests = requests.count() as u64 + requests.forgotten();
    Ok((n_requests, quarter, memory()?))
}

const MINUTES: u64 = 60;
const CLIENTS: u64 = 1000;

/// Sends `GET /v2/` on a new connection.
async fn client(ecr: Arc<MockEcr>) -> io::Result<()> {
    let mut stream = TcpStream::connect(ecr.address()).await?;
    let token = ecr.issue_token();
    let request = format!(
        "GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {}\r\nConnection: close\r\n\r\n",
        token.as_str()
    );
    stream.write_all(request.as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

fn memory() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("missing field VmRSS")?.parse()?)
}
