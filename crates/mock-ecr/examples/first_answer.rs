//! Measures a server from outside, on Linux: `first_answer PROGRAM ARGUMENT…` starts it, waits for the line on which it says where it
//! listens, asks `GET /v2/`, and prints how many milliseconds passed until the answer, then the memory in KiB that the
//! server holds and the most that it has held.

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
    let answered = ask(&mut server);
    let took = now() - start;
    let memory = [memory(&server, "VmRSS:"), memory(&server, "VmHWM:")];
    server.kill()?;
    server.wait()?;
    answered?;
    let [held, peak] = memory;
    let millis = took.as_secs_f64() * 1000.0;
    Ok(writeln!(io::stdout(), "{millis:.2} {} {}", held?, peak?)?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a start takes is a fact of the machine"
)]
fn now() -> Instant {
    Instant::now()
}

fn ask(server: &mut Child) -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    let stdout = server.stdout.as_mut().expect("it is piped");
    BufReader::new(stdout).read_line(&mut line)?;
    let (_, address) = line
        .trim_end()
        .split_once("http://")
        .ok_or_else(|| format!("{line:?} does not say where the server listens"))?;
    let mut connection = TcpStream::connect(address)?;
    connection.write_all(b"GET /v2/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    // Nobody has said who they are.
    let is_right = answer.starts_with("HTTP/1.1 401 ");
    is_right.then_some(()).ok_or_else(|| answer.into())
}

/// A field of `/proc/PID/status`, in KiB.
fn memory(server: &Child, field: &str) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or(format!("there is no {field}"))?.parse()?)
}
