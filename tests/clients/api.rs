//! Clients of the API at the host names of AWS: the registry accepts their tokens.

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

use crate::page::{Page, Row};
use crate::shell::{Helper, Redirection, Shell};

#[test]
fn aws_cli_v1_gets_a_token() {
    Client::from_page("AWS CLI v1").assert_documented_behaviour();
}

#[test]
fn boto3_gets_a_token() {
    Client::from_page("boto3").assert_documented_behaviour();
}

#[test]
fn the_sdk_for_javascript_gets_a_token() {
    Client::from_page("AWS SDK for JavaScript").assert_documented_behaviour();
}

#[test]
fn ecr_gets_a_token() {
    Client::from_page("ecr").assert_documented_behaviour();
}

#[test]
fn the_helper_of_the_system_gets_a_token() {
    Client::from_page(HELPER).assert_documented_behaviour();
}

#[test]
fn a_newer_helper_gets_a_token() {
    let client = Client {
        row: Page::Clients.row("a newer docker-credential-ecr-login"),
        helper: Helper::Newer,
        ..Client::from_page(HELPER)
    };
    client.assert_documented_behaviour();
}

const HELPER: &str = "docker-credential-ecr-login";

struct Client {
    commands: Vec<String>,
    row: Row,
    helper: Helper,
}

impl Client {
    fn from_page(section: &str) -> Self {
        Client {
            commands: Page::Clients.commands(section),
            row: Page::Clients.row(section),
            helper: Helper::System,
        }
    }

    #[track_caller]
    fn assert_documented_behaviour(&self) {
        for redirection in Redirection::all_of(&self.row) {
            self.assert_token_is_issued(redirection);
            match redirection {
                // `env` redirects without TLS.
                Redirection::Env | Redirection::EnvAws => {}
                _ => self.assert_another_ca_is_rejected(redirection),
            }
            let unknown = self.redirected_by(redirection).with_wrong_secret_key();
            unknown.assert_fails(&self.attempt(), "InvalidSignatureException");
        }
    }

    fn redirected_by(&self, redirection: Redirection) -> Shell {
        Shell::redirected_by(redirection).with_helper(self.helper)
    }

    #[track_caller]
    fn assert_token_is_issued(&self, redirection: Redirection) {
        let printed = self.redirected_by(redirection).run(&self.commands);
        let inspected = cargo_bin_cmd!("mock-ecr")
            .args(["token", "inspect"])
            .write_stdin(token_in(&printed))
            .assert();
        inspected.success();
    }

    #[track_caller]
    fn assert_another_ca_is_rejected(&self, redirection: Redirection) {
        let shell = self.redirected_by(redirection).trusting_another_ca();
        shell.assert_fails(&self.attempt(), &self.row["error if the CA is not trusted"]);
    }

    /// Returns a command that fails and prints the reason. The credential helper writes it to its log only.
    fn attempt(&self) -> [String; 1] {
        let log = "{ cat $AWS_ECR_CACHE_DIR/log/*.log >&2; exit 1; }";
        [format!("{} || {log}", self.commands[0])]
    }
}

/// Returns the token in the last line of an output: a token, a password, or the JSON of a credential helper.
fn token_in(printed: &str) -> String {
    let last = printed.lines().last().unwrap();
    match serde_json::from_str::<Value>(last) {
        Ok(entry) => entry["Secret"].as_str().unwrap().to_owned(),
        Err(_) => last.to_owned(),
    }
}
