//! JSON in files, outputs and responses: what Python accepts, and members of another type.

use crate::command::{Ecr, Outcome};
use crate::credentials::{
    LEGACY_TOKEN, ROLE_KEYS, SESSION_TOKEN, assert_error, legacy_sso, process, sent_request,
    session_sso,
};
use crate::stub::{ONE_REGISTRY, Stub, response};

const PROCESS: &str = r#""Version":1,"AccessKeyId":"A","SecretAccessKey":"s""#;
const CONTAINER: &str =
    r#""AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z""#;
const TOKEN: &str = r#""accessToken":"t","expiresAt":"2999-01-01T00:00:00Z""#;

/// Values that `serde_json` rejects and Python accepts.
fn values_of_python() -> Vec<String> {
    let nested = format!("{}{}", "[".repeat(900), "]".repeat(900));
    let values = ["NaN", "-Infinity", r#""\ud800""#, &nested];
    values.into_iter().map(str::to_owned).collect()
}

/// Runs with a container that responds with this body.
fn container(body: &str) -> (Outcome, Stub) {
    let (container, ecr) = (Stub::responding(body), Stub::responding(ONE_REGISTRY));
    let outcome = Ecr::new(&["get-login-password"])
        .without_credentials()
        .endpoint(&ecr)
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url())
        .run();
    (outcome, ecr)
}

#[test]
fn what_python_accepts_is_accepted_in_each_document() {
    for value in values_of_python() {
        let member = format!(r#","x":{value}}}"#);
        sent_request(|ecr| process(ecr, "", &format!("{{{PROCESS}{member}")));
        let portal = Stub::responding(&ROLE_KEYS.replacen("}}", &format!("{member}}}"), 1));
        sent_request(|ecr| {
            legacy_sso(ecr)
                .env("AWS_ENDPOINT_URL_SSO", &portal.url())
                .file(LEGACY_TOKEN, format!("{{{TOKEN}{member}"))
        });
        let (outcome, _) = container(&format!("{{{CONTAINER}{member}"));
        assert_eq!(outcome.success(), "password\n");
        let inner = ONE_REGISTRY.replacen("}]}", &format!("{member}]}}"), 1);
        let outer = ONE_REGISTRY.replacen("]}", &format!("]{member}"), 1);
        for body in [inner, outer] {
            let stub = Stub::responding(&body);
            let outcome = Ecr::new(&["get-login-password"]).endpoint(&stub).run();
            assert_eq!(outcome.success(), "password\n");
        }
        let error = format!(r#"{{"__type":"E","message":"m"{member}"#);
        let stub = Stub::with([response(400, "", &error)]);
        let outcome = Ecr::new(&["get-login-password"]).endpoint(&stub).run();
        let message =
            "\nAn error occurred (E) when calling the GetAuthorizationToken operation: m\n";
        outcome.assert_failure(255, message);
    }
}

#[test]
fn json_that_is_nested_too_deeply_has_the_message_of_python() {
    let message =
        "maximum recursion depth exceeded while decoding a JSON array from a unicode string";
    let member = format!(r#","x":{}{}}}"#, "[".repeat(1000), "]".repeat(1000));
    assert_error(message, |ecr| {
        process(ecr, "", &format!("{{{PROCESS}{member}"))
    });
    assert_error(message, |ecr| {
        legacy_sso(ecr).file(LEGACY_TOKEN, format!("{{{TOKEN}{member}"))
    });
    let (outcome, _) = container(&format!("{{{CONTAINER}{member}"));
    outcome.assert_failure(255, &format!("\n{message}\n"));
    let input = format!(r#"{{"registryIds":[]{member}"#);
    let outcome = Ecr::new(&["get-authorization-token", "--cli-input-json", &input]).run();
    outcome.assert_failure(255, &format!("\n{message}\n"));
    let stub = Stub::responding(&ONE_REGISTRY.replacen("]}", &format!("]{member}"), 1));
    let outcome = Ecr::new(&["get-login-password"]).endpoint(&stub).run();
    outcome.assert_error_contains(&["no usable authorization data", message]);
}

#[test]
fn a_credential_with_an_unpaired_surrogate_is_an_error() {
    for (member, name) in [(r#""A""#, "access key id"), (r#""t""#, "session token")] {
        let keys = format!(r#"{{{PROCESS},"SessionToken":"t"}}"#);
        let message = format!(
            "Error when retrieving credentials: the {name} contains a character that is not allowed in a header"
        );
        let keys = keys.replace(member, r#""\ud800""#);
        assert_error(&message, |ecr| process(ecr, "", &keys));
    }
    let token = format!("{{{TOKEN}}}").replace(r#""t""#, r#""\ud800""#);
    let message = "Error when retrieving credentials: the token of SSO contains a character that is not allowed in a header";
    assert_error(message, |ecr| legacy_sso(ecr).file(LEGACY_TOKEN, &token));
    let keys = format!("{{{PROCESS}}}").replace(r#""s""#, r#""\ud800""#);
    let message = "Error when retrieving credentials: the secret access key contains a character that cannot be encoded";
    assert_error(message, |ecr| process(ecr, "", &keys));
}

#[test]
fn an_access_token_of_sso_must_be_a_text() {
    for (value, printed, class) in [
        ("null", "None", "NoneType"),
        (r#"{"a":1}"#, "{'a': 1}", "dict"),
        ("1", "1", "int"),
    ] {
        let token = format!("{{{TOKEN}}}").replace(r#""t""#, value);
        let message = format!(
            "Parameter validation failed:\nInvalid type for parameter accessToken, value: {printed}, type: <class '{class}'>, valid types: <class 'str'>"
        );
        assert_error(&message, |ecr| legacy_sso(ecr).file(LEGACY_TOKEN, &token));
        assert_error(&message, |ecr| session_sso(ecr).file(SESSION_TOKEN, &token));
    }
}

const EXPIRED: &str = r#"{"accessToken":"old","expiresAt":"2001-01-01T00:00:00Z","refreshToken":null,"clientId":1,"clientSecret":"c","registrationExpiresAt":"2999-01-01T00:00:00Z"}"#;

#[test]
fn the_members_for_a_renewal_must_be_texts() {
    let message = "Parameter validation failed:\nInvalid type for parameter clientId, value: 1, type: <class 'int'>, valid types: <class 'str'>\nInvalid type for parameter refreshToken, value: None, type: <class 'NoneType'>, valid types: <class 'str'>";
    assert_error(message, |ecr| session_sso(ecr).file(SESSION_TOKEN, EXPIRED));
}

/// Renews an expired token with this response.
fn renewed(response: &str) -> Outcome {
    let (oidc, portal) = (Stub::responding(response), Stub::responding(ROLE_KEYS));
    let stub = Stub::responding(ONE_REGISTRY);
    let expired = EXPIRED.replace("null", r#""r""#).replace(":1,", r#":"i","#);
    session_sso(Ecr::new(&["get-login-password"]).without_credentials())
        .endpoint(&stub)
        .env("AWS_ENDPOINT_URL_SSO", &portal.url())
        .env("AWS_ENDPOINT_URL_SSO_OIDC", &oidc.url())
        .file(SESSION_TOKEN, expired)
        .run()
}

#[test]
fn the_response_of_a_renewal_is_read_as_by_v1() {
    for seconds in ["28800", "28800.9", r#""28800""#] {
        let response = format!(r#"{{"accessToken":"new","expiresIn":{seconds}}}"#);
        assert_eq!(renewed(&response).success(), "password\n", "{seconds}");
    }
    for (response, message) in [
        ("x", "'expiresIn'"),
        ("{}", "'expiresIn'"),
        ("null", "'NoneType' object is not iterable"),
        ("[]", "'list' object has no attribute 'get'"),
        (r#"{"accessToken":null,"expiresIn":9}"#, "'accessToken'"),
        (
            r#"{"accessToken":"a","expiresIn":-5}"#,
            "Error when retrieving token from sso: Token has expired and refresh failed",
        ),
        (
            r#"{"accessToken":"a","expiresIn":{}}"#,
            "int() argument must be a string, a bytes-like object or a real number, not 'dict'",
        ),
        (
            r#"{"accessToken":[],"expiresIn":9000}"#,
            "Parameter validation failed:\nInvalid type for parameter accessToken, value: [], type: <class 'list'>, valid types: <class 'str'>",
        ),
    ] {
        renewed(response).assert_failure(255, &format!("\n{message}\n"));
    }
}

#[test]
fn an_expiry_of_a_role_of_sso_outside_the_calendar_is_an_error() {
    for (expiration, message) in [
        ("253402300800000", "year 10000 is out of range"),
        ("1e30", "timestamp out of range for platform time_t"),
        ("null", "'expiration'"),
    ] {
        let portal = Stub::responding(&ROLE_KEYS.replace("32503680000000", expiration));
        assert_error(message, |ecr| {
            legacy_sso(ecr)
                .env("AWS_ENDPOINT_URL_SSO", &portal.url())
                .file(LEGACY_TOKEN, format!("{{{TOKEN}}}"))
        });
    }
}

#[test]
fn a_null_or_an_empty_session_token_is_not_sent() {
    for token in ["null", r#""""#] {
        let (outcome, ecr) = container(&format!("{{{CONTAINER}}}").replace(r#""t""#, token));
        assert_eq!(outcome.success(), "password\n");
        assert_eq!(ecr.request().header("x-amz-security-token"), None);
        let keys = format!(r#"{{{PROCESS},"SessionToken":{token}}}"#);
        let request = sent_request(|ecr| process(ecr, "", &keys));
        assert_eq!(request.header("x-amz-security-token"), None);
    }
}

/// v1 prints messages of Python functions, or accepts the secret.
#[test]
fn a_member_of_another_type_is_named() {
    let (outcome, _) = container(&format!("{{{CONTAINER}}}").replace(r#""A""#, "1"));
    let message = "\nError when retrieving credentials from container-role: Invalid type for AccessKeyId: expected str instead of int\n";
    outcome.assert_failure(255, message);
    let (outcome, _) = container("[]");
    let message = "\nlist indices must be integers or slices, not str\n";
    outcome.assert_failure(255, message);
    let keys = format!("{{{PROCESS}}}").replace(r#""s""#, "null");
    let message = "Error when retrieving credentials from custom-process: Invalid type for SecretAccessKey: expected str instead of NoneType";
    assert_error(message, |ecr| process(ecr, "", &keys));
}

#[test]
fn the_host_of_a_container_is_named_as_in_v1() {
    let hosts = "Can only retrieve metadata from a loopback address or one of these hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost";
    for (url, message) in [
        (
            "http://EXAMPLE.com:80/x",
            format!("Unsupported host 'example.com'.  {hosts}"),
        ),
        (
            "http://exa mple.com/x",
            format!("Unsupported host 'exa mple.com'.  {hosts}"),
        ),
        ("name", format!("Unsupported host 'None'.  {hosts}")),
        ("http://[bad/x", "Invalid IPv6 URL".to_owned()),
    ] {
        assert_error(&message, |ecr| {
            ecr.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
        });
    }
}

#[test]
fn a_short_role_arn_is_reported_before_an_invalid_key() {
    let message = "Parameter validation failed:\nInvalid length for parameter RoleArn, value: 5, valid min length: 20";
    let keys = "aws_access_key_id = A\n  b\naws_secret_access_key = s\n";
    let config = format!("[default]\nrole_arn = short\nsource_profile = default\n{keys}");
    for config in [&config, &config.replace("\n  b", "")] {
        assert_error(message, |ecr| ecr.file(".aws/config", config));
    }
    let config = config.replace("short", "arn:aws:iam::123456789012:role/r");
    let message = "Error when retrieving credentials: the access key id contains a character that is not allowed in a header";
    assert_error(message, |ecr| ecr.file(".aws/config", &config));
}

/// v1 finds the type of a key when it signs the request, and the time of an expiry earlier.
#[test]
fn a_missing_region_is_reported_before_a_key_of_another_type() {
    let run = |output: &str| {
        let ecr = Ecr::new(&["get-login-password"]).without_credentials();
        process(ecr.without("AWS_DEFAULT_REGION"), "", output).run()
    };
    let keys = format!(r#"{{{PROCESS},"SessionToken":1}}"#);
    let outcome = run(&keys);
    assert!(outcome.stderr.starts_with("You must specify a region."));
    let keys = format!(r#"{{{PROCESS},"Expiration":1}}"#);
    run(&keys).assert_error_contains(&["Invalid type for Expiration"]);
}
