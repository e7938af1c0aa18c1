//! Clients of the API by AWS's names: what they are given opens the registry, and they call nobody who is not the mock.

use std::iter;

use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;

use crate::page::Page;
use crate::shell::Way::{Env, Hosts, Proxy};
use crate::shell::{Helper, Shell, Way};

#[test]
fn aws_cli_v1_is_issued_a_token() {
    let client = Client::of("AWS CLI v1");
    client.is_issued_a_token(&[Hosts, Proxy, Env]);
    client.is_refused(&[Hosts, Proxy], "CERTIFICATE_VERIFY_FAILED");
}

#[test]
fn boto3_is_issued_a_token() {
    let client = Client::of("boto3");
    client.is_issued_a_token(&[Hosts, Proxy, Env]);
    client.is_refused(&[Hosts, Proxy], "CERTIFICATE_VERIFY_FAILED");
}

#[test]
fn the_sdk_for_javascript_is_issued_a_token() {
    let client = Client::of("AWS SDK for JavaScript");
    client.is_issued_a_token(&[Hosts, Env]);
    client.is_refused(&[Hosts], "unable to verify the first certificate");
}

#[test]
fn ecr_is_issued_a_token() {
    let client = Client::of("ecr");
    client.is_issued_a_token(&[Hosts, Proxy, Env]);
    client.is_refused(&[Hosts, Proxy], "invalid peer certificate");
}

#[test]
fn the_helper_of_the_system_is_issued_a_token() {
    let client = Client::helper(Helper::OfTheSystem);
    client.is_issued_a_token(&[Hosts, Proxy]);
    client.is_refused(&[Hosts, Proxy], "certificate signed by unknown authority");
}

#[test]
fn a_newer_helper_is_issued_a_token() {
    let client = Client::helper(Helper::Newer);
    client.is_issued_a_token(&[Hosts, Proxy, Env]);
    client.is_refused(&[Hosts, Proxy], "certificate signed by unknown authority");
}

struct Client {
    commands: Vec<String>,
    helper: Helper,
}

impl Client {
    fn of(section: &str) -> Self {
        Client {
            commands: Page::Clients.commands(section),
            helper: Helper::OfTheSystem,
        }
    }

    fn helper(helper: Helper) -> Self {
        Client {
            helper,
            ..Client::of("docker-credential-ecr-login")
        }
    }

    fn led_by(&self, way: Way) -> Shell {
        Shell::led_by(way).with_helper(self.helper)
    }

    #[track_caller]
    fn is_issued_a_token(&self, ways: &[Way]) {
        for &way in ways {
            let printed = self.led_by(way).done(&self.commands);
            let told = cargo_bin_cmd!("mock-ecr")
                .args(["token", "inspect"])
                .write_stdin(token_in(&printed))
                .assert();
            told.success();
        }
    }

    /// The key must be right for the mock, and the mock's authority the one that is trusted.
    #[track_caller]
    fn is_refused(&self, ways: &[Way], words_of_tls: &str) {
        let log = "{ cat $AWS_ECR_CACHE_DIR/log/*.log >&2; exit 1; }";
        let attempt = format!("{} || {log}", self.commands[0]);
        let attempt: Vec<_> = iter::once(attempt).collect();
        for &way in ways {
            let untrusting = self.led_by(way).trusting_another();
            untrusting.fails(&attempt, words_of_tls);
            let unknown = self.led_by(way).with_a_wrong_key();
            unknown.fails(&attempt, "InvalidSignatureException");
        }
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
