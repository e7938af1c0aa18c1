//! How long an answer is waited for.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::command::Ecr;
use crate::stub::{ONE_REGISTRY, Stub};

/// A server that sends these bytes and then nothing, but keeps the connection.
fn stalling(bytes: &'static [u8]) -> String {
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
fn an_answer_that_stalls_is_a_read_timeout_wherever_it_does() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"] {
        let url = stalling(bytes);
        let ecr = Ecr::new(&[
            "get-login-password",
            "--cli-read-timeout",
            "1",
            "--endpoint-url",
            &url,
        ]);
        let expected = format!("\nRead timeout on endpoint URL: \"{url}/\"\n");
        ecr.run().failed(255, &expected);
    }
}

/// As in v1, a read timeout that is too long is found when the waiting begins.
#[test]
fn a_time_that_cannot_be_waited_for_is_refused() {
    let refused = |name: &str, value: &str| {
        let stub = Stub::answering(ONE_REGISTRY);
        let outcome = Ecr::new(&["get-login-password", name, value])
            .at(&stub)
            .run();
        (outcome, stub.requests().len())
    };
    let negative = "\nAttempted to set connect timeout to -1, but the timeout cannot be set to a value less than or equal to 0.\n";
    refused("--cli-connect-timeout", "-1")
        .0
        .failed(255, negative);
    let text = "\ninvalid literal for int() with base 10: '1.5'\n";
    refused("--cli-read-timeout", "1.5").0.failed(255, text);
    for (name, requests) in [("--cli-connect-timeout", 0), ("--cli-read-timeout", 1)] {
        let (outcome, sent) = refused(name, "99999999999");
        outcome.complained_about(&["too long"]);
        assert_eq!(sent, requests);
    }
}
