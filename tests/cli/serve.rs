use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use assert_cmd::cargo::cargo_bin_cmd;
use predicates::prelude::*;
use rustix::process::Signal;

use crate::mock::{Mock, failing};

#[test]
fn the_first_line_contains_the_address() {
    let mock = Mock::serve(&[]);
    let port = mock.address.strip_prefix("127.0.0.1:").unwrap();
    assert_ne!(port.parse(), Ok(0_u16));
    assert_eq!(
        mock.first_line,
        format!("mock-ecr listening on http://127.0.0.1:{port}\n")
    );
    assert!(mock.ping("").starts_with("HTTP/1.1 401 "));
}

#[test]
fn a_signal_stops_the_server_with_exit_code_0() {
    for signal in [Signal::TERM, Signal::INT] {
        let mock = Mock::serve(&[]);
        mock.signal(signal);
        assert_eq!(mock.wait().code(), Some(0), "{signal:?}");
    }
}

/// The response to `Expect: 100-continue` shows that the request is in flight. The test therefore does not depend on time.
#[test]
fn requests_in_flight_are_completed_before_the_server_stops() {
    let mock = Mock::serve(&[]);
    let mut stream = mock.connect();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");

    mock.signal(Signal::TERM);
    while std::net::TcpStream::connect(&mock.address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(b"{}").unwrap();

    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    assert!(response.contains("UnknownOperationException"), "{response}");
    assert_eq!(mock.wait().code(), Some(0));
}

#[test]
fn a_second_signal_stops_the_server_immediately() {
    let mock = Mock::serve(&[]);
    let mut stream = mock.connect();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.read_exact(&mut [0; 25]).unwrap();
    mock.signal(Signal::TERM);
    while std::net::TcpStream::connect(&mock.address).is_ok() {
        std::thread::yield_now();
    }
    mock.signal(Signal::TERM);
    assert_eq!(mock.wait().code(), Some(0));
}

#[test]
fn a_port_in_use_is_an_error_of_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    failing()
        .args(["serve", "--listen", &address])
        .assert()
        .code(1)
        .stdout("")
        .stderr(format!(
            "mock-ecr: cannot listen on {address} (use another port, or port 0 for a free port): Address already in use (os error 98)\n"
        ));
}

#[test]
fn an_invalid_configuration_is_an_error_of_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "seed = 'a'\ntoken_ttl = 'long'\n").unwrap();
    let file = file.to_str().unwrap();
    failing()
        .args(["serve", "--listen", "127.0.0.1:0", "--config", file])
        .assert()
        .code(1)
        .stdout("")
        .stderr(format!(
            "mock-ecr: {file}:2:13: token_ttl: invalid duration \"long\": expected a number with a unit, such as 1d, 12h, 90m or 1500ms\n"
        ));
}

#[test]
fn an_error_for_an_invalid_option_names_the_valid_values() {
    for (option, value, expected) in [
        ("--clock", "noon", "expected system, frozen, or a timestamp"),
        ("--token-ttl", "12", "expected a number with a unit"),
        ("--region", "US", "lower-case letters, digits and hyphens"),
        ("--auth", "none", "[possible values: strict, lenient]"),
        ("--proxy-endpoint", "x", "expected aws, mock, or a URL"),
        ("--listen", "x", "invalid socket address"),
    ] {
        failing()
            .args(["serve", option, value])
            .assert()
            .code(2)
            .stdout("")
            .stderr(predicate::str::contains(option).and(predicate::str::contains(expected)));
    }
}

#[test]
fn options_override_the_configuration_file() {
    let config = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/configs/full.toml"
    );
    let options = ["--config", config, "--region", "us-west-2", "--seed", "red"];
    let mock = Mock::serve(&options);
    let response = mock.ping("");
    let port = mock.address.rsplit(':').next().unwrap();
    let realm = format!("realm=\"http://123456789012.dkr.ecr.us-west-2.localhost:{port}/\"");
    assert!(response.contains(&realm), "{response}");
    assert!(
        response.contains("Date: Tue, 01 Jan 2030 00:00:00 GMT"),
        "{response}"
    );
}

/// A health check of a container has no key and uses any host name.
#[test]
fn beyond_loopback_only_health_works_without_the_generated_key() {
    let mut process = std::process::Command::new(assert_cmd::cargo::cargo_bin("mock-ecr"))
        .args(["serve", "--listen", "0.0.0.0:0"])
        .env_remove("MOCK_ECR_CONTROL_KEY")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stderr.take().unwrap()).lines();
    let steps: Vec<String> = lines.take(4).map(Result::unwrap).collect();
    let start = "control key:    export MOCK_ECR_URL=";
    let with_key = steps[0].strip_prefix(start).unwrap();
    let (key, host) = with_key["http://".len()..].split_once('@').unwrap();
    assert_eq!(key.len(), 32);
    assert!(steps[1].starts_with("clients: "), "{steps:?}");
    let console = format!("console:        http://{host}/_mock/ui/#key={key}");
    assert_eq!(steps[2], console);
    assert!(steps[3].starts_with("documentation: "), "{steps:?}");
    let url = format!("http://{host}");
    let command = |command: &str, url: &str| {
        let mut command_line = cargo_bin_cmd!("mock-ecr");
        command_line.args([command, "--url", url]).assert()
    };
    command("health", &url).success().stdout("healthy\n");
    let rejected = command("clock", &url).code(1);
    rejected.stderr(predicate::str::contains("missing or wrong control key"));
    command("clock", with_key).success();
    let variables = command("env", with_key).success();
    let export = format!("export MOCK_ECR_CONTROL_KEY='{key}'");
    variables.stdout(predicate::str::contains(export));
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    stream
        .write_all(b"GET /_mock/health HTTP/1.1\r\nHost: mock.example\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    process.kill().unwrap();
    process.wait().unwrap();
}

/// The first connections are closed, answered by a proxy, and not answered, as if the mock were still starting.
#[test]
fn health_waits_until_a_mock_responds() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut requests, mut unanswered) = (Vec::new(), Vec::new());
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";
        let proxy = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
        for response in [Some(""), Some(proxy), None, Some(ok)] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            requests.push(line);
            match response {
                Some(response) => stream.write_all(response.as_bytes()).unwrap(),
                None => unanswered.push(stream),
            }
        }
        requests
    });
    cargo_bin_cmd!("mock-ecr")
        .args(["health", "--wait", "1h", "--url", &url])
        .assert()
        .success()
        .stdout("healthy\n");
    let request = "GET /_mock/health HTTP/1.1\r\n";
    assert_eq!(server.join().unwrap(), [request; 4]);
}

#[test]
fn health_does_not_wait_longer_than_the_duration_of_the_option() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    cargo_bin_cmd!("mock-ecr")
        .args(["health", "--wait", "50ms", "--url", &url])
        .assert()
        .code(1)
        .stderr(format!(
            "mock-ecr: the server at {url} did not respond within the duration of --wait\n"
        ));
}

#[test]
fn without_a_mock_health_fails_with_one_line() {
    let outcome = cargo_bin_cmd!("mock-ecr")
        .args(["health", "--url", "http://k3y@127.0.0.1:1"])
        .assert()
        .code(1)
        .stdout("");
    let stderr = String::from_utf8(outcome.get_output().stderr.clone()).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let start = "mock-ecr: no mock at http://127.0.0.1:1: ";
    assert!(stderr.starts_with(start), "{stderr}");
}
