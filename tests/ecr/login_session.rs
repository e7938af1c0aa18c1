//! Sessions of `aws login`.
//!
//! The expected texts are those of AWS CLI 1.46.3 with `awscrt` 0.38.1, which v1 needs for these sessions.

use std::time::Duration;

use ecr_token_source::{Clock as _, SystemClock};
use jiff::Timestamp;

use crate::command::{Ecr, Outcome};
use crate::stub::{ONE_REGISTRY, Stub, response};

const PROFILE: &str = "[default]\nlogin_session = arn:aws:iam::123456789012:user/me\n";

/// The name of the file is the SHA-256 digest of the session.
const TOKEN: &str =
    ".aws/login/cache/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json";

/// The key was made for this test.
const KEY: &str = r"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEII/jhKoXKa8a/5qGbNHYNyzQLyEauna/lbERrVqNET5yoAoGCCqGSM49\nAwEHoUQDQgAERpXFPccvn6/6q4KtkNOUdqr4k+r9cROmsP7mxIcR9dJrdX8PcXrA\nl4fsJjbtgZjFOiTMrWczWMLQumoKhHNumA==\n-----END EC PRIVATE KEY-----\n";

/// Returns a time in the form of the cache.
fn in_minutes(minutes: u64) -> String {
    let time = SystemClock.now() + Duration::from_secs(60 * minutes);
    let time = Timestamp::try_from(time).unwrap();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn token(expires_at: &str) -> String {
    format!(
        r#"{{"accessToken":{{"accessKeyId":"ASIACACHED","secretAccessKey":"s","sessionToken":"t","accountId":"123456789012","expiresAt":"{expires_at}"}},"tokenType":"aws_sigv4","refreshToken":"r","idToken":"i","clientId":"arn:aws:signin:::devtools/same-device","dpopKey":"{KEY}"}}"#
    )
}

const RENEWED: &str = r#"{"accessToken":{"accessKeyId":"ASIANEW","secretAccessKey":"n","sessionToken":"u"},"tokenType":"aws_sigv4","expiresIn":900,"refreshToken":"next"}"#;

/// The results of a run with a profile and a cached token.
struct Run {
    outcome: Outcome,
    ecr: Stub,
    signin: Stub,
    /// The cached token after the run.
    cached: String,
}

fn run(token: Option<&str>, signin: Stub) -> Run {
    let server = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password"]).without_credentials();
    let ecr = ecr.endpoint(&server).file(".aws/config", PROFILE);
    let ecr = ecr.env("AWS_ENDPOINT_URL_SIGNIN", &signin.url());
    let ecr = match token {
        Some(token) => ecr.file(TOKEN, token),
        None => ecr,
    };
    let (outcome, cached) = ecr.run_and_read(TOKEN);
    Run {
        outcome,
        ecr: server,
        signin,
        cached,
    }
}

#[track_caller]
fn assert_error(token: Option<&str>, message: &str) {
    let run = run(token, Stub::responding(RENEWED));
    run.outcome.assert_failure(255, &format!("\n{message}\n"));
    assert_eq!(run.signin.requests().len(), 0);
}

#[test]
fn a_cached_token_signs_the_request() {
    for minutes in [60, 10] {
        let run = run(
            Some(&token(&in_minutes(minutes))),
            Stub::responding(RENEWED),
        );
        run.outcome.success();
        let request = run.ecr.request();
        assert!(request.signed_by().starts_with("ASIACACHED/"));
        assert_eq!(request.header("x-amz-security-token"), Some("t"));
        assert_eq!(run.signin.requests().len(), 0);
    }
}

#[test]
fn a_token_that_expires_within_five_minutes_is_renewed() {
    for expiry in [in_minutes(4), "2001-01-01T00:00:00Z".to_owned()] {
        let run = run(Some(&token(&expiry)), Stub::responding(RENEWED));
        run.outcome.success();
        assert!(run.ecr.request().signed_by().starts_with("ASIANEW/"));
        let call = run.signin.request();
        assert_eq!(
            (call.method.as_str(), call.target.as_str()),
            ("POST", "/v1/token")
        );
        let body = r#"{"clientId":"arn:aws:signin:::devtools/same-device","refreshToken":"r","grantType":"refresh_token"}"#;
        assert_eq!(call.body, body);
        assert_eq!(call.header("authorization"), None);
        assert_eq!(call.header("dpop").unwrap().split('.').count(), 3);
        let cached: serde_json::Value = serde_json::from_str(&run.cached).unwrap();
        assert_eq!(cached["accessToken"]["accessKeyId"], "ASIANEW");
        assert_eq!(cached["accessToken"]["accountId"], "123456789012");
        assert_eq!(cached["refreshToken"], "next");
        assert_eq!(cached["idToken"], "i");
    }
}

#[test]
fn a_failed_renewal_is_ignored_while_the_token_is_valid_for_ten_minutes() {
    let failing = Stub::with([response(500, "", "")]);
    let unreadable_key = token(&in_minutes(12)).replace("MHcC", "MHcD");
    let run = run(Some(&unreadable_key), failing);
    run.outcome.success();
    assert!(run.ecr.request().signed_by().starts_with("ASIACACHED/"));
}

#[test]
fn a_missing_or_incomplete_token_is_an_error() {
    assert_error(
        None,
        "Error loading login session token: Unable to load a existing login session for session arn:aws:iam::123456789012:user/me. Please reauthenticate with 'aws login'.",
    );
    assert_error(
        Some(r#"{"accessToken":{},"clientId":"c"}"#),
        "Error loading login session token: Failed to load access token from token cache, missing required fields: refreshToken, dpopKey.",
    );
    let valid = token(&in_minutes(60));
    for member in [
        "accessKeyId",
        "secretAccessKey",
        "sessionToken",
        "expiresAt",
        "accountId",
    ] {
        let incomplete = valid.replace(member, "other");
        assert_error(Some(&incomplete), &format!("'{member}'"));
    }
    assert_error(
        Some("{"),
        "'286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f'",
    );
    let expired = token("2001-01-01T00:00:00Z").replace("MHcC", "MHcD");
    let unreadable =
        "Error loading login session token: Unable to load private key from cached token.";
    assert_error(Some(&expired), unreadable);
}

#[test]
fn a_rejected_refresh_token_is_an_error_of_the_login() {
    for (reason, message) in [
        (
            "TOKEN_EXPIRED",
            "Your session has expired or credentials have changed. Please reauthenticate using 'aws login'.",
        ),
        (
            "USER_CREDENTIALS_CHANGED",
            "Your session has expired or credentials have changed. Please reauthenticate using 'aws login'.",
        ),
        (
            "INSUFFICIENT_PERMISSIONS",
            "Unable to create or refresh login credentials due to insufficient permissions. You may be missing permission for the 'signin:CreateOAuth2Token' action.",
        ),
        (
            "AUTHCODE_EXPIRED",
            "An unspecified error happened when resolving AWS credentials or refreshing a login session profile.",
        ),
    ] {
        let body = format!(r#"{{"error":"{reason}","message":"m"}}"#);
        let headers = "x-amzn-errortype: AccessDeniedException\r\n";
        let run = run(
            Some(&token("2001-01-01T00:00:00Z")),
            Stub::with([response(403, headers, &body)]),
        );
        run.outcome.assert_failure(255, &format!("\n{message}\n"));
        assert_eq!(run.signin.requests().len(), 1);
    }
    let body = r#"{"error":"INVALID_REQUEST","message":"m"}"#;
    let headers = "x-amzn-errortype: ValidationException\r\n";
    let invalid = Stub::with([response(400, headers, body)]);
    let run = run(Some(&token("2001-01-01T00:00:00Z")), invalid);
    let message =
        "An error occurred (ValidationException) when calling the CreateOAuth2Token operation: m";
    run.outcome.assert_failure(255, &format!("\n{message}\n"));
}

#[test]
fn the_directory_of_the_cache_can_be_set() {
    let server = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password"]).without_credentials();
    let cached = TOKEN.replace(".aws/login/cache", "elsewhere");
    ecr.endpoint(&server)
        .env("AWS_LOGIN_CACHE_DIRECTORY", "$HOME/elsewhere")
        .file(".aws/config", PROFILE)
        .file(&cached, token(&in_minutes(60)))
        .run()
        .success();
    assert!(server.request().signed_by().starts_with("ASIACACHED/"));
}
