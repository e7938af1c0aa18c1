//! The password that get-login-password prints.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub};

fn run(body: &str) -> Outcome {
    let stub = Stub::responding(body);
    Ecr::new(&["get-login-password"]).endpoint(&stub).run()
}

fn run_with_token(token: &str) -> Outcome {
    run(&format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{token}"}}]}}"#
    ))
}

#[test]
fn the_password_of_the_first_token_is_printed() {
    assert_eq!(run(ONE_REGISTRY).success(), "password\n");
}

/// v1 fails with `too many values to unpack (expected 2)`.
#[test]
fn a_password_with_colons_is_printed_completely() {
    let token = STANDARD.encode("AWS:one:two:");
    assert_eq!(run_with_token(&token).success(), "one:two:\n");
}

#[test]
fn a_token_without_a_password_is_an_error_without_the_token() {
    let not_utf8 = STANDARD.encode(b"AWS:\xff\xfe");
    let empty = STANDARD.encode("SECRET:");
    let no_colon = STANDARD.encode("SECRETSECRET");
    for token in [
        &not_utf8,
        &empty,
        &no_colon,
        "SECRET\u{e9}",
        "A",
        "QVdTOnBhc3N3b3J",
    ] {
        let outcome = run_with_token(token);
        outcome.assert_error_contains(&["authorizationToken"]);
        assert!(!outcome.stderr.contains("SECRET"), "{outcome:?}");
        assert!(
            !outcome.stderr.contains(token) || token.len() < 2,
            "{outcome:?}"
        );
    }
}

#[test]
fn a_response_without_a_token_is_an_error() {
    for body in [
        "{}",
        r#"{"authorizationData":[]}"#,
        r#"{"authorizationData":[{}]}"#,
        r#"{"authorizationData":[null]}"#,
    ] {
        run(body).assert_error_contains(&["authorizationToken is missing"]);
    }
}

#[test]
fn the_output_format_is_ignored() {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password", "--output", "text"]).endpoint(&stub);
    let outcome = ecr.env("AWS_DEFAULT_OUTPUT", "bogus").run();
    assert_eq!(outcome.success(), "password\n");
}
