//! The connect and read timeouts.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::command::Ecr;
use crate::stub::{ONE_REGISTRY, Stub};

/// Starts a server that sends these bytes and then keeps the connection open.
fn stalled_server(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0]).unwrap();
        stream.write_all(bytes).unwrap();
        stream.read_to_end(&mut Vec::new())
    });
    url
}

#[test]
fn a_stalled_response_is_a_read_timeout() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"] {
        let url = stalled_server(bytes);
        let ecr = Ecr::new(&[
            "get-login-password",
            "--cli-read-timeout",
            "1",
            "--endpoint-url",
            &url,
        ]);
        let expected = format!("\nRead timeout on endpoint URL: \"{url}/\"\n");
        ecr.run().assert_failure(255, &expected);
    }
}

/// As in v1, a read timeout that is too long is reported only after the request was sent.
#[test]
fn invalid_timeouts_are_rejected() {
    let run = |name: &str, value: &str| {
        let stub = Stub::responding(ONE_REGISTRY);
        let outcome = Ecr::new(&["get-login-password", name, value])
            .endpoint(&stub)
            .run();
        (outcome, stub.requests().len())
    };
    let negative = "\nAttempted to set connect timeout to -1, but the timeout cannot be set to a value less than or equal to 0.\n";
    run("--cli-connect-timeout", "-1")
        .0
        .assert_failure(255, negative);
    let text = "\ninvalid literal for int() with base 10: '1.5'\n";
    run("--cli-read-timeout", "1.5").0.assert_failure(255, text);
    for (name, requests) in [("--cli-connect-timeout", 0), ("--cli-read-timeout", 1)] {
        let (outcome, sent) = run(name, "99999999999");
        outcome.assert_error_contains(&["too long"]);
        assert_eq!(sent, requests);
    }
}
