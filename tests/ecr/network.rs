//! Connections that fail, and outputs that do.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use assert_cmd::cargo::cargo_bin;

use crate::command::{Ecr, KEY_ID, SECRET};
use crate::stub::{ONE_REGISTRY, Reaction, Stub, reply};

/// A port on which nobody listens.
fn dead_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_refused_connection_names_the_endpoint() {
    let url = dead_url();
    let expected = format!("\nCould not connect to the endpoint URL: \"{url}/\"\n");
    let ecr = Ecr::new(&["get-authorization-token", "--endpoint-url", &url]);
    ecr.run().failed(255, &expected);
}

#[test]
fn a_refused_proxy_is_named() {
    let proxy = dead_url();
    let expected = format!("\nFailed to connect to proxy URL: \"{proxy}\"\n");
    let ecr = Ecr::new(&[
        "get-authorization-token",
        "--endpoint-url",
        "http://ecr.invalid",
    ]);
    ecr.env("http_proxy", &proxy).run().failed(255, &expected);
}

#[test]
fn a_proxy_is_gone_around_where_v1_goes_around_it() {
    let proxy = dead_url();
    for variables in [
        &[("ALL_PROXY", proxy.as_str())][..],
        &[("HTTP_PROXY", &proxy), ("NO_PROXY", "*")],
        &[("HTTP_PROXY", &proxy), ("http_proxy", "")],
    ] {
        let stub = Stub::answering(ONE_REGISTRY);
        let ecr = Ecr::new(&["get-login-password"]).at(&stub);
        let set = |ecr: Ecr, (name, value): &(&str, &str)| ecr.env(name, value);
        let ecr = variables.iter().fold(ecr, set);
        assert_eq!(ecr.run().printed(), "password\n");
    }
}

#[test]
fn a_proxy_that_is_no_url_is_not_gone_around() {
    let stub = Stub::answering(ONE_REGISTRY);
    for proxy in ["http://a b", "socks5://127.0.0.1:1", "http://"] {
        let ecr = Ecr::new(&["get-authorization-token"]).at(&stub);
        let outcome = ecr
            .env("HTTP_PROXY", proxy)
            .env("AWS_MAX_ATTEMPTS", "1")
            .run();
        outcome.complained_about(&["proxy"]);
    }
}

#[test]
fn an_answer_that_breaks_off_names_the_endpoint() {
    let short = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{".to_vec();
    for reaction in [
        Reaction::Close,
        Reaction::Send(short),
        Reaction::Send(b"this is not HTTP\r\n\r\n".to_vec()),
    ] {
        let stub = Stub::with([reaction]);
        let url = stub.url();
        let ecr = Ecr::new(&["get-authorization-token"]).at(&stub);
        let text = "Connection was closed before we received a valid response from endpoint URL";
        ecr.run().failed(255, &format!("\n{text}: \"{url}/\".\n"));
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_it_nor_asked_for_again() {
    for status in [200, 500] {
        let stub = Stub::with([reply(status, "", &" ".repeat(10_000_001))]);
        let outcome = Ecr::new(&["get-login-password"]).at(&stub).run();
        outcome.failed(255, "\nThe call failed: the answer is longer than 10 MB\n");
        assert_eq!(stub.requests().len(), 1);
    }
}

#[test]
fn a_broken_connection_is_tried_again() {
    let stub = Stub::with([Reaction::Close, reply(200, "", ONE_REGISTRY)]);
    let ecr = Ecr::new(&["get-login-password"]).at(&stub);
    let outcome = ecr.env("AWS_MAX_ATTEMPTS", "2").run();
    assert_eq!(outcome.printed(), "password\n");
}

#[test]
fn a_server_that_speaks_no_tls_is_a_tls_failure() {
    for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b""] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let read = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(answer).unwrap();
            read
        });
        let ecr = Ecr::new(&["get-authorization-token", "--endpoint-url", &url]);
        let outcome = ecr.run();
        outcome.complained_about(&["SSL validation failed for", &url]);
        assert!(server.join().unwrap() > 0, "a TLS greeting was sent");
    }
}

#[test]
fn a_ca_bundle_that_cannot_be_used_is_named() {
    let url = dead_url().replace("http://", "https://");
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
        outcome.complained_about(&["SSL validation failed", name, reason]);
    }
}

#[test]
fn a_ca_bundle_is_not_read_for_plain_http() {
    let stub = Stub::answering(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password", "--ca-bundle", "/nope.pem"]).at(&stub);
    assert_eq!(ecr.run().printed(), "password\n");
}

#[test]
fn a_closed_stdout_ends_it_quietly() {
    let stub = Stub::answering(ONE_REGISTRY);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = spawned(&stub.url(), writer.into())
        .wait_with_output()
        .unwrap();
    assert_eq!(output.status.code(), Some(120));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn an_interrupt_ends_it_quietly_with_130() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let child = spawned(&url, Stdio::piped());
    let pid = child.id().to_string();
    let (asked, events) = mpsc::channel();
    let ended = asked.clone();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0]).unwrap();
        asked.send(None).unwrap();
        // The connection stays open, without an answer, until the client closes it.
        stream.read_to_end(&mut Vec::new())
    });
    thread::spawn(move || ended.send(Some(child.wait_with_output().unwrap())));

    assert_eq!(events.recv().unwrap(), None, "it must ask before it ends");
    let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(sent.success());
    let output = events.recv().unwrap().expect("it is asked only once");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout, output.stderr), (Vec::new(), Vec::new()));
}

fn spawned(url: &str, stdout: Stdio) -> Child {
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
