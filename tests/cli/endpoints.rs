//! The form of `proxyEndpoint`, and the loopback addresses that `localhost` can resolve to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};

use crate::mock::{Mock, failing};

const AWS: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/// Asserts that the realm for a request with the host `x` is a URL.
#[track_caller]
fn assert_realm(options: &[&str], url: &str) {
    let response = Mock::serve(options).ping("");
    let realm = format!("realm=\"{url}/\"");
    assert!(response.contains(&realm), "{options:?}: {response}");
}

#[test]
fn serve_uses_the_address_of_the_request_unless_another_form_is_configured() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    let file = file.to_str().unwrap();
    std::fs::write(file, "proxy_endpoint = 'aws'\n").unwrap();
    let aws = format!("https://{AWS}");
    assert_realm(&[], "http://x");
    assert_realm(&["--proxy-endpoint", "mock"], "http://x");
    assert_realm(&["--proxy-endpoint", "aws"], &aws);
    assert_realm(
        &["--proxy-endpoint", "http://{region}.test"],
        "http://us-east-1.test",
    );
    assert_realm(&["--config", file], &aws);
    assert_realm(&["--config", file, "--proxy-endpoint", "mock"], "http://x");
}

/// Returns the registry to which `mock-ecr login` logs in.
fn registry(options: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = cargo_bin_cmd!("mock-ecr")
        .arg("run")
        .args(options)
        .arg("--")
        .arg(cargo_bin("mock-ecr"))
        .args(["login", "--config"])
        .arg(directory.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let registry = printed.strip_prefix("wrote the login of ").unwrap();
    registry.split(' ').next().unwrap().to_owned()
}

#[test]
fn run_uses_the_form_that_the_redirected_command_reaches() {
    let env = registry(&[]);
    assert!(env.starts_with("localhost:"), "{env}");
    assert_eq!(registry(&["--redirect", "proxy"]), AWS);
    assert_eq!(registry(&["--proxy-endpoint", "aws"]), AWS);
}

#[test]
#[cfg(feature = "real-clients")]
fn run_uses_the_form_that_a_command_in_the_sandbox_reaches() {
    assert_eq!(registry(&["--redirect", "sandbox"]), AWS);
    let in_sandbox = ["--redirect", "sandbox", "--proxy-endpoint", "mock"];
    // In the sandbox, the mock listens on port 80.
    assert_eq!(registry(&in_sandbox), "localhost");
}

fn has_ipv6() -> bool {
    TcpListener::bind("[::1]:0").is_ok()
}

#[test]
fn serve_listens_on_every_loopback_address_of_the_system() {
    let mock = Mock::serve(&[]);
    let port = mock.address.strip_prefix("127.0.0.1:").unwrap();
    let connected = TcpStream::connect(format!("[::1]:{port}"));
    assert_eq!(connected.is_ok(), has_ipv6(), "{connected:?}");
    let Ok(mut stream) = connected else { return };
    let request = "GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
}

#[test]
fn another_program_on_the_other_loopback_address_is_an_error() {
    let mut errors = (0..20).map(|_| {
        // The port is in use on ::1 only, unless another program uses it on 127.0.0.1.
        let taken = TcpListener::bind("[::1]:0").ok()?;
        let port = taken.local_addr().unwrap().port();
        let serve = ["serve", "--listen", &format!("127.0.0.1:{port}")];
        let assert = failing().args(serve).assert().code(1);
        let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        Some((port, stderr))
    });
    let is_other = |found: &Option<(u16, String)>| {
        found
            .as_ref()
            .is_none_or(|(_, stderr)| !stderr.contains("127.0.0.1"))
    };
    match errors.find(is_other).unwrap() {
        Some((port, stderr)) => {
            let expected = format!("mock-ecr: cannot listen on [::1]:{port} (use another port");
            assert!(stderr.starts_with(&expected), "{stderr}");
        }
        None => assert!(!has_ipv6()),
    }
}
