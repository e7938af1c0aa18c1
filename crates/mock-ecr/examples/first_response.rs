//! Measures the start of a server (Linux): `first_response PROGRAM ARGUMENT…` starts it, waits for the line with its address, and sends
//! `GET /v2/`. Prints the milliseconds until the response, then the current and the peak memory of the server in KiB.

use std::error::Error;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("expected a program to start")?;
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped());
    let start = now();
    let mut server = command.spawn()?;
    let result = send_ping(&mut server);
    let took = now() - start;
    let memory = [memory(&server, "VmRSS:"), memory(&server, "VmHWM:")];
    server.kill()?;
    server.wait()?;
    result?;
    let [current, peak] = memory;
    let millis = took.as_secs_f64() * 1000.0;
    Ok(writeln!(
        io::stdout(),
        "{millis:.2} {} {}",
        current?,
        peak?
    )?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement needs the real time"
)]
fn now() -> Instant {
    Instant::now()
}

fn send_ping(server: &mut Child) -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    let stdout = server.stdout.as_mut().expect("a piped stdout");
    BufReader::new(stdout).read_line(&mut line)?;
    let (_, address) = line
        .trim_end()
        .split_once("http://")
        .ok_or_else(|| format!("no address in the first line of the server: {line:?}"))?;
    let mut connection = TcpStream::connect(address)?;
    connection.write_all(b"GET /v2/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut response = String::new();
    connection.read_to_string(&mut response)?;
    // The request has no credentials.
    let is_right = response.starts_with("HTTP/1.1 401 ");
    is_right.then_some(()).ok_or_else(|| response.into())
}

/// Returns a field of `/proc/PID/status` in KiB.
fn memory(server: &Child, field: &str) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or(format!("missing field {field}"))?.parse()?)
}
