//! Messages and exit codes for errors of the service and of the configuration.

use crate::command::{Ecr, Outcome, SECRET};
use crate::stub::{ONE_REGISTRY, Reaction, Stub, error_response, response, response_bytes};

fn run(reaction: Reaction) -> Outcome {
    let stub = Stub::with([reaction]);
    Ecr::new(&["get-authorization-token"]).endpoint(&stub).run()
}

fn service_error(code: &str, retries: &str, message: &str) -> String {
    format!(
        "\nAn error occurred ({code}) when calling the GetAuthorizationToken operation{retries}: {message}\n"
    )
}

#[test]
fn service_errors_have_the_text_of_v1() {
    let cases = [
        (
            error_response(400, "InvalidParameterException", "boom"),
            "InvalidParameterException",
            "boom",
        ),
        (
            error_response(403, "AccessDeniedException", "no"),
            "AccessDeniedException",
            "no",
        ),
        (error_response(400, "com.amazonaws.ecr#X", "m"), "X", "m"),
        (error_response(400, "a#B:http://c#d", "m"), "B", "m"),
        (error_response(501, "X", "boom"), "X", "boom"),
        (
            response(400, "", r#"{"__type":"X","Message":"m"}"#),
            "X",
            "m",
        ),
        (
            response(400, "", r#"{"__type":"X","message":"low","Message":"cap"}"#),
            "X",
            "low",
        ),
        (
            response(400, "", r#"{"__type":"X","message":{"a":"b"}}"#),
            "X",
            "{'a': 'b'}",
        ),
        (response(400, "", r#"{"__type":"X"}"#), "X", ""),
        (
            response(400, "", r#"{"message":"m","code":"C"}"#),
            "400",
            "m",
        ),
        (
            response(400, "x-amzn-errortype: H\r\n", r#"{"message":"m"}"#),
            "400",
            "m",
        ),
        (
            response(400, "x-amzn-query-error: Q.Code;Sender\r\n", "{}"),
            "Q.Code",
            "",
        ),
        (
            response(404, "", "<html>oops</html>"),
            "404",
            "<html>oops</html>",
        ),
        (response(302, "Location: /elsewhere\r\n", ""), "302", ""),
    ];
    for (reaction, code, message) in cases {
        run(reaction).assert_failure(255, &service_error(code, "", message));
    }
}

#[test]
fn a_retryable_error_reports_the_retries() {
    let reached = " (reached max retries: 0)";
    let cases = [
        (
            error_response(500, "ServerException", "svr"),
            "ServerException",
            "svr",
        ),
        (
            error_response(400, "ThrottlingException", "slow"),
            "ThrottlingException",
            "slow",
        ),
        (
            response(500, "", "<html>oops</html>"),
            "500",
            "Internal Server Error",
        ),
        (response(503, "", ""), "503", "Service Unavailable"),
        (response(429, "", "busy"), "429", "busy"),
    ];
    for (reaction, code, message) in cases {
        run(reaction).assert_failure(255, &service_error(code, reached, message));
    }
}

#[test]
fn an_error_body_that_v1_cannot_parse_has_the_text_of_v1() {
    let cases: [(&[u8], &str); 4] = [
        (b"null", "'NoneType' object has no attribute 'get'"),
        (b"5", "'int' object has no attribute 'get'"),
        (br#"{"__type":5}"#, "argument of type 'int' is not iterable"),
        (
            b"\xff\xfe",
            "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
    ];
    for (body, text) in cases {
        run(response_bytes(400, "", body)).assert_failure(255, &format!("\n{text}\n"));
    }
}

#[test]
fn a_throttled_call_is_retried() {
    let stub = Stub::with([
        error_response(400, "ThrottlingException", "Rate exceeded"),
        response(200, "", ONE_REGISTRY),
    ]);
    let ecr = Ecr::new(&["get-login-password"]).endpoint(&stub);
    let outcome = ecr.env("AWS_MAX_ATTEMPTS", "2").run();
    assert_eq!(outcome.success(), "password\n");
    assert_eq!(stub.requests().len(), 2);
}

#[test]
fn a_rejected_call_is_not_retried() {
    for code in [
        "AccessDeniedException",
        "TooManyRequestsException",
        "RequestTimeTooSkewed",
    ] {
        let stub = Stub::with([error_response(400, code, "no")]);
        let ecr = Ecr::new(&["get-authorization-token"]).endpoint(&stub);
        let outcome = ecr.env("AWS_MAX_ATTEMPTS", "5").run();
        outcome.assert_failure(255, &service_error(code, "", "no"));
        stub.request();
    }
}

/// In standard mode, every error of the last attempt reports the number of retries.
#[test]
fn the_standard_mode_retries_by_its_own_rules() {
    let run = |code: &str| {
        let stub = Stub::with([error_response(400, code, "no")]);
        let ecr = Ecr::new(&["get-authorization-token"]).endpoint(&stub);
        let ecr = ecr.env("AWS_RETRY_MODE", "standard");
        (
            ecr.env("AWS_MAX_ATTEMPTS", "2").run(),
            stub.requests().len(),
        )
    };
    let (outcome, requests) = run("SlowDown");
    outcome.assert_failure(
        255,
        &service_error("SlowDown", " (reached max retries: 1)", "no"),
    );
    assert_eq!(requests, 2);
    let (outcome, requests) = run("AccessDeniedException");
    outcome.assert_failure(255, &service_error("AccessDeniedException", "", "no"));
    assert_eq!(requests, 1);
    let reached = " (reached max retries: 0)";
    let stub = Stub::with([error_response(400, "AccessDeniedException", "no")]);
    let ecr = Ecr::new(&["get-authorization-token"]).endpoint(&stub);
    let outcome = ecr.env("AWS_RETRY_MODE", "standard").run();
    outcome.assert_failure(255, &service_error("AccessDeniedException", reached, "no"));
}

#[test]
fn max_attempts_limits_the_attempts() {
    let stub = Stub::with([error_response(500, "ServerException", "svr")]);
    let ecr = Ecr::new(&["get-authorization-token"]).endpoint(&stub);
    let outcome = ecr
        .without("AWS_MAX_ATTEMPTS")
        .file(".aws/config", "[default]\nmax_attempts = 2\n")
        .run();
    let reached = " (reached max retries: 1)";
    outcome.assert_failure(255, &service_error("ServerException", reached, "svr"));
    assert_eq!(stub.requests().len(), 2);
}

/// Each case has one invalid setting. No request may reach the server.
#[test]
fn an_invalid_setting_fails_before_the_request() {
    for (change, stderr) in BROKEN_SETTINGS {
        let stub = Stub::responding(ONE_REGISTRY);
        let ecr = change(Ecr::new(&["get-authorization-token"]).endpoint(&stub));
        ecr.run().assert_failure(255, stderr);
        assert!(stub.requests().is_empty(), "{stderr}");
    }
}

/// v1 exits with 1 and a Python traceback.
#[test]
fn an_error_in_a_profile_file_names_file_and_line() {
    let ecr = Ecr::new(&["get-authorization-token"]).file(".aws/config", "[default]\nregion\n");
    let path = ecr.home().join(".aws/config");
    let outcome = ecr.run();
    outcome.assert_error_contains(&[path.to_str().unwrap(), "line 2"]);
    let ecr = Ecr::new(&["get-authorization-token"]).file(".aws/config", b"[default]\n\xff = x\n");
    ecr.run()
        .assert_error_contains(&[".aws/config", "not UTF-8", "line 2"]);
}

#[test]
fn the_error_of_a_credential_process_is_reported() {
    let ecr = Ecr::new(&["get-authorization-token"])
        .without_credentials()
        .env("PATH", "/usr/bin:/bin")
        .file(
            ".aws/config",
            "[default]\ncredential_process = sh -c 'echo oops >&2; exit 3'\n",
        );
    ecr.run().assert_error_contains(&["credential", "oops"]);
}

#[test]
fn errors_contain_no_secret() {
    let stub = Stub::with([error_response(403, "AccessDeniedException", "no")]);
    let session = "SESSIONSESSION";
    for ecr in [
        Ecr::new(&["get-authorization-token"]).endpoint(&stub),
        Ecr::new(&[
            "get-authorization-token",
            "--endpoint-url",
            "http://u:SESSIONSESSION@127.0.0.1:1",
        ]),
        Ecr::new(&[
            "get-authorization-token",
            "--endpoint-url",
            "ftp://u:SESSIONSESSION@h",
        ]),
        Ecr::new(&["get-authorization-token"]).env("AWS_SESSION_TOKEN", "SESSIONSESSION\n"),
    ] {
        let outcome = ecr.run();
        assert_eq!(outcome.code, 255);
        assert!(!outcome.stderr.contains(session), "{outcome:?}");
        assert!(!outcome.stderr.contains(SECRET), "{outcome:?}");
    }
}

type Change = fn(Ecr) -> Ecr;

/// An invalid setting, and its error message.
const BROKEN_SETTINGS: [(Change, &str); 22] = [
    (
        |ecr| {
            ecr.without_credentials()
                .file(".aws/credentials", "[default]\naws_secret_access_key = s\n")
        },
        "Unable to locate credentials. You can configure credentials by running \"aws configure\".\n",
    ),
    (
        |ecr| ecr.env("AWS_CA_BUNDLE", " "),
        "\nInvalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or verify) resolved to an empty or whitespace-only string. Provide a valid path to a CA bundle file.\n",
    ),
    (
        |ecr| ecr.env("AWS_RETRY_MODE", "x").env("AWS_MAX_ATTEMPTS", "x"),
        "\ninvalid literal for int() with base 10: 'x'\n",
    ),
    (
        |ecr| ecr.env("AWS_RETRY_MODE", "x").env("AWS_MAX_ATTEMPTS", "0"),
        "\nValue provided to \"max_attempts\": 0 must be an integer greater than or equal to 1.\n",
    ),
    (
        |ecr| {
            ecr.without("AWS_DEFAULT_REGION")
                .without("AWS_ENDPOINT_URL")
                .file(".aws/config", "[default]\nservices = s\n[services s]\n")
        },
        "\nThe profile is configured to use the services section but the \"s\" services configuration does not exist.\n",
    ),
    (
        |ecr| {
            let role =
                "[default]\nrole_arn = arn:aws:iam::123456789012:role/x\ncredential_source = X\n";
            ecr.without_credentials().file(".aws/config", role)
        },
        "\nThe credential source \"X\" referenced in profile \"default\" is not valid.\n",
    ),
    (
        |ecr| ecr.env("AWS_ENDPOINT_URL_ECR", "http://a_b"),
        "\nInvalid endpoint: http://a_b\n",
    ),
    (
        |ecr| ecr.without("AWS_DEFAULT_REGION"),
        "You must specify a region. You can also configure your region by running \"aws configure\".\n",
    ),
    (
        Ecr::without_credentials,
        "Unable to locate credentials. You can configure credentials by running \"aws configure\".\n",
    ),
    (
        |ecr| {
            ecr.env("AWS_ACCESS_KEY_ID", "")
                .env("AWS_SECRET_ACCESS_KEY", "")
        },
        "Unable to locate credentials. You can configure credentials by running \"aws configure\".\n",
    ),
    (
        |ecr| ecr.env("AWS_ACCESS_KEY_ID", "a\nb"),
        "\nError when retrieving credentials: the access key id contains a character that is not allowed in a header\n",
    ),
    (
        |ecr| ecr.env("AWS_SESSION_TOKEN", "a\nb"),
        "\nError when retrieving credentials: the session token contains a character that is not allowed in a header\n",
    ),
    (
        |ecr| ecr.without("AWS_SECRET_ACCESS_KEY"),
        "\nPartial credentials found in env, missing: AWS_SECRET_ACCESS_KEY\n",
    ),
    (
        |ecr| {
            ecr.without("AWS_SECRET_ACCESS_KEY")
                .without("AWS_DEFAULT_REGION")
        },
        "\nPartial credentials found in env, missing: AWS_SECRET_ACCESS_KEY\n",
    ),
    (
        |ecr| ecr.env("AWS_PROFILE", "nope"),
        "\nThe config profile (nope) could not be found\n",
    ),
    (
        |ecr| ecr.env("AWS_PROFILE", ""),
        "\nThe config profile () could not be found\n",
    ),
    (
        |ecr| ecr.env("AWS_DEFAULT_REGION", "us east"),
        "\nProvided region_name 'us east' doesn't match a supported format.\n",
    ),
    (
        |ecr| ecr.env("AWS_MAX_ATTEMPTS", "0"),
        "\nValue provided to \"max_attempts\": 0 must be an integer greater than or equal to 1.\n",
    ),
    (
        |ecr| ecr.env("AWS_MAX_ATTEMPTS", ""),
        "\ninvalid literal for int() with base 10: ''\n",
    ),
    (
        |ecr| ecr.env("AWS_RETRY_MODE", "bogus"),
        "\nInvalid value provided to \"mode\": \"bogus\" must be one of: ('legacy', 'standard', 'adaptive')\n",
    ),
    (
        |ecr| ecr.env("AWS_ENDPOINT_URL_ECR", "127.0.0.1:1"),
        "\nInvalid endpoint: 127.0.0.1:1\n",
    ),
    (
        |ecr| ecr.file(".aws/config", "[default]\ncli_timestamp_format = bogus\n"),
        "\nUnknown cli_timestamp_format value: bogus, valid values are \"none\", \"wire\" or \"iso8601\"\n",
    ),
];

/// v1 prints the message as it is. Here a server cannot send codes to a terminal, or commands to a CI service.
#[test]
fn control_characters_in_the_message_of_a_service_are_escaped() {
    let message = "a\\u001b[2J\\u009b0m\\r\\n::set-output name=a::b\\tc";
    let outcome = run(error_response(400, "X", message));
    let expected = "a\\x1b[2J\\u{9b}0m\\x0d\n\\x3a:set-output name=a::b\tc";
    assert_eq!(outcome.stderr, service_error("X", "", expected));
}
