//! Writes a script for wrk with thousands of different signed calls of `GetAuthorizationToken`.
//!
//! The calls have the headers of the AWS SDK for Rust and signatures of its signer with the keys of AWS's documentation. Each call has
//! another registry ID. The dates are within the last ten minutes, so the script must be used immediately.

mod signed_call;

use std::error::Error;
use std::io::{self, BufWriter, Write as _};
use std::time::{Duration, SystemTime};

use signed_call::signed_call;

fn main() -> Result<(), Box<dyn Error>> {
    let now = now();
    let mut script = BufWriter::new(io::stdout().lock());
    script.write_all(b"local requests = {\n")?;
    for index in 0..REQUESTS {
        let time = now - Duration::from_secs(index % 600);
        // Rust and Lua escape the same characters in an ASCII string.
        writeln!(script, "{:?},", signed_call(index, time)?)?;
    }
    script.write_all(AFTER_REQUESTS.as_bytes())?;
    Ok(script.flush()?)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the requests are for a mock with the system clock"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

const REQUESTS: u64 = 5000;

/// The rest of the script: it sends the requests in turn and prints the results on one line.
const AFTER_REQUESTS: &str = r#"}
local last = 0

function request()
   last = last % #requests + 1
   return requests[last]
end

function done(summary, latency)
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
   local per_second = summary.requests / summary.duration * 1e6
   local size = summary.bytes / summary.requests
   io.write(string.format("sample %.0f %d %.0f\n", per_second, failed, size))
end
"#;
