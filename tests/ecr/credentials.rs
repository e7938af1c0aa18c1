//! The sources of credentials: their order, their rules and their errors.

use crate::command::Ecr;
use crate::stub::{ONE_REGISTRY, Request, Stub, error_response, response};

/// Runs without credentials in the environment against a server, and returns the only request to it.
#[track_caller]
pub(crate) fn sent_request(change: impl FnOnce(Ecr) -> Ecr) -> Request {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password"]).without_credentials();
    change(ecr.endpoint(&stub)).run().success();
    stub.request()
}

/// Runs without credentials in the environment and asserts the error message.
#[track_caller]
pub(crate) fn assert_error(message: &str, change: impl FnOnce(Ecr) -> Ecr) {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&["get-login-password"]).without_credentials();
    let outcome = change(ecr.endpoint(&stub)).run();
    outcome.assert_failure(255, &format!("\n{message}\n"));
    assert_eq!(stub.requests().len(), 0);
}

/// Writes a program that prints credentials, and configures it with these arguments.
pub(crate) fn process(ecr: Ecr, arguments: &str, output: &str) -> Ecr {
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > words\ncat <<'END'\n{output}\nEND\n");
    ecr.env("PATH", "/usr/bin:/bin")
        .program("issue", &script)
        .file(
            ".aws/config",
            format!("[default]\ncredential_process = ./issue {arguments}\n"),
        )
}

const PROCESS_KEYS: &str = r#"{"Version":1,"AccessKeyId":"AKIDPROC","SecretAccessKey":"s"}"#;
const KEYS: &str = "aws_access_key_id = AKIDFILE\naws_secret_access_key = s\n";

#[test]
fn a_credential_process_gets_its_arguments_without_a_shell() {
    let arguments = "--url https://idp.example/?a=1&b=2 $$ * ; # ~ 'a b' \"c'd\"";
    let directory = tempfile::tempdir().unwrap();
    let words = directory.path().join("words");
    let output = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > {}\necho '{PROCESS_KEYS}'\n",
        words.display()
    );
    let request = sent_request(|ecr| {
        let config = format!("[default]\ncredential_process = ./issue {arguments}\n");
        let ecr = ecr.env("PATH", "/usr/bin:/bin").file(".aws/config", config);
        ecr.program("issue", &output)
    });
    assert!(request.signed_by().starts_with("AKIDPROC/"));
    let words = std::fs::read_to_string(words).unwrap();
    let expected = "--url\nhttps://idp.example/?a=1&b=2\n$$\n*\n;\n#\n~\na b\nc'd\n";
    assert_eq!(words, expected);
}

#[test]
fn keys_in_the_credentials_file_precede_a_credential_process() {
    let request = sent_request(|ecr| {
        let ecr = process(ecr, "", PROCESS_KEYS);
        ecr.file(".aws/credentials", format!("[default]\n{KEYS}"))
    });
    assert!(request.signed_by().starts_with("AKIDFILE/"));
}

#[test]
fn a_credential_process_precedes_keys_in_the_config_file() {
    let request = sent_request(|ecr| {
        let config = format!("[default]\n{KEYS}credential_process = ./issue\n");
        process(ecr, "", PROCESS_KEYS).file(".aws/config", config)
    });
    assert!(request.signed_by().starts_with("AKIDPROC/"));
}

#[test]
fn the_output_of_a_credential_process_is_validated() {
    let retrieval =
        |reason: &str| format!("Error when retrieving credentials from custom-process: {reason}");
    for (output, message) in [
        (
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2001-01-01T00:00:00Z"}"#,
            "Credentials were refreshed, but the refreshed credentials are still expired."
                .to_owned(),
        ),
        (
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}"#,
            "Unknown string format: soon".to_owned(),
        ),
        (
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2999-01-01T00:00:00"}"#,
            "can't subtract offset-naive and offset-aware datetimes".to_owned(),
        ),
        (
            r#"{"AccessKeyId":"A","SecretAccessKey":"s"}"#,
            retrieval(
                "Unsupported version '<Version key not provided>' for credential process provider, supported versions: 1",
            ),
        ),
        (
            r#"{"Version":2}"#,
            retrieval(
                "Unsupported version '2' for credential process provider, supported versions: 1",
            ),
        ),
        (
            r#"{"Version":1,"AccessKeyId":"A"}"#,
            retrieval("Missing required key in response: 'SecretAccessKey'"),
        ),
        ("[]", "'list' object has no attribute 'get'".to_owned()),
        ("", "Expecting value: line 2 column 1 (char 1)".to_owned()),
    ] {
        assert_error(&message, |ecr| process(ecr, "", output));
    }
}

#[test]
fn a_credential_process_that_cannot_be_run_is_named() {
    for (command, message) in [
        (
            "./missing",
            "[Errno 2] No such file or directory: './missing'",
        ),
        (".aws/config", "[Errno 13] Permission denied: '.aws/config'"),
        ("'a", "No closing quotation"),
        ("", "list index out of range"),
    ] {
        let config = format!("[default]\ncredential_process = {command}\n");
        assert_error(message, |ecr| ecr.file(".aws/config", &config));
    }
}

/// Configparser's rules: indented keys and sections, comments behind values.
#[test]
fn profile_files_are_read_as_python_reads_them() {
    let config = "\t[default] # c\n  AWS_ACCESS_KEY_ID : AKIDFILE\n  # c\n  aws_secret_access_key=s\n  aws_session_token = t # c\n  s3 =\n    a = b\n";
    let request = sent_request(|ecr| ecr.file(".aws/config", config));
    assert!(request.signed_by().starts_with("AKIDFILE/"));
    assert_eq!(request.header("x-amz-security-token"), Some("t # c"));
}

/// v1 prints a traceback and exits with 1. Its last line has no line number.
#[test]
fn a_repeated_section_or_key_is_an_error() {
    for (content, line, reason) in [
        (
            "[default]\n[default]\n",
            2,
            "the section [default] occurs twice",
        ),
        ("[a]\nx = 1\nX = 2\n", 3, "the key x occurs twice in [a]"),
        (
            "x = 1\n",
            1,
            "expected a section such as [default] before this line",
        ),
    ] {
        let outcome = Ecr::new(&["get-login-password"])
            .file(".aws/credentials", content)
            .run();
        let place = format!("/.aws/credentials: line {line}: {reason}");
        outcome.assert_error_contains(&["Unable to parse config file: ", &place]);
    }
}

const SSO: &str = "[default]\nsso_account_id = 123456789012\nsso_role_name = Reader\n";
pub(crate) const ROLE_KEYS: &str = r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":32503680000000}}"#;

/// The SHA-1 digests of `https://start.example` and `corp`.
pub(crate) const LEGACY_TOKEN: &str =
    ".aws/sso/cache/1c5a689b7bb92284d0c514c4b1c1e1ce96d9621f.json";
pub(crate) const SESSION_TOKEN: &str =
    ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

pub(crate) fn legacy_sso(ecr: Ecr) -> Ecr {
    let config = format!("{SSO}sso_start_url = https://start.example\nsso_region = eu-west-1\n");
    ecr.file(".aws/config", config)
}

pub(crate) fn session_sso(ecr: Ecr) -> Ecr {
    let session = "sso_start_url = https://start.example\nsso_region = eu-west-1\n";
    let config = format!("{SSO}sso_session = corp\n[sso-session corp]\n{session}");
    ecr.file(".aws/config", config)
}

fn token(expires_at: &str) -> String {
    format!(r#"{{"accessToken":"token-of-user","expiresAt":"{expires_at}"}}"#)
}

#[test]
fn a_role_of_sso_is_obtained_with_the_cached_token() {
    for (configure, cache) in [
        (legacy_sso as fn(Ecr) -> Ecr, LEGACY_TOKEN),
        (session_sso, SESSION_TOKEN),
    ] {
        let portal = Stub::responding(ROLE_KEYS);
        let request = sent_request(|ecr| {
            configure(ecr)
                .env("AWS_ENDPOINT_URL_SSO", &portal.url())
                .file(cache, token("2999-01-01T00:00:00Z"))
        });
        assert!(request.signed_by().starts_with("ASIASSO/"));
        let call = portal.request();
        let target = "/federation/credentials?role_name=Reader&account_id=123456789012";
        assert_eq!(
            (call.method.as_str(), call.target.as_str()),
            ("GET", target)
        );
        assert_eq!(call.header("x-amz-sso_bearer_token"), Some("token-of-user"));
        assert_eq!(call.header("authorization"), None);
    }
}

#[test]
fn a_missing_or_expired_token_of_sso_is_an_error() {
    let none = "Error loading SSO Token: Token for https://start.example does not exist";
    assert_error(none, legacy_sso);
    let none = "Error loading SSO Token: Token for corp does not exist";
    assert_error(none, session_sso);
    let expired = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.";
    let past = token("2001-01-01T00:00:00Z");
    assert_error(expired, |ecr| legacy_sso(ecr).file(LEGACY_TOKEN, &past));
    let expired = "Error when retrieving token from sso: Token has expired and refresh failed";
    assert_error(expired, |ecr| session_sso(ecr).file(SESSION_TOKEN, &past));
    let rejected = Stub::with([response(
        401,
        "x-amzn-errortype: UnauthorizedException\r\n",
        "{}",
    )]);
    let unauthorized = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.";
    assert_error(unauthorized, |ecr| {
        legacy_sso(ecr)
            .env("AWS_ENDPOINT_URL_SSO", &rejected.url())
            .file(LEGACY_TOKEN, token("2999-01-01T00:00:00Z"))
    });
}

#[test]
fn a_token_of_an_sso_session_is_renewed() {
    let cached = r#"{"accessToken":"old","expiresAt":"2001-01-01T00:00:00Z","refreshToken":"r","clientId":"i","clientSecret":"c","registrationExpiresAt":"2999-01-01T00:00:00Z"}"#;
    let portal = Stub::responding(ROLE_KEYS);
    let oidc = Stub::responding(r#"{"accessToken":"new","expiresIn":28800,"refreshToken":"next"}"#);
    sent_request(|ecr| {
        session_sso(ecr)
            .env("AWS_ENDPOINT_URL_SSO", &portal.url())
            .env("AWS_ENDPOINT_URL_SSO_OIDC", &oidc.url())
            .file(SESSION_TOKEN, cached)
    });
    assert_eq!(
        portal.request().header("x-amz-sso_bearer_token"),
        Some("new")
    );
    let call = oidc.request();
    assert_eq!(call.target, "/token");
    let body =
        r#"{"grantType":"refresh_token","clientId":"i","clientSecret":"c","refreshToken":"r"}"#;
    assert_eq!(call.body, body);
}

pub(crate) fn session(key_id: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t-{key_id}</SessionToken>\
         <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

const ROLE: &str = "role_arn = arn:aws:iam::123456789012:role/r\n";

#[test]
fn an_error_of_sts_has_the_text_of_v1() {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x &amp; y</Message></Error></ErrorResponse>";
    for (status, operation, source) in [
        (
            403,
            "AssumeRole",
            "source_profile = default\naws_access_key_id = A\naws_secret_access_key = s\n",
        ),
        (
            400,
            "AssumeRoleWithWebIdentity",
            "web_identity_token_file = token\n",
        ),
    ] {
        let sts = Stub::with([response(status, "Content-Type: text/xml\r\n", body)]);
        let message = format!(
            "An error occurred (AccessDenied) when calling the {operation} operation: User: x & y"
        );
        assert_error(&message, |ecr| {
            ecr.env("AWS_ENDPOINT_URL_STS", &sts.url())
                .file("token", "abcd")
                .file(".aws/config", format!("[default]\n{ROLE}{source}"))
        });
        assert_eq!(sts.requests().len(), 1);
    }
}

#[test]
fn a_chain_of_roles_is_assumed_one_after_the_other() {
    let sts = Stub::with([
        response(200, "", &session("ASIAFIRST")),
        response(200, "", &session("ASIASECOND")),
    ]);
    let config = format!(
        "[default]\n{ROLE}source_profile = b\nexternal_id = ext\nduration_seconds = 900\nrole_session_name = me\n\
         [profile b]\nrole_arn = arn:aws:iam::123456789012:role/b\nsource_profile = c\n[profile c]\n{KEYS}"
    );
    let request = sent_request(|ecr| {
        ecr.env("AWS_ENDPOINT_URL_STS", &sts.url())
            .file(".aws/config", &config)
    });
    assert!(request.signed_by().starts_with("ASIASECOND/"));
    assert_eq!(request.header("x-amz-security-token"), Some("t-ASIASECOND"));
    let calls = sts.requests();
    assert!(calls[0].signed_by().starts_with("AKIDFILE/us-east-1/sts"));
    assert!(calls[1].signed_by().starts_with("ASIAFIRST/us-east-1/sts"));
    let body = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&ExternalId=ext&DurationSeconds=900&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr";
    assert_eq!(calls[1].body, body);
}

#[test]
fn a_chain_of_roles_that_is_too_long_is_an_error() {
    let link = |number: usize| {
        let source = number + 1;
        format!(
            "[profile p{number}]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = p{source}\n"
        )
    };
    let chain: String = (0..2000).map(link).collect();
    assert_error("maximum recursion depth exceeded", |ecr| {
        ecr.file(".aws/config", &chain).env("AWS_PROFILE", "p0")
    });
}

#[test]
fn a_session_is_cached_for_the_next_command() {
    let sts = Stub::with([response(200, "", &session("ASIAONE"))]);
    let ecr = Stub::responding(ONE_REGISTRY);
    let home = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let run = Ecr::new(&["get-login-password"])
            .without_credentials()
            .endpoint(&ecr)
            .env("AWS_ENDPOINT_URL_STS", &sts.url())
            .env("HOME", home.path().to_str().unwrap())
            .file(
                "config",
                format!("[default]\n{ROLE}source_profile = default\n{KEYS}"),
            )
            .env("AWS_CONFIG_FILE", "config");
        run.run().success();
    }
    assert_eq!(sts.requests().len(), 1);
    assert_eq!(ecr.requests().len(), 2);
}

#[test]
fn the_code_of_a_device_is_asked_for() {
    let sts = Stub::with([response(200, "", &session("ASIAMFA"))]);
    let stub = Stub::responding(ONE_REGISTRY);
    let serial = "arn:aws:iam::123456789012:mfa/me";
    let config =
        format!("[default]\n{ROLE}source_profile = default\nmfa_serial = {serial}\n{KEYS}");
    let outcome = Ecr::new(&["get-login-password"])
        .without_credentials()
        .endpoint(&stub)
        .env("AWS_ENDPOINT_URL_STS", &sts.url())
        .file(".aws/config", config)
        .without_terminal()
        .stdin("123456\n")
        .run();
    let prompt = format!("Warning: Password input may be echoed.\nEnter MFA code for {serial}: \n");
    assert_eq!((outcome.code, outcome.stderr), (0, prompt));
    let body = sts.request().body;
    assert!(
        body.contains("&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme&"),
        "{body}"
    );
    assert!(body.ends_with("&TokenCode=123456"), "{body}");
}

#[test]
fn a_web_identity_is_read_from_its_file() {
    let sts = Stub::with([response(200, "", &web_session())]);
    let request = sent_request(|ecr| {
        ecr.env("AWS_ENDPOINT_URL_STS", &sts.url())
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "token")
            .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web")
            .file("token", "identity")
            .file(".aws/credentials", format!("[default]\n{KEYS}"))
    });
    assert!(request.signed_by().starts_with("ASIAWEB/"));
    let call = sts.request();
    assert_eq!(call.header("authorization"), None);
    assert!(
        call.body.ends_with("&WebIdentityToken=identity"),
        "{}",
        call.body
    );
}

#[test]
fn an_empty_region_option_is_used_for_a_web_identity_only() {
    let stub = Stub::with([
        response(200, "Content-Type: text/xml\r\n", &web_session()),
        response(200, "", ONE_REGISTRY),
    ]);
    let ecr = || {
        Ecr::new(&["get-login-password", "--region", ""])
            .without_credentials()
            .without("AWS_DEFAULT_REGION")
            .endpoint(&stub)
    };
    let web = format!("[default]\nweb_identity_token_file = token\n{ROLE}");
    let web = ecr().file(".aws/config", web).file("token", "abcd");
    web.run().success();
    assert!(stub.requests()[1].signed_by().starts_with("ASIAWEB/"));
    let keys = "aws_access_key_id = A\naws_secret_access_key = s\n";
    let role = format!("[default]\nsource_profile = b\n{ROLE}[profile b]\n{keys}");
    let outcome = ecr().file(".aws/config", role).run();
    outcome.assert_failure(
        255,
        "You must specify a region. You can also configure your region by running \"aws configure\".\n",
    );
}

/// A response of AssumeRoleWithWebIdentity.
fn web_session() -> String {
    session("ASIAWEB").replace("AssumeRole", "AssumeRoleWithWebIdentity")
}

#[test]
fn a_loop_of_roles_is_an_error() {
    let message = "Infinite loop in credential configuration detected. Attempting to load from profile default which has already been visited. Visited profiles: ['default', 'b']";
    let config = format!(
        "[default]\n{ROLE}source_profile = b\n[profile b]\n{ROLE}source_profile = default\n"
    );
    assert_error(message, |ecr| ecr.file(".aws/config", &config));
}

#[test]
fn a_container_provides_credentials() {
    let keys = r#"{"AccessKeyId":"ASIACONT","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z"}"#;
    let container = Stub::responding(keys);
    let request = sent_request(|ecr| {
        ecr.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.url())
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret")
    });
    assert!(request.signed_by().starts_with("ASIACONT/"));
    assert_eq!(container.request().header("authorization"), Some("secret"));
    let message = "Unsupported host '10.0.0.1'.  Can only retrieve metadata from a loopback address or one of these hosts: 169.254.170.2, 169.254.170.23, fd00:ec2::23, localhost";
    assert_error(message, |ecr| {
        ecr.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/x")
    });
}

#[test]
fn an_instance_provides_credentials_after_all_other_sources() {
    let keys = r#"{"AccessKeyId":"ASIAINST","SecretAccessKey":"s","Token":"t","Expiration":"2999-01-01T00:00:00Z"}"#;
    let instance = Stub::with([
        response(200, "", "metadata-token"),
        response(200, "", "role"),
        response(200, "", keys),
    ]);
    let request = sent_request(|ecr| {
        ecr.without("AWS_EC2_METADATA_DISABLED")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &instance.url())
    });
    assert!(request.signed_by().starts_with("ASIAINST/"));
    let calls = instance.requests();
    let targets: Vec<&str> = calls.iter().map(|call| call.target.as_str()).collect();
    let roles = "/latest/meta-data/iam/security-credentials/";
    assert_eq!(
        targets,
        ["/latest/api/token", roles, &format!("{roles}role")]
    );
    assert_eq!(
        calls[1].header("x-aws-ec2-metadata-token"),
        Some("metadata-token")
    );
}

#[test]
fn an_unreachable_sts_is_named_in_the_error() {
    let sts = Stub::with([error_response(500, "x", "y")]);
    let url = sts.url();
    drop(sts);
    let message = format!("Could not connect to the endpoint URL: \"{url}/\"");
    let config = format!("[default]\n{ROLE}source_profile = default\n{KEYS}");
    assert_error(&message, |ecr| {
        ecr.env("AWS_ENDPOINT_URL_STS", &url)
            .file(".aws/config", &config)
    });
}
