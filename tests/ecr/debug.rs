//! The log of `--debug`.

use crate::command::{Ecr, KEY_ID, Outcome, SECRET};
use crate::stub::{ONE_REGISTRY, Reaction, Stub, error_response, response};

const SESSION: &str = "a-session-token";

fn logged(command: &str, reaction: Reaction) -> (Outcome, Vec<String>) {
    let stub = Stub::with([reaction]);
    let outcome = Ecr::new(&[command, "--debug"])
        .endpoint(&stub)
        .env("AWS_SESSION_TOKEN", SESSION)
        .run();
    let requests = stub.requests();
    let signatures = requests.iter().filter_map(|request| {
        let (_, signature) = request.header("authorization")?.split_once("Signature=")?;
        Some(signature.to_owned())
    });
    (outcome, signatures.collect())
}

#[track_caller]
fn assert_no_secret_in(outcome: &Outcome, signatures: &[String]) {
    assert_eq!(signatures.len(), 1, "one request was signed");
    for secret in [
        SECRET,
        SESSION,
        "QVdTOnBhc3N3b3Jk",
        "password",
        &signatures[0],
    ] {
        assert!(!outcome.stderr.contains(secret), "{secret} in {outcome:?}");
    }
}

#[test]
fn the_log_contains_the_call_without_secrets() {
    let (outcome, signatures) = logged(
        "get-login-password",
        response(200, "X-A: b\r\n", ONE_REGISTRY),
    );
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "password\n"));
    for part in [
        "> POST http://127.0.0.1:",
        "> x-amz-target: AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken\n",
        "> {}\n",
        "< 200\n",
        "< x-a: b\n",
        KEY_ID,
    ] {
        assert!(outcome.stderr.contains(part), "{part} in {outcome:?}");
    }
    assert_no_secret_in(&outcome, &signatures);
}

#[test]
fn secrets_echoed_by_the_server_are_redacted() {
    for echo in [
        format!("{SESSION} {SECRET}"),
        "authorizationToken: password".to_owned(),
    ] {
        let (outcome, signatures) =
            logged("get-authorization-token", error_response(403, "X", &echo));
        assert_eq!(outcome.code, 255);
        // The error message is that of the server, as in v1.
        let (log, _) = outcome.stderr.split_once("\nAn error occurred").unwrap();
        assert!(log.contains("< 403\n"), "{outcome:?}");
        let stderr = log.to_owned();
        assert_no_secret_in(&Outcome { stderr, ..outcome }, &signatures);
    }
}

#[test]
fn a_failed_connection_is_logged_without_the_proxy_password() {
    let ecr = Ecr::new(&[
        "get-login-password",
        "--debug",
        "--endpoint-url",
        "http://u:p4ss@ecr.invalid",
    ]);
    let outcome = ecr.env("http_proxy", "http://me:p4ss@127.0.0.1:1").run();
    assert_eq!(outcome.code, 255);
    assert!(outcome.stderr.contains("! no response: "), "{outcome:?}");
    assert!(!outcome.stderr.contains("p4ss"), "{outcome:?}");
}
