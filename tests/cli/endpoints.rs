//! The form of `proxyEndpoint`.

use assert_cmd::cargo::{cargo_bin, cargo_bin_cmd};

use crate::mock::Mock;

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
    assert_eq!(registry(&["--redirect", "sandbox"]), AWS);
    assert_eq!(registry(&["--proxy-endpoint", "aws"]), AWS);
    let in_sandbox = ["--redirect", "sandbox", "--proxy-endpoint", "mock"];
    // In the sandbox, the mock listens on port 80.
    assert_eq!(registry(&in_sandbox), "localhost");
}
