//! `ecr keep-login`, which writes logins to a file.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mock_ecr::MockEcr;
use serde_json::Value;

use crate::environment::{HOST, Home, mock};

/// A running `keep-login`, which is killed when this value is dropped.
struct Refresher {
    child: Child,
    home: Home,
}

impl Drop for Refresher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Refresher {
    fn start(home: Home) -> Self {
        let mut command = home.command(&["keep-login", HOST]);
        command.arg(home.path().join("config.json"));
        command.stderr(Stdio::null());
        let child = command.spawn().unwrap();
        Refresher { child, home }
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("config.json")
    }

    /// Waits until the content of the file fulfils a condition. The test runner limits the wait.
    async fn wait_for_content(&self, matches: impl Fn(&str) -> bool) -> String {
        loop {
            let text = fs::read_to_string(self.file()).unwrap_or_default();
            if matches(&text) {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn password(config: &str) -> String {
    let config: Value = serde_json::from_str(config).unwrap();
    let auth = config["auths"][HOST]["auth"].as_str().unwrap();
    let pair = BASE64_STANDARD.decode(auth).unwrap();
    let pair = String::from_utf8(pair).unwrap();
    pair.strip_prefix("AWS:").unwrap().to_owned()
}

#[tokio::test]
async fn the_file_contains_a_login_and_is_private() {
    let ecr = mock().await;
    let refresher = Refresher::start(Home::for_mock(&ecr));
    let config = refresher.wait_for_content(|text| !text.is_empty()).await;
    assert!(ecr.verify_token(&password(&config)).is_ok());
    let mode = fs::metadata(refresher.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_login_is_renewed_before_it_expires() {
    let ecr = MockEcr::builder().token_ttl(Duration::from_secs(4));
    let ecr = ecr.start().await.unwrap();
    let refresher = Refresher::start(Home::for_mock(&ecr));
    let first = refresher.wait_for_content(|text| !text.is_empty()).await;
    let second = refresher.wait_for_content(|text| text != first).await;
    assert_ne!(password(&first), password(&second));
}

#[tokio::test]
async fn an_expired_login_is_removed_from_the_file() {
    let ecr = MockEcr::builder().token_ttl(Duration::from_secs(4));
    let ecr = ecr.start().await.unwrap();
    let outage = ecr
        .faults()
        .error("AccessDeniedException")
        .after(1)
        .set()
        .unwrap();
    let refresher = Refresher::start(Home::for_mock(&ecr));
    refresher.wait_for_content(|text| !text.is_empty()).await;
    refresher
        .wait_for_content(|text| text == "{\"auths\":{}}\n")
        .await;
    outage.remove();
    let again = refresher
        .wait_for_content(|text| text != "{\"auths\":{}}\n")
        .await;
    assert!(!password(&again).is_empty());
}

#[tokio::test]
async fn one_file_contains_the_logins_of_several_registries() {
    let other = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let ecr = mock().await;
    let home = Home::for_mock(&ecr);
    let mut command = home.command(&["keep-login", HOST, other]);
    command.arg(home.path().join("config.json"));
    let child = command.stderr(Stdio::null()).spawn().unwrap();
    let refresher = Refresher { child, home };
    let has_both = |text: &str| text.contains(HOST) && text.contains(other);
    refresher.wait_for_content(has_both).await;
}

#[tokio::test]
async fn invalid_registries_and_unwritable_files_are_errors() {
    let home = Home::without_aws();
    for (words, message) in [
        (&["keep-login", HOST][..], "expected registries and a file"),
        (&["keep-login", "alpine", "f"], "\"alpine\""),
    ] {
        let outcome = home.ecr(words, "").await;
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.contains(message), "{outcome:?}");
    }
    let ecr = mock().await;
    let outcome = Home::for_mock(&ecr)
        .ecr(&["keep-login", HOST, "/dev/null/x"], "")
        .await;
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stderr.contains("cannot write /dev/null/x"),
        "{outcome:?}"
    );
}
