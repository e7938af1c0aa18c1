//! `ecr credential-helper`, which implements the protocol of docker's credential helpers.
//!
//! The messages are those of docker-credential-helpers at commit 594c023.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use mock_ecr::MockEcr;
use mock_ecr::fault::{
    AuthorizationData, BodyFault, EndpointFault, ExpiresAt, FaultAction, Shift, TokenFault,
};
use serde_json::Value;

use crate::command::Outcome;
use crate::environment::{HOST, Home, calls, mock, mock_with_proxy};

const NAME: &str = "docker-credential-ecr";
const NOT_FOUND: &str = "credentials not found in native keychain\n";

async fn get(home: &Home, url: &str) -> Outcome {
    home.run_as(NAME, &["get"], url).await
}

/// Asserts that stdout is one login, and returns its secret.
#[track_caller]
fn secret(outcome: &Outcome, url: &str) -> String {
    let response: Value = serde_json::from_str(outcome.success()).unwrap();
    let secret = response["Secret"].as_str().unwrap();
    let username = &response["Username"];
    let whole = format!(r#"{{"ServerURL":"{url}","Username":{username},"Secret":"#);
    assert!(outcome.stdout.starts_with(&whole), "{outcome:?}");
    assert!(outcome.stdout.ends_with("}\n"), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 1);
    secret.to_owned()
}

/// Asserts exit code 1 and the exact text on stdout.
#[track_caller]
fn assert_message(outcome: &Outcome, text: &str) {
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, ""),
        "{outcome:?}"
    );
    assert_eq!(outcome.stdout, text);
}

/// Asserts exit code 1 and a line on stdout other than "not found" that contains `part`.
#[track_caller]
fn assert_error(outcome: &Outcome, part: &str) {
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, ""),
        "{outcome:?}"
    );
    assert!(outcome.stdout.contains(part), "{part:?} in {outcome:?}");
    assert_ne!(outcome.stdout, NOT_FOUND);
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome:?}");
}

async fn mock_with_fault(action: FaultAction) -> (MockEcr, Home) {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    ecr.faults().action(action).set().unwrap();
    (ecr, home)
}

#[tokio::test]
async fn get_returns_a_valid_login_for_every_form_of_the_url() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    for url in [
        HOST.to_owned(),
        format!("https://{HOST}"),
        format!("https://{HOST}/"),
        format!("https://{HOST}/v2/app/"),
    ] {
        assert!(
            ecr.verify_token(&secret(&get(&home, &url).await, &url))
                .is_ok()
        );
        let with_newline = get(&home, &format!("{url}\n")).await;
        secret(&with_newline, &url);
    }
    assert_eq!(calls(&ecr), 1, "all URLs are of one registry");
}

#[tokio::test]
async fn the_helper_runs_as_a_command_and_as_docker_credential_ecr_login() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    secret(&home.ecr(&["credential-helper", "get"], HOST).await, HOST);
    let login = home.run_as("docker-credential-ecr-login", &["get"], HOST);
    secret(&login.await, HOST);
}

#[tokio::test]
async fn other_hosts_are_not_found_without_aws_credentials() {
    let home = Home::without_aws();
    for url in [
        "https://index.docker.io/v1/",
        "public.ecr.aws",
        &format!("https://{HOST}.evil.test"),
        "12345678901.dkr.ecr.us-east-1.amazonaws.com",
    ] {
        assert_message(&get(&home, url).await, NOT_FOUND);
    }
}

#[tokio::test]
async fn an_empty_url_is_an_error() {
    let home = Home::without_aws();
    for action in ["get", "erase"] {
        for url in ["", "\n", "  \r\n"] {
            let outcome = home.run_as(NAME, &[action], url).await;
            assert_message(&outcome, "no credentials server URL\n");
        }
    }
}

#[tokio::test]
async fn a_wrong_number_of_words_prints_the_usage() {
    let home = Home::without_aws();
    let usage = "Usage: docker-credential-ecr <store|get|erase|list|version>\n";
    for words in [&[][..], &["get", "get"]] {
        assert_message(&home.run_as(NAME, words, "").await, usage);
    }
    let unknown = home.run_as(NAME, &["frob"], "").await;
    assert_message(&unknown, "docker-credential-ecr: unknown action: frob\n");
}

#[tokio::test]
async fn version_and_help_work_as_actions_and_options() {
    let home = Home::without_aws();
    let version = format!(
        "docker-credential-ecr (ecr-token-cli) {}\n",
        env!("CARGO_PKG_VERSION")
    );
    for word in ["version", "--version", "-v"] {
        assert_eq!(home.run_as(NAME, &[word], "").await.success(), version);
    }
    for word in ["--help", "-h"] {
        let help = home.run_as(NAME, &[word], "").await;
        assert!(help.success().starts_with("NAME\n    credential-helper"));
    }
}

#[tokio::test]
async fn store_and_erase_of_an_ecr_login_succeed_without_output() {
    let home = Home::without_aws();
    let login = format!(r#"{{"ServerURL":"{HOST}","Username":"AWS","Secret":"s"}}"#);
    assert_eq!(home.run_as(NAME, &["store"], &login).await.success(), "");
    assert_eq!(home.run_as(NAME, &["erase"], HOST).await.success(), "");
}

#[tokio::test]
async fn invalid_credentials_and_other_registries_are_not_stored() {
    let home = Home::without_aws();
    let store = async |text: &str| home.run_as(NAME, &["store"], text).await;
    assert_message(&store("{}").await, "no credentials server URL\n");
    let no_username = format!(r#"{{"ServerURL":"{HOST}","Username":"","Secret":"s"}}"#);
    assert_message(&store(&no_username).await, "no credentials username\n");
    let other = r#"{"ServerURL":"https://ghcr.io","Username":"u","Secret":"s"}"#;
    assert_error(&store(other).await, "stores no credentials of others");
    assert_error(&store("no JSON").await, "not valid JSON");
}

#[tokio::test]
async fn get_requests_a_new_token_after_erase() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    let first = secret(&get(&home, HOST).await, HOST);
    ecr.clock().advance(std::time::Duration::from_secs(1));
    home.run_as(NAME, &["erase"], HOST).await.success();
    assert_ne!(secret(&get(&home, HOST).await, HOST), first);
    assert_eq!(calls(&ecr), 2);
}

#[tokio::test]
async fn list_contains_the_own_registry_and_cached_ones() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    let own = format!("{{\"https://{HOST}\":\"AWS\"}}\n");
    assert_eq!(home.run_as(NAME, &["list"], "unused").await.success(), own);
    let down = ecr.faults().error("ServiceUnavailable").set().unwrap();
    assert_eq!(home.run_as(NAME, &["list"], "unused").await.success(), own);
    assert_eq!(
        down.triggered(),
        0,
        "the token of the first list is still valid"
    );
}

#[tokio::test]
async fn list_without_aws_credentials_is_empty_and_reports_the_error() {
    let list = Home::without_aws().run_as(NAME, &["list"], "").await;
    assert_eq!((list.code, list.stdout.as_str()), (0, "{}\n"));
    assert!(
        list.stderr.starts_with("docker-credential-ecr: "),
        "{list:?}"
    );
}

#[tokio::test]
async fn the_host_determines_the_region() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    let host = HOST.replace("us-east-1", "eu-west-1");
    secret(&get(&home, &host).await, &host);
    let requests = ecr.requests();
    let caller = requests.last().unwrap().caller.clone().unwrap();
    assert_eq!(caller.region().as_str(), "eu-west-1");
}

#[tokio::test]
async fn the_host_determines_partition_fips_and_dual_stack() {
    let (ecr, home) = mock_with_proxy().await;
    let account = "123456789012";
    for (rest, api) in [
        (
            "dkr.ecr.us-east-1.amazonaws.com",
            "api.ecr.us-east-1.amazonaws.com",
        ),
        (
            "dkr.ecr-fips.us-east-1.amazonaws.com",
            "api.ecr-fips.us-east-1.amazonaws.com",
        ),
        ("dkr-ecr.us-east-1.on.aws", "ecr.us-east-1.api.aws"),
        (
            "dkr.ecr.cn-north-1.amazonaws.com.cn",
            "api.ecr.cn-north-1.amazonaws.com.cn",
        ),
    ] {
        let host = format!("{account}.{rest}");
        let login = get(&home, &host).await;
        let requests = ecr.requests();
        let api_host = requests.last().map(|request| request.host.clone());
        assert_eq!(api_host.as_deref(), Some(api), "{login:?}");
        secret(&login, &host);
        home.run_as(NAME, &["erase"], &host).await.success();
    }
}

#[tokio::test]
async fn the_cache_is_private_to_its_owner_and_to_one_identity() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    get(&home, HOST).await.success();
    let mode = |path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(home.cache()), 0o600);
    assert_eq!(mode(home.path().join(".ecr")), 0o700);
    let other = home.env("AWS_ACCESS_KEY_ID", "AKIAI44QH8DHBEXAMPLE");
    assert_error(&get(&other, HOST).await, "UnrecognizedClientException");
}

#[tokio::test]
async fn an_invalid_or_writable_cache_is_replaced() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    get(&home, HOST).await.success();
    fs::write(home.cache(), "{\"version\":").unwrap();
    get(&home, HOST).await.success();
    assert_eq!(calls(&ecr), 2);
    fs::set_permissions(home.cache(), fs::Permissions::from_mode(0o666)).unwrap();
    get(&home, HOST).await.success();
    assert_eq!(calls(&ecr), 3);
    get(&home, HOST).await.success();
    assert_eq!(calls(&ecr), 3);
}

#[tokio::test]
async fn environment_variables_move_or_disable_the_cache() {
    let ecr = mock().await;
    let place = tempfile::tempdir().unwrap();
    let home = Home::for_mock(&ecr).env("AWS_ECR_CACHE_DIR", place.path().to_str().unwrap());
    get(&home, HOST).await.success();
    assert!(place.path().join("tokens.json").exists() && !home.cache().exists());
    let home = Home::for_mock(&ecr).env("AWS_ECR_DISABLE_CACHE", "1");
    get(&home, HOST).await.success();
    assert!(!home.cache().exists());
}

/// Amazon's helper returns the expired token (awslabs/amazon-ecr-credential-helper#679).
#[tokio::test]
async fn during_an_outage_a_valid_token_is_printed_and_an_expired_one_is_not() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    let soon = Shift::after(std::time::Duration::from_secs(240));
    let short_expiry = ecr
        .faults()
        .action(FaultAction::ExpiresAt(ExpiresAt::In(soon)))
        .set()
        .unwrap();
    let first = secret(&get(&home, HOST).await, HOST);
    short_expiry.remove();
    let down = ecr.faults().error("ServiceUnavailable").set().unwrap();
    assert_eq!(secret(&get(&home, HOST).await, HOST), first);
    assert_eq!(down.triggered(), 1);
    let mut cache: Value = serde_json::from_slice(&fs::read(home.cache()).unwrap()).unwrap();
    cache["tokens"][0]["expires_at_ms"] = 1_448_875_853_241_u64.into();
    fs::write(home.cache(), cache.to_string()).unwrap();
    let outcome = get(&home, HOST).await;
    assert_error(&outcome, "ServiceUnavailable");
    assert!(!outcome.stdout.contains(&first));
}

#[tokio::test]
async fn a_throttled_call_is_retried() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr).env("AWS_MAX_ATTEMPTS", "2");
    let throttled = ecr.faults().throttling().times(1).set().unwrap();
    secret(&get(&home, HOST).await, HOST);
    assert_eq!(throttled.triggered(), 1);
}

#[tokio::test]
async fn an_error_message_contains_its_cause() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    for code in ["AccessDeniedException", "ExpiredTokenException"] {
        let refused = ecr.faults().error(code).set().unwrap();
        assert_error(&get(&home, HOST).await, code);
        refused.remove();
    }
    get(&home, HOST).await.success();
    let without_aws = Home::without_aws();
    assert_error(
        &get(&without_aws, HOST).await,
        "Unable to locate credentials",
    );
}

#[tokio::test]
async fn an_unusable_response_is_an_error() {
    let account = "210987654321".parse().unwrap();
    for (action, part) in [
        (FaultAction::Body(BodyFault::Html), "not valid JSON"),
        (FaultAction::Body(BodyFault::Empty), "not valid JSON"),
        (
            FaultAction::AuthorizationData(AuthorizationData::Empty),
            "authorizationData is missing or empty",
        ),
        (
            FaultAction::AuthorizationData(AuthorizationData::Missing),
            "authorizationData",
        ),
        (
            FaultAction::AuthorizationData(AuthorizationData::Account(account)),
            "210987654321",
        ),
        (
            FaultAction::ProxyEndpoint(EndpointFault::Foreign),
            "registry.example.com",
        ),
        (
            FaultAction::ProxyEndpoint(EndpointFault::Missing),
            "proxyEndpoint is missing",
        ),
        (FaultAction::Token(TokenFault::NoColon), "not USER:PASSWORD"),
        (
            FaultAction::Token(TokenFault::NotBase64),
            "not valid base64",
        ),
        (
            FaultAction::Token(TokenFault::Missing),
            "authorizationToken is missing",
        ),
    ] {
        let (ecr, home) = mock_with_fault(action).await;
        assert_error(&get(&home, HOST).await, part);
        assert_eq!(calls(&ecr), 1);
    }
}

#[tokio::test]
async fn the_password_may_contain_colons_and_the_token_determines_the_user() {
    let (_ecr, home) = mock_with_fault(FaultAction::Token(TokenFault::Colons)).await;
    assert!(secret(&get(&home, HOST).await, HOST).contains(':'));
    let (_ecr, home) = mock_with_fault(FaultAction::Token(TokenFault::OtherUser)).await;
    let login = get(&home, HOST).await;
    secret(&login, HOST);
    assert!(!login.stdout.contains(r#""Username":"AWS""#), "{login:?}");
}

#[tokio::test]
async fn nulls_and_duplicates_in_the_response_are_ignored() {
    for data in [AuthorizationData::WithNulls, AuthorizationData::Doubled] {
        let (_ecr, home) = mock_with_fault(FaultAction::AuthorizationData(data)).await;
        secret(&get(&home, HOST).await, HOST);
    }
}

#[tokio::test]
async fn a_token_without_a_valid_expiry_is_not_reused() {
    for expires_at in [ExpiresAt::Past, ExpiresAt::Missing, ExpiresAt::Null] {
        let (ecr, home) = mock_with_fault(FaultAction::ExpiresAt(expires_at)).await;
        secret(&get(&home, HOST).await, HOST);
        secret(&get(&home, HOST).await, HOST);
        assert_eq!(calls(&ecr), 2);
    }
}

#[tokio::test]
async fn the_debug_log_contains_no_secret() {
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    let words = ["--debug", "credential-helper", "get"];
    let outcome = home.ecr(&words, HOST).await;
    let response: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(!outcome.stderr.is_empty(), "it logs");
    assert!(
        !outcome
            .stderr
            .contains(response["Secret"].as_str().unwrap())
    );
}
