//! The log of `--debug`.

use crate::command::{Ecr, KEY_ID, Outcome, SECRET};
use crate::stub::{ONE_REGISTRY, Reaction, Stub, refusal, reply};

const SESSION: &str = "a-session-token";

fn logged(command: &str, reaction: Reaction) -> (Outcome, Vec<String>) {
    let stub = Stub::with([reaction]);
    let outcome = Ecr::new(&[command, "--debug"])
        .at(&stub)
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
fn the_log_shows_the_call_and_no_secret() {
    let (outcome, signatures) =
        logged("get-login-password", reply(200, "X-A: b\r\n", ONE_REGISTRY));
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
fn a_server_that_sends_secrets_back_does_not_make_them_show() {
    for echo in [
        format!("{SESSION} {SECRET}"),
        "authorizationToken: password".to_owned(),
    ] {
        let (outcome, signatures) = logged("get-authorization-token", refusal(403, "X", &echo));
        assert_eq!(outcome.code, 255);
        // The message of the error itself is the server's, as in v1.
        let (log, _) = outcome.stderr.split_once("\nAn error occurred").unwrap();
        assert!(log.contains("< 403\n"), "{outcome:?}");
        let stderr = log.to_owned();
        assert_no_secret_in(&Outcome { stderr, ..outcome }, &signatures);
    }
}

#[test]
fn a_failed_connection_is_logged_without_the_password_of_the_proxy() {
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
