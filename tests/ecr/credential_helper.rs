//! `ecr credential-helper`, by the protocol of docker's credential helpers.
//!
//! The texts are those of docker-credential-helpers at commit 594c023.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use mock_ecr::MockEcr;
use mock_ecr::fault::{
    AuthorizationData, BodyFault, EndpointFault, ExpiresAt, FaultAction, Shift, TokenFault,
};
use serde_json::Value;

use crate::asked::{HOST, Home, calls, mock, mock_by_name};
use crate::command::Outcome;

const NAME: &str = "docker-credential-ecr";
const NOT_FOUND: &str = "credentials not found in native keychain\n";

async fn get(home: &Home, url: &str) -> Outcome {
    home.named(NAME, &["get"], url).await
}

/// The secret of a login, which is all that is on stdout.
#[track_caller]
fn secret(outcome: &Outcome, url: &str) -> String {
    let answer: Value = serde_json::from_str(outcome.printed()).unwrap();
    let secret = answer["Secret"].as_str().unwrap();
    let username = &answer["Username"];
    let whole = format!(r#"{{"ServerURL":"{url}","Username":{username},"Secret":"#);
    assert!(outcome.stdout.starts_with(&whole), "{outcome:?}");
    assert!(outcome.stdout.ends_with("}\n"), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 1);
    secret.to_owned()
}

/// Failed with exactly this on stdout.
#[track_caller]
fn said(outcome: &Outcome, text: &str) {
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, ""),
        "{outcome:?}"
    );
    assert_eq!(outcome.stdout, text);
}

/// Failed with a line of its own, which nobody takes for "not found".
#[track_caller]
fn complained(outcome: &Outcome, part: &str) {
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, ""),
        "{outcome:?}"
    );
    assert!(outcome.stdout.contains(part), "{part:?} in {outcome:?}");
    assert_ne!(outcome.stdout, NOT_FOUND);
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome:?}");
}

async fn under(what: FaultAction) -> (MockEcr, Home) {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    ecr.faults().action(what).set().unwrap().keep();
    (ecr, home)
}

#[tokio::test]
async fn a_login_that_opens_the_registry_is_found_in_every_form_of_its_url() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
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
        let with_end = get(&home, &format!("{url}\n")).await;
        secret(&with_end, &url);
    }
    assert_eq!(calls(&ecr), 1, "all of them are one registry");
}

#[tokio::test]
async fn it_answers_as_a_command_and_under_the_name_of_amazons_helper() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    secret(&home.ecr(&["credential-helper", "get"], HOST).await, HOST);
    let login = home.named("docker-credential-ecr-login", &["get"], HOST);
    secret(&login.await, HOST);
}

#[tokio::test]
async fn hosts_that_are_not_ecrs_are_not_found_without_a_look_at_aws() {
    let home = Home::without_aws();
    for url in [
        "https://index.docker.io/v1/",
        "public.ecr.aws",
        &format!("https://{HOST}.evil.test"),
        "12345678901.dkr.ecr.us-east-1.amazonaws.com",
    ] {
        said(&get(&home, url).await, NOT_FOUND);
    }
}

#[tokio::test]
async fn without_a_url_there_is_nothing_to_look_for() {
    let home = Home::without_aws();
    for action in ["get", "erase"] {
        for url in ["", "\n", "  \r\n"] {
            let outcome = home.named(NAME, &[action], url).await;
            said(&outcome, "no credentials server URL\n");
        }
    }
}

#[tokio::test]
async fn another_number_of_words_is_answered_with_the_usage() {
    let home = Home::without_aws();
    let usage = "Usage: docker-credential-ecr <store|get|erase|list|version>\n";
    for words in [&[][..], &["get", "get"]] {
        said(&home.named(NAME, words, "").await, usage);
    }
    let unknown = home.named(NAME, &["frob"], "").await;
    said(&unknown, "docker-credential-ecr: unknown action: frob\n");
}

#[tokio::test]
async fn version_and_help_are_actions_and_options() {
    let home = Home::without_aws();
    let version = format!(
        "docker-credential-ecr (ecr-cli) {}\n",
        env!("CARGO_PKG_VERSION")
    );
    for word in ["version", "--version", "-v"] {
        assert_eq!(home.named(NAME, &[word], "").await.printed(), version);
    }
    for word in ["--help", "-h"] {
        let help = home.named(NAME, &[word], "").await;
        assert!(help.printed().starts_with("NAME\n    credential-helper"));
    }
}

#[tokio::test]
async fn to_store_and_to_erase_a_login_of_ecr_is_a_quiet_success() {
    let home = Home::without_aws();
    let login = format!(r#"{{"ServerURL":"{HOST}","Username":"AWS","Secret":"s"}}"#);
    assert_eq!(home.named(NAME, &["store"], &login).await.printed(), "");
    assert_eq!(home.named(NAME, &["erase"], HOST).await.printed(), "");
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused() {
    let home = Home::without_aws();
    let store = async |text: &str| home.named(NAME, &["store"], text).await;
    said(&store("{}").await, "no credentials server URL\n");
    let nobody = format!(r#"{{"ServerURL":"{HOST}","Username":"","Secret":"s"}}"#);
    said(&store(&nobody).await, "no credentials username\n");
    let other = r#"{"ServerURL":"https://ghcr.io","Username":"u","Secret":"s"}"#;
    complained(&store(other).await, "keeps no credentials of others");
    complained(&store("no JSON").await, "no JSON");
}

#[tokio::test]
async fn what_was_erased_is_asked_for_again() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    let first = secret(&get(&home, HOST).await, HOST);
    ecr.clock().advance(std::time::Duration::from_secs(1));
    home.named(NAME, &["erase"], HOST).await.printed();
    assert_ne!(secret(&get(&home, HOST).await, HOST), first);
    assert_eq!(calls(&ecr), 2);
}

#[tokio::test]
async fn the_list_has_the_accounts_own_registry_and_those_of_the_cache() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    let own = format!("{{\"https://{HOST}\":\"AWS\"}}\n");
    assert_eq!(home.named(NAME, &["list"], "unused").await.printed(), own);
    let down = ecr.faults().error("ServiceUnavailable").set().unwrap();
    assert_eq!(home.named(NAME, &["list"], "unused").await.printed(), own);
    assert_eq!(
        down.triggered(),
        0,
        "the token of the first list still lives"
    );
}

#[tokio::test]
async fn a_list_without_aws_is_empty_and_says_why() {
    let list = Home::without_aws().named(NAME, &["list"], "").await;
    assert_eq!((list.code, list.stdout.as_str()), (0, "{}\n"));
    assert!(
        list.stderr.starts_with("docker-credential-ecr: "),
        "{list:?}"
    );
}

#[tokio::test]
async fn the_region_is_that_of_the_host() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    let host = HOST.replace("us-east-1", "eu-west-1");
    secret(&get(&home, &host).await, &host);
    let requests = ecr.requests();
    let caller = requests.last().unwrap().caller.clone().unwrap();
    assert_eq!(caller.region().as_str(), "eu-west-1");
}

#[tokio::test]
async fn partition_fips_and_dual_stack_are_those_of_the_host() {
    let (ecr, home) = mock_by_name().await;
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
        let asked = requests.last().map(|request| request.host.clone());
        assert_eq!(asked.as_deref(), Some(api), "{login:?}");
        secret(&login, &host);
        home.named(NAME, &["erase"], &host).await.printed();
    }
}

#[tokio::test]
async fn the_cache_is_for_its_owner_alone_and_for_one_identity() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    get(&home, HOST).await.printed();
    let mode = |path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(home.cache()), 0o600);
    assert_eq!(mode(home.path().join(".ecr")), 0o700);
    let other = home.env("AWS_ACCESS_KEY_ID", "AKIAI44QH8DHBEXAMPLE");
    complained(&get(&other, HOST).await, "UnrecognizedClientException");
}

#[tokio::test]
async fn a_cache_that_is_broken_or_open_is_replaced() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    get(&home, HOST).await.printed();
    fs::write(home.cache(), "{\"version\":").unwrap();
    get(&home, HOST).await.printed();
    assert_eq!(calls(&ecr), 2);
    fs::set_permissions(home.cache(), fs::Permissions::from_mode(0o666)).unwrap();
    get(&home, HOST).await.printed();
    assert_eq!(calls(&ecr), 3);
    get(&home, HOST).await.printed();
    assert_eq!(calls(&ecr), 3);
}

#[tokio::test]
async fn the_cache_is_where_it_is_told_to_be_or_nowhere() {
    let ecr = mock().await;
    let place = tempfile::tempdir().unwrap();
    let home = Home::at(&ecr).env("AWS_ECR_CACHE_DIR", place.path().to_str().unwrap());
    get(&home, HOST).await.printed();
    assert!(place.path().join("tokens.json").exists() && !home.cache().exists());
    let home = Home::at(&ecr).env("AWS_ECR_DISABLE_CACHE", "1");
    get(&home, HOST).await.printed();
    assert!(!home.cache().exists());
}

/// Amazon's helper hands out the dead one (awslabs/amazon-ecr-credential-helper#679).
#[tokio::test]
async fn a_dead_token_is_not_printed_though_ecr_is_down_and_a_living_one_is() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    let soon = Shift::after(std::time::Duration::from_secs(240));
    let near = ecr
        .faults()
        .action(FaultAction::ExpiresAt(ExpiresAt::In(soon)))
        .set()
        .unwrap();
    let first = secret(&get(&home, HOST).await, HOST);
    drop(near);
    let down = ecr.faults().error("ServiceUnavailable").set().unwrap();
    assert_eq!(secret(&get(&home, HOST).await, HOST), first);
    assert_eq!(down.triggered(), 1);
    let mut cache: Value = serde_json::from_slice(&fs::read(home.cache()).unwrap()).unwrap();
    cache["tokens"][0]["expires_at_ms"] = 1_448_875_853_241_u64.into();
    fs::write(home.cache(), cache.to_string()).unwrap();
    let outcome = get(&home, HOST).await;
    complained(&outcome, "ServiceUnavailable");
    assert!(!outcome.stdout.contains(&first));
}

#[tokio::test]
async fn throttling_is_waited_for() {
    let ecr = mock().await;
    let home = Home::at(&ecr).env("AWS_MAX_ATTEMPTS", "2");
    let throttled = ecr.faults().throttling().times(1).set().unwrap();
    secret(&get(&home, HOST).await, HOST);
    assert_eq!(throttled.triggered(), 1);
}

#[tokio::test]
async fn a_failure_has_its_cause_in_its_message() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    for code in ["AccessDeniedException", "ExpiredTokenException"] {
        let _refused = ecr.faults().error(code).set().unwrap();
        complained(&get(&home, HOST).await, code);
    }
    get(&home, HOST).await.printed();
    let nobody = Home::without_aws();
    complained(&get(&nobody, HOST).await, "Unable to locate credentials");
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure() {
    let account = "210987654321".parse().unwrap();
    for (what, part) in [
        (FaultAction::Body(BodyFault::Html), "no JSON"),
        (FaultAction::Body(BodyFault::Empty), "no JSON"),
        (
            FaultAction::AuthorizationData(AuthorizationData::Empty),
            "no authorizationData",
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
            "no proxyEndpoint",
        ),
        (FaultAction::Token(TokenFault::NoColon), "no USER:PASSWORD"),
        (FaultAction::Token(TokenFault::NotBase64), "no base64"),
        (
            FaultAction::Token(TokenFault::Missing),
            "no authorizationToken",
        ),
    ] {
        let (ecr, home) = under(what).await;
        complained(&get(&home, HOST).await, part);
        assert_eq!(calls(&ecr), 1);
    }
}

#[tokio::test]
async fn a_colon_belongs_to_the_password_and_the_user_to_the_token() {
    let (_ecr, home) = under(FaultAction::Token(TokenFault::Colons)).await;
    assert!(secret(&get(&home, HOST).await, HOST).contains(':'));
    let (_ecr, home) = under(FaultAction::Token(TokenFault::OtherUser)).await;
    let login = get(&home, HOST).await;
    secret(&login, HOST);
    assert!(!login.stdout.contains(r#""Username":"AWS""#), "{login:?}");
}

#[tokio::test]
async fn nulls_and_doubles_beside_the_registry_do_no_harm() {
    for data in [AuthorizationData::WithNulls, AuthorizationData::Doubled] {
        let (_ecr, home) = under(FaultAction::AuthorizationData(data)).await;
        secret(&get(&home, HOST).await, HOST);
    }
}

#[tokio::test]
async fn an_end_that_cannot_be_is_for_one_use() {
    for absurd in [ExpiresAt::Past, ExpiresAt::Missing, ExpiresAt::Null] {
        let (ecr, home) = under(FaultAction::ExpiresAt(absurd)).await;
        secret(&get(&home, HOST).await, HOST);
        secret(&get(&home, HOST).await, HOST);
        assert_eq!(calls(&ecr), 2);
    }
}

#[tokio::test]
async fn no_secret_is_in_the_log() {
    let ecr = mock().await;
    let home = Home::at(&ecr);
    let words = ["--debug", "credential-helper", "get"];
    let outcome = home.ecr(&words, HOST).await;
    let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(!outcome.stderr.is_empty(), "it logs");
    assert!(!outcome.stderr.contains(answer["Secret"].as_str().unwrap()));
}
