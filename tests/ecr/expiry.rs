//! The times at which credentials and tokens expire, in each place where v1 parses them with `dateutil`.

use crate::command::{Ecr, Outcome};
use crate::credentials::{
    LEGACY_TOKEN, ROLE_KEYS, SESSION_TOKEN, legacy_sso, process, session_sso,
};
use crate::stub::{ONE_REGISTRY, Stub, response};

/// Times that v1 accepts.
const VALID: &[&str] = &[
    "9999-12-31T23:59:59Z",
    "2999-01-01T00:00:00.1234567890123Z",
    "2999-01-01T00:00:00 UTC",
    "2999-01-01T00:00:00 +0000",
    "29990101T000000Z",
    "Tue, 01 Jan 2999 00:00:00 GMT",
];

/// Times that v1 rejects, and its messages.
const INVALID: &[(&str, &str)] = &[
    (
        "2999-01-01T00:00:60Z",
        "second must be in 0..59: 2999-01-01T00:00:60Z",
    ),
    (
        "10000-01-01T00:00:00Z",
        "year 10000 is out of range: 10000-01-01T00:00:00Z",
    ),
    ("1700000000", "year 1700000000 is out of range: 1700000000"),
    ("32503680000", "signed integer is greater than maximum"),
    (
        "2999-01-01T00:00:00",
        "can't subtract offset-naive and offset-aware datetimes",
    ),
    (
        "2999-01-01T00:00:00+24:00",
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).",
    ),
];

/// Runs with a source of credentials whose expiry is given, and compares the results with those of v1.
#[track_caller]
fn assert_expiries(configure: impl Fn(Ecr, &str) -> Ecr) {
    let run = |expiry: &str| -> Outcome {
        let stub = Stub::responding(ONE_REGISTRY);
        let ecr = Ecr::new(&["get-login-password"]).without_credentials();
        configure(ecr.endpoint(&stub), expiry).run()
    };
    for expiry in VALID {
        assert_eq!(run(expiry).success(), "password\n", "{expiry}");
    }
    for (expiry, message) in INVALID {
        run(expiry).assert_failure(255, &format!("\n{message}\n"));
    }
}

#[test]
fn the_environment() {
    assert_expiries(|ecr, expiry| {
        ecr.env("AWS_ACCESS_KEY_ID", "A")
            .env("AWS_SECRET_ACCESS_KEY", "s")
            .env("AWS_CREDENTIAL_EXPIRATION", expiry)
    });
}

#[test]
fn a_credential_process() {
    assert_expiries(|ecr, expiry| {
        let keys = format!(
            r#"{{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"{expiry}"}}"#
        );
        process(ecr, "", &keys)
    });
}

#[test]
fn a_token_of_sso() {
    for (configure, cache) in [
        (legacy_sso as fn(Ecr) -> Ecr, LEGACY_TOKEN),
        (session_sso, SESSION_TOKEN),
    ] {
        let portal = Stub::responding(ROLE_KEYS);
        assert_expiries(|ecr, expiry| {
            let token = format!(r#"{{"accessToken":"t","expiresAt":"{expiry}"}}"#);
            configure(ecr)
                .env("AWS_ENDPOINT_URL_SSO", &portal.url())
                .file(cache, token)
        });
    }
}

const ROLE: &str = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = b\n[profile b]\naws_access_key_id = A\naws_secret_access_key = s\n";

/// The name of the file is the SHA-1 digest of `{"RoleArn": "arn:aws:iam::123456789012:role/r"}`.
const CACHED_ROLE: &str = ".aws/cli/cache/6dc9e6e1e186b9f293814df3266de783142c48a2.json";

#[test]
fn a_cached_session_of_a_role() {
    assert_expiries(|ecr, expiry| {
        let keys = format!(
            r#"{{"Credentials":{{"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"{expiry}"}}}}"#
        );
        ecr.file(".aws/config", ROLE).file(CACHED_ROLE, keys)
    });
}

#[test]
fn the_members_of_an_expired_session_are_not_read() {
    let sts = sts("2999-01-01T00:00:00Z");
    let ecr = Stub::responding(ONE_REGISTRY);
    let outcome = Ecr::new(&["get-login-password"])
        .without_credentials()
        .endpoint(&ecr)
        .env("AWS_ENDPOINT_URL_STS", &sts.url())
        .file(".aws/config", ROLE)
        .file(
            CACHED_ROLE,
            r#"{"Credentials":{"Expiration":"2001-01-01T00:00:00Z"}}"#,
        )
        .run();
    assert_eq!(outcome.success(), "password\n");
}

fn sts(expiry: &str) -> Stub {
    let keys = format!(
        "<AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{expiry}</Expiration>"
    );
    let body =
        format!("<R><AssumeRoleResult><Credentials>{keys}</Credentials></AssumeRoleResult></R>");
    Stub::with([response(200, "", &body)])
}

#[test]
fn a_session_of_sts() {
    for (expiry, message) in VALID.iter().map(|expiry| (expiry, None)).chain(
        INVALID
            .iter()
            .map(|(expiry, message)| (expiry, Some(message))),
    ) {
        let (sts, ecr) = (sts(expiry), Stub::responding(ONE_REGISTRY));
        let outcome = Ecr::new(&["get-login-password"])
            .without_credentials()
            .endpoint(&ecr)
            .env("AWS_ENDPOINT_URL_STS", &sts.url())
            .file(".aws/config", ROLE)
            .run();
        match message {
            None => assert_eq!(outcome.success(), "password\n", "{expiry}"),
            Some(message) => outcome.assert_failure(255, &format!("\n{message}\n")),
        }
    }
}

#[test]
fn a_session_of_sts_may_have_seconds_if_timestamps_are_formatted() {
    let (sts, ecr) = (sts("32503680000"), Stub::responding(ONE_REGISTRY));
    let outcome = Ecr::new(&["get-login-password"])
        .without_credentials()
        .endpoint(&ecr)
        .env("AWS_ENDPOINT_URL_STS", &sts.url())
        .file(
            ".aws/config",
            ROLE.replace("[profile", "cli_timestamp_format = iso8601\n[profile"),
        )
        .run();
    assert_eq!(outcome.success(), "password\n");
}

fn keys(expiry: &str) -> Stub {
    Stub::responding(&format!(
        r#"{{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"{expiry}"}}"#
    ))
}

#[test]
fn a_container() {
    for (expiry, code) in [(VALID[0], 0), (VALID[5], 0), (INVALID[0].0, 255)] {
        let (container, ecr) = (keys(expiry), Stub::responding(ONE_REGISTRY));
        let outcome = Ecr::new(&["get-login-password"])
            .without_credentials()
            .endpoint(&ecr)
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url())
            .run();
        assert_eq!(outcome.code, code, "{expiry}: {outcome:?}");
    }
}

/// The test is not that of AWS CLI v1 for one case: a text without a time, which `ecr` accepts in a response that is only printed.
#[test]
fn a_text_as_expiry_of_a_token_of_ecr() {
    let run = |text: &str, format: &str, zone: &str| {
        let body = ONE_REGISTRY.replace("1.448875853241E9", &format!("\"{text}\""));
        let stub = Stub::responding(&body);
        let query = "authorizationData[].expiresAt";
        Ecr::new(&["get-authorization-token", "--query", query])
            .env("AWS_DEFAULT_OUTPUT", "text")
            .env("TZ", zone)
            .file(
                ".aws/config",
                format!("[default]\ncli_timestamp_format = {format}\n"),
            )
            .endpoint(&stub)
            .run()
    };
    for text in ["2999-01-01T00:00:00Z", "soon", "1448875853.241"] {
        assert_eq!(run(text, "wire", "UTC").success(), format!("{text}\n"));
    }
    for (text, formatted) in [
        ("2999-01-01T00:00:00Z", "2999-01-01T00:00:00+00:00\n"),
        ("2999-01-01T00:00:00", "2999-01-01T00:00:00\n"),
        (
            "20151130T093053.241+0530",
            "2015-11-30T09:30:53.241000+05:30\n",
        ),
        ("1448875853.241", "2015-11-30T04:30:53.241000-05:00\n"),
    ] {
        assert_eq!(run(text, "iso8601", "EST5").success(), formatted, "{text}");
    }
    let message = "\nInvalid timestamp \"soon\": Unknown string format: soon\n";
    run("soon", "iso8601", "UTC").assert_failure(255, message);
}
