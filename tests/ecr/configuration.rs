//! The precedence of the sources of region, profile, credentials and endpoint.

use crate::command::{Ecr, KEY_ID};
use crate::stub::{ONE_REGISTRY, Request, Stub};

const FILE_KEYS: &str = "aws_access_key_id = AKIDFILE\naws_secret_access_key = secretfile\n";

/// Runs against a server and returns the only request that it received.
#[track_caller]
fn sent_request(arguments: &[&str], change: impl FnOnce(Ecr) -> Ecr) -> Request {
    let stub = Stub::responding(ONE_REGISTRY);
    let ecr = Ecr::new(&[&["get-login-password"], arguments].concat()).endpoint(&stub);
    change(ecr).run().success();
    stub.request()
}

#[track_caller]
fn region(arguments: &[&str], change: impl FnOnce(Ecr) -> Ecr) -> String {
    let signed_by = sent_request(arguments, change).signed_by();
    signed_by.split('/').nth(1).unwrap().to_owned()
}

/// v1 ignores AWS_REGION. The SDKs use it.
#[test]
fn the_region_comes_from_option_then_environment_then_profile() {
    let profile = |ecr: Ecr| ecr.file(".aws/config", "[default]\nregion = file-1\n");
    let sdk = |ecr: Ecr| profile(ecr).env("AWS_REGION", "sdk-1");
    assert_eq!(region(&["--region", "opt-1"], sdk), "opt-1");
    assert_eq!(region(&[], sdk), "us-east-1");
    let without_default = |ecr: Ecr| ecr.without("AWS_DEFAULT_REGION");
    assert_eq!(region(&[], |ecr| without_default(sdk(ecr))), "sdk-1");
    assert_eq!(region(&[], |ecr| without_default(profile(ecr))), "file-1");
}

#[test]
fn environment_credentials_precede_files_unless_a_profile_option_is_given() {
    let files = |ecr: Ecr| ecr.file(".aws/credentials", format!("[p]\n{FILE_KEYS}"));
    let from_environment = sent_request(&[], |ecr| files(ecr).env("AWS_PROFILE", "p"));
    assert!(from_environment.signed_by().starts_with(KEY_ID));
    let from_file = sent_request(&["--profile", "p"], files);
    assert!(from_file.signed_by().starts_with("AKIDFILE/"));
}

#[test]
fn aws_security_token_precedes_aws_session_token() {
    let request = sent_request(&[], |ecr| {
        ecr.env("AWS_SESSION_TOKEN", "new")
            .env("AWS_SECURITY_TOKEN", "old")
    });
    assert_eq!(request.header("x-amz-security-token"), Some("old"));
}

#[test]
fn a_huge_number_of_attempts_does_not_delay_the_first() {
    let number = u64::MAX.to_string();
    sent_request(&[], |ecr| ecr.env("AWS_MAX_ATTEMPTS", &number));
}

#[test]
fn the_credentials_file_precedes_the_config_file() {
    let request = sent_request(&[], |ecr| {
        ecr.without_credentials()
            .file(".aws/credentials", format!("[default]\n{FILE_KEYS}"))
            .file(
                ".aws/config",
                "[default]\naws_access_key_id = AKIDCONF\naws_secret_access_key = x\n",
            )
    });
    assert!(request.signed_by().starts_with("AKIDFILE/"));
}

#[test]
fn aws_default_profile_precedes_aws_profile() {
    let chosen = region(&[], |ecr| {
        ecr.without("AWS_DEFAULT_REGION")
            .env("AWS_DEFAULT_PROFILE", "p")
            .env("AWS_PROFILE", "q")
            .file(
                ".aws/config",
                "[profile p]\nregion = p-1\n[profile q]\nregion = q-1\n",
            )
    });
    assert_eq!(chosen, "p-1");
}

#[test]
fn a_credential_process_provides_credentials() {
    let process = r#"echo '{"Version":1,"AccessKeyId":"AKIDPROC","SecretAccessKey":"s"}'"#;
    let request = sent_request(&[], |ecr| {
        let config = format!("[default]\ncredential_process = {process}\n");
        ecr.without_credentials()
            .env("PATH", "/usr/bin:/bin")
            .file(".aws/config", &config)
    });
    assert!(request.signed_by().starts_with("AKIDPROC/"));
}

#[test]
fn the_endpoint_comes_from_option_then_environment_then_profile() {
    let stub = Stub::responding(ONE_REGISTRY);
    let url = |path: &str| format!("{}{path}", stub.url());
    let config = format!(
        "[default]\nservices = s\nendpoint_url = {}\n[services s]\necr =\n  endpoint_url = {}\n",
        url("/file"),
        url("/services"),
    );
    let option = url("/option");
    let ecr = |arguments: &[&str]| {
        Ecr::new(&[&["get-login-password"], arguments].concat()).file(".aws/config", &config)
    };
    let environment = |ecr: Ecr| ecr.env("AWS_ENDPOINT_URL", &url("/all"));
    let service = |ecr: Ecr| environment(ecr).env("AWS_ENDPOINT_URL_ECR", &url("/ecr"));
    let runs = [
        (service(ecr(&["--endpoint-url", &option])), "/option"),
        (service(ecr(&[])), "/ecr"),
        (environment(ecr(&[])), "/all"),
        (ecr(&[]), "/services"),
    ];
    for (ecr, target) in runs {
        ecr.run().success();
        assert_eq!(stub.requests().last().unwrap().target, target);
    }
}

#[test]
fn configured_endpoints_can_be_ignored() {
    let proxy = Stub::with([crate::stub::response(403, "", "")]);
    let ecr = Ecr::new(&["get-login-password"])
        .env("https_proxy", &proxy.url())
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_eq!(ecr.run().code, 255);
    assert_eq!(
        proxy.request().target,
        "api.ecr.us-east-1.amazonaws.com:443"
    );
}

#[test]
fn a_missing_services_section_is_named_in_the_error() {
    let config = "[default]\nservices = s\nendpoint_url = http://127.0.0.1:1\n";
    let ecr = Ecr::new(&["get-login-password"]).file(".aws/config", config);
    let expected = "\nThe profile is configured to use the services section but the \"s\" services configuration does not exist.\n";
    ecr.run().assert_failure(255, expected);
}

#[test]
fn an_unsigned_request_needs_no_credentials() {
    let request = sent_request(&["--no-sign-request"], Ecr::without_credentials);
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.header("x-amz-date"), None);
}

#[test]
fn an_empty_region_is_signed_if_an_endpoint_is_set() {
    assert_eq!(region(&["--region", ""], |ecr| ecr), "");
    let outcome = Ecr::new(&["get-login-password", "--region", ""]).run();
    outcome.assert_failure(255, "\nInvalid endpoint: https://api.ecr..amazonaws.com\n");
}

/// `[ASSUME]` No recorded case assumes a role. The form of the request is that of the STS API.
#[test]
fn a_role_is_assumed_with_the_credentials_of_its_source_profile() {
    let credentials = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
        <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>\
        <Credentials><AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
        <SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>\
        </AssumeRoleResult></AssumeRoleResponse>";
    let sts = Stub::with([crate::stub::response(
        200,
        "Content-Type: text/xml\r\n",
        credentials,
    )]);
    let config = format!(
        "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n[profile base]\n{FILE_KEYS}"
    );
    let request = sent_request(&["--profile", "r"], |ecr| {
        ecr.env("AWS_ENDPOINT_URL_STS", &sts.url())
            .file(".aws/config", &config)
    });
    assert!(sts.request().body.contains("Action=AssumeRole"));
    assert!(sts.request().signed_by().starts_with("AKIDFILE/"));
    assert!(request.signed_by().starts_with("AKIDROLE/"));
    assert_eq!(request.header("x-amz-security-token"), Some("t"));
}

/// Recorded from AWS CLI 1.46.3: each error is reported before the registry ids are checked.
#[test]
fn partial_credentials_of_a_profile_are_named_in_the_error() {
    let role = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\n";
    let half = "[default]\naws_access_key_id = A\n";
    let partial = |found_in: &str, missing: &str| {
        format!("Partial credentials found in {found_in}, missing: {missing}")
    };
    let source = |rest: &str| format!("{role}source_profile = b\n{rest}");
    for (file, content, message) in [
        (
            ".aws/config",
            source(""),
            "The source_profile \"b\" referenced in the profile \"default\" does not exist."
                .to_owned(),
        ),
        (
            ".aws/config",
            source("[profile b]\nregion = x\n"),
            "The source profile \"b\" must have credentials.".to_owned(),
        ),
        (
            ".aws/config",
            role.to_owned(),
            partial("assume-role", "source_profile or credential_source"),
        ),
        (
            ".aws/config",
            half.to_owned(),
            partial("config-file", "aws_secret_access_key"),
        ),
        (
            ".aws/credentials",
            half.to_owned(),
            partial("shared-credentials-file", "aws_secret_access_key"),
        ),
    ] {
        let ecr = Ecr::new(&["get-authorization-token", "--registry-ids"]);
        let outcome = ecr.without_credentials().file(file, &content).run();
        outcome.assert_failure(255, &format!("\n{message}\n"));
    }
}
