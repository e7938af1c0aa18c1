//! Commands that call a server whose responses contain terminal escape codes and commands of CI services.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Output;
use std::thread;

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::{Value, json};

/// Clears the screen, in two encodings, and sets a variable of a GitHub workflow.
const HOSTILE: &str = "\u{1b}[2J\u{9b}2J\n::set-output name=a::b\u{202e}";

/// Runs a command that sends one request to a server with this response.
fn run(arguments: &[&str], status: &str, body: &Value) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = body.to_string();
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head: Vec<u8> = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut part = [0; 4096];
            let length = stream.read(&mut part).unwrap();
            assert!(length > 0, "the request has a head");
            head.extend(&part[..length]);
        }
        stream.write_all(response.as_bytes()).unwrap();
    });
    let mut command = cargo_bin_cmd!("mock-ecr");
    let output = command.args(arguments).env("MOCK_ECR_URL", url).output();
    server.join().unwrap();
    output.unwrap()
}

#[track_caller]
fn assert_harmless(output: &[u8]) -> String {
    let text = String::from_utf8(output.to_vec()).unwrap();
    let is_harmless = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(text.chars().all(is_harmless), "{text:?}");
    let is_command = |line: &str| line.trim_start().starts_with("::");
    assert!(!text.lines().any(is_command), "{text}");
    text
}

#[test]
fn a_response_is_escaped() {
    let field = || Value::from(HOSTILE);
    let clock = json!({ "now": field(), "state": field() });
    let tokens = json!({ "tokens": [{ "id": field(), "principal": field() }] });
    let requests = json!({ "requests": [{ "received": field(), "host": field(), "status": 200 }] });
    let repositories = json!({ "repositories": [{ "name": field() }] });
    let faults =
        json!({ "faults": [{ "id": 1, "action": field(), "match": { HOSTILE: field() } }] });
    for (arguments, body) in [
        (&["clock"][..], &clock),
        (&["token", "list"], &tokens),
        (&["request"], &requests),
        (&["repository", "list"], &repositories),
        (&["fault"], &faults),
    ] {
        let output = run(arguments, "200 OK", body);
        assert!(output.status.success(), "{output:?}");
        let text = assert_harmless(&output.stdout);
        assert!(text.contains("\\x1b[2J\\u{9b}2J"), "{text}");
    }
}

#[test]
fn a_json_response_is_escaped_and_equal() {
    let clock = json!({ "now": HOSTILE, "state": "frozen" });
    let output = run(&["clock", "--json"], "200 OK", &clock);
    let text = assert_harmless(&output.stdout);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), clock);
}

#[test]
fn an_error_response_is_escaped() {
    let body = json!({ "error": HOSTILE, "at": HOSTILE });
    let output = run(&["clock"], "400 Bad Request", &body);
    assert_eq!(output.status.code(), Some(1));
    let text = assert_harmless(&output.stderr);
    assert!(text.contains("rejected the request: \\x1b[2J"), "{text}");
    let output = run(&["clock"], "500 Internal Server Error", &body);
    let text = assert_harmless(&output.stderr);
    assert!(text.contains(": \\x1b[2J"), "{text}");
    assert!(!text.contains("rejected"), "{text}");
}

#[test]
fn variables_that_a_shell_would_execute_are_rejected() {
    for variables in [json!({ "A;reboot": "x" }), json!({ "A": "x\nB=y" })] {
        let output = run(&["env"], "200 OK", &variables);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(output.stdout, b"");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains("is not mock-ecr"), "{text}");
    }
}
