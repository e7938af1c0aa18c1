//! The password that get-login-password prints.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub};

fn answered(body: &str) -> Outcome {
    let stub = Stub::answering(body);
    Ecr::new(&["get-login-password"]).at(&stub).run()
}

fn answered_token(token: &str) -> Outcome {
    answered(&format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{token}"}}]}}"#
    ))
}

#[test]
fn the_password_of_the_first_token_is_printed() {
    assert_eq!(answered(ONE_REGISTRY).printed(), "password\n");
}

/// v1 fails with `too many values to unpack (expected 2)`.
#[test]
fn a_password_with_a_colon_comes_out_whole() {
    let token = STANDARD.encode("AWS:one:two:");
    assert_eq!(answered_token(&token).printed(), "one:two:\n");
}

#[test]
fn a_token_without_a_password_is_an_error_that_does_not_show_it() {
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
        let outcome = answered_token(token);
        outcome.complained_about(&["the authorizationToken"]);
        assert!(!outcome.stderr.contains("SECRET"), "{outcome:?}");
        assert!(
            !outcome.stderr.contains(token) || token.len() < 2,
            "{outcome:?}"
        );
    }
}

#[test]
fn an_answer_without_a_token_is_an_error() {
    for body in [
        "{}",
        r#"{"authorizationData":[]}"#,
        r#"{"authorizationData":[{}]}"#,
        r#"{"authorizationData":[null]}"#,
    ] {
        answered(body).complained_about(&["there is no authorizationToken"]);
    }
}

#[test]
fn the_output_format_does_not_matter() {
    let stub = Stub::answering(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password", "--output", "text"]).at(&stub);
    let outcome = ecr.env("AWS_DEFAULT_OUTPUT", "bogus").run();
    assert_eq!(outcome.printed(), "password\n");
}
