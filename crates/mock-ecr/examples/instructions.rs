//! Repeats an operation, so that `scripts/bench` can count its instructions with callgrind: `instructions OPERATION COUNT`.
//!
//! The operations are `token` (a signed call of `GetAuthorizationToken`), `ping` (`GET /v2/` with a token), both over one connection, and
//! `start` (start and drop of a mock).

mod signed_call;

use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use mock_ecr::MockEcr;
use signed_call::signed_call;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let operation = arguments.next().unwrap_or_default();
    let count: usize = arguments.next().ok_or("expected a number")?.parse()?;
    match &*operation {
        "start" => start(count),
        "token" => repeat(token, count),
        "ping" => repeat(ping, count),
        other => Err(format!("unknown operation {other:?}: expected start, token or ping").into()),
    }
}

fn start(count: usize) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for _ in 0..count {
        runtime.block_on(MockEcr::start())?;
    }
    Ok(())
}

fn token(ecr: &MockEcr) -> Result<String, Box<dyn Error>> {
    signed_call(0, ecr.clock().now().into())
}

fn ping(ecr: &MockEcr) -> Result<String, Box<dyn Error>> {
    let token = ecr.issue_token();
    let token = token.as_str();
    Ok(format!(
        "GET /v2/ HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic {token}\r\n\r\n"
    ))
}

/// Sends a request `count` times.
fn repeat(
    request: fn(&MockEcr) -> Result<String, Box<dyn Error>>,
    count: usize,
) -> Result<(), Box<dyn Error>> {
    let ecr = MockEcr::builder().frozen().start_blocking()?;
    let request = request(&ecr)?;
    let url = ecr.url();
    let mut connection = TcpStream::connect(url.trim_start_matches("http://"))?;
    let mut responses = BufReader::new(connection.try_clone()?);
    for _ in 0..count {
        connection.write_all(request.as_bytes())?;
        read_response(&mut responses)?;
    }
    Ok(())
}

/// Reads a response with status 200.
fn read_response(responses: &mut BufReader<TcpStream>) -> Result<(), Box<dyn Error>> {
    let mut line = String::new();
    responses.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200 ") {
        return Err(format!("expected status 200, received {line:?}").into());
    }
    let mut length = 0;
    while line != "\r\n" {
        line.clear();
        responses.read_line(&mut line)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    Ok(responses.read_exact(&mut body)?)
}
