//! Clients of the API by AWS's names: what they are given opens the registry, and they call nobody who is not the mock.

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

use crate::page::{Page, Row};
use crate::shell::{Helper, Redirection, Shell};

#[test]
fn aws_cli_v1_is_issued_a_token() {
    Client::of("AWS CLI v1").does_as_the_page_says();
}

#[test]
fn boto3_is_issued_a_token() {
    Client::of("boto3").does_as_the_page_says();
}

#[test]
fn the_sdk_for_javascript_is_issued_a_token() {
    Client::of("AWS SDK for JavaScript").does_as_the_page_says();
}

#[test]
fn ecr_is_issued_a_token() {
    Client::of("ecr").does_as_the_page_says();
}

#[test]
fn the_helper_of_the_system_is_issued_a_token() {
    Client::of(HELPER).does_as_the_page_says();
}

#[test]
fn a_newer_helper_is_issued_a_token() {
    let client = Client {
        row: Page::Clients.row("a newer docker-credential-ecr-login"),
        helper: Helper::Newer,
        ..Client::of(HELPER)
    };
    client.does_as_the_page_says();
}

const HELPER: &str = "docker-credential-ecr-login";

struct Client {
    commands: Vec<String>,
    row: Row,
    helper: Helper,
}

impl Client {
    fn of(section: &str) -> Self {
        Client {
            commands: Page::Clients.commands(section),
            row: Page::Clients.row(section),
            helper: Helper::OfTheSystem,
        }
    }

    #[track_caller]
    fn does_as_the_page_says(&self) {
        for redirection in Redirection::all_of(&self.row) {
            self.is_issued_a_token(redirection);
            match redirection {
                // There is no TLS.
                Redirection::Env => {}
                _ => self.trusts_no_other_authority(redirection),
            }
            let unknown = self.redirected_by(redirection).with_a_wrong_key();
            unknown.fails(&self.attempt(), "InvalidSignatureException");
        }
    }

    fn redirected_by(&self, redirection: Redirection) -> Shell {
        Shell::redirected_by(redirection).with_helper(self.helper)
    }

    #[track_caller]
    fn is_issued_a_token(&self, redirection: Redirection) {
        let printed = self.redirected_by(redirection).done(&self.commands);
        let told = cargo_bin_cmd!("mock-ecr")
            .args(["token", "inspect"])
            .write_stdin(token_in(&printed))
            .assert();
        told.success();
    }

    #[track_caller]
    fn trusts_no_other_authority(&self, redirection: Redirection) {
        let shell = self.redirected_by(redirection).trusting_another();
        shell.fails(&self.attempt(), &self.row["another CA"]);
    }

    /// The helper says why in its log alone.
    fn attempt(&self) -> [String; 1] {
        let log = "{ cat $AWS_ECR_CACHE_DIR/log/*.log >&2; exit 1; }";
        [format!("{} || {log}", self.commands[0])]
    }
}

/// What a client prints last: a token, a password, or what a helper tells docker.
fn token_in(printed: &str) -> String {
    let last = printed.lines().last().unwrap();
    match serde_json::from_str::<Value>(last) {
        Ok(entry) => entry["Secret"].as_str().unwrap().to_owned(),
        Err(_) => last.to_owned(),
    }
}
