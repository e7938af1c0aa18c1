//! Errors of connections and of output.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use assert_cmd::cargo::cargo_bin;

use crate::command::{Ecr, KEY_ID, SECRET};
use crate::stub::{ONE_REGISTRY, Reaction, Stub, response};

/// Returns the URL of a port without a listener.
fn closed_port_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_refused_connection_names_the_endpoint() {
    let url = closed_port_url();
    let expected = format!("\nCould not connect to the endpoint URL: \"{url}/\"\n");
    let ecr = Ecr::new(&["get-authorization-token", "--endpoint-url", &url]);
    ecr.run().assert_failure(255, &expected);
}

#[test]
fn an_unreachable_proxy_is_named_in_the_error() {
    let proxy = closed_port_url();
    let expected = format!("\nFailed to connect to proxy URL: \"{proxy}\"\n");
    let ecr = Ecr::new(&[
        "get-authorization-token",
        "--endpoint-url",
        "http://ecr.invalid",
    ]);
    ecr.env("http_proxy", &proxy)
        .run()
        .assert_failure(255, &expected);
}

#[test]
fn the_proxy_is_bypassed_in_the_same_cases_as_v1() {
    let proxy = closed_port_url();
    for variables in [
        &[("ALL_PROXY", proxy.as_str())][..],
        &[("HTTP_PROXY", &proxy), ("NO_PROXY", "*")],
        &[("HTTP_PROXY", &proxy), ("http_proxy", "")],
    ] {
        let stub = Stub::responding(ONE_REGISTRY);
        let ecr = Ecr::new(&["get-login-password"]).endpoint(&stub);
        let set = |ecr: Ecr, (name, value): &(&str, &str)| ecr.env(name, value);
        let ecr = variables.iter().fold(ecr, set);
        assert_eq!(ecr.run().success(), "password\n");
    }
}

#[test]
fn an_invalid_proxy_url_is_an_error() {
    let stub = Stub::responding(ONE_REGISTRY);
    for proxy in ["http://a b", "socks5://127.0.0.1:1", "http://"] {
        let ecr = Ecr::new(&["get-authorization-token"]).endpoint(&stub);
        let outcome = ecr
            .env("HTTP_PROXY", proxy)
            .env("AWS_MAX_ATTEMPTS", "1")
            .run();
        outcome.assert_error_contains(&["proxy"]);
    }
}

#[test]
fn a_truncated_response_names_the_endpoint() {
    let short = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{".to_vec();
    for reaction in [
        Reaction::Close,
        Reaction::Send(short),
        Reaction::Send(b"this is not HTTP\r\n\r\n".to_vec()),
    ] {
        let stub = Stub::with([reaction]);
        let url = stub.url();
        let ecr = Ecr::new(&["get-authorization-token"]).endpoint(&stub);
        let text = "Connection was closed before we received a valid response from endpoint URL";
        ecr.run()
            .assert_failure(255, &format!("\n{text}: \"{url}/\".\n"));
    }
}

#[test]
fn an_oversized_response_is_an_error_and_not_retried() {
    for status in [200, 500] {
        let stub = Stub::with([response(status, "", &" ".repeat(10_000_001))]);
        let outcome = Ecr::new(&["get-login-password"]).endpoint(&stub).run();
        outcome.assert_failure(
            255,
            "\nThe call failed: the response is longer than 10 MB\n",
        );
        assert_eq!(stub.requests().len(), 1);
    }
}

#[test]
fn a_closed_connection_is_retried() {
    let stub = Stub::with([Reaction::Close, response(200, "", ONE_REGISTRY)]);
    let ecr = Ecr::new(&["get-login-password"]).endpoint(&stub);
    let outcome = ecr.env("AWS_MAX_ATTEMPTS", "2").run();
    assert_eq!(outcome.success(), "password\n");
}

#[test]
fn a_server_without_tls_is_a_tls_error() {
    for bytes in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b""] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let read = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(bytes).unwrap();
            read
        });
        let ecr = Ecr::new(&["get-authorization-token", "--endpoint-url", &url]);
        let outcome = ecr.run();
        outcome.assert_error_contains(&["SSL validation failed for", &url]);
        assert!(server.join().unwrap() > 0, "a TLS ClientHello was sent");
    }
}

#[test]
fn an_unusable_ca_bundle_is_named_in_the_error() {
    let url = closed_port_url().replace("http://", "https://");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (name, reason) in [
        ("/nope.pem", "cannot be read"),
        ("words.pem", "no usable certificate"),
        ("broken.pem", "no usable certificate"),
    ] {
        let outcome = Ecr::new(&["get-authorization-token", "--endpoint-url", &url])
            .env("AWS_CA_BUNDLE", name)
            .file("words.pem", "hello\n")
            .file("broken.pem", broken)
            .run();
        outcome.assert_error_contains(&["SSL validation failed", name, reason]);
    }
}

#[test]
fn a_ca_bundle_is_not_read_for_plain_http() {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password", "--ca-bundle", "/nope.pem"]).endpoint(&stub);
    assert_eq!(ecr.run().success(), "password\n");
}

#[test]
fn an_interrupt_exits_with_130_without_a_message() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let child = spawn(&url, Stdio::piped());
    let pid = child.id().to_string();
    let (event_sender, events) = mpsc::channel();
    let exit_sender = event_sender.clone();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0]).unwrap();
        event_sender.send(None).unwrap();
        // The connection stays open without a response until the client closes it.
        stream.read_to_end(&mut Vec::new())
    });
    thread::spawn(move || exit_sender.send(Some(child.wait_with_output().unwrap())));

    assert_eq!(
        events.recv().unwrap(),
        None,
        "the program must send its request before it exits"
    );
    let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(sent.success());
    let output = events
        .recv()
        .unwrap()
        .expect("the program connects only once");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout, output.stderr), (Vec::new(), Vec::new()));
}

fn spawn(url: &str, stdout: Stdio) -> Child {
    Command::new(cargo_bin!("ecr"))
        .arg("get-authorization-token")
        .env_clear()
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}
