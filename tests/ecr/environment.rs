//! `ecr` as other programs call it, with a request on stdin, against the mock.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use mock_ecr::MockEcr;
use mock_ecr::config::{AuthorityLocation, Redirect};
use tempfile::TempDir;

use crate::command::Outcome;

/// A home in which `ecr` is called again and again, as one program or another.
pub(crate) struct Home {
    directory: TempDir,
    environment: Vec<(String, String)>,
}

/// The registry of the mock's first principal.
pub(crate) const HOST: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

pub(crate) async fn mock() -> MockEcr {
    MockEcr::start().await.unwrap()
}

/// A mock behind AWS's own names, of which it is the proxy.
pub(crate) async fn mock_with_proxy() -> (MockEcr, Home) {
    let ecr = MockEcr::builder().tls(AuthorityLocation::Memory);
    let ecr = ecr.start().await.unwrap();
    let mut home = Home::without_aws();
    let certificate = home.path().join("ca.pem");
    fs::write(&certificate, ecr.ca_certificate().unwrap()).unwrap();
    home.set(ecr.environment_by_name(Redirect::Proxy, &certificate));
    (ecr, home)
}

impl Home {
    pub(crate) fn for_mock(ecr: &MockEcr) -> Self {
        let mut home = Self::without_aws();
        home.set(ecr.environment());
        home.env("AWS_MAX_ATTEMPTS", "1")
    }

    /// A home that knows neither keys nor region.
    pub(crate) fn without_aws() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
        }
        .env("AWS_EC2_METADATA_DISABLED", "true")
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where tokens are kept.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path().join(".ecr/tokens.json")
    }

    fn set(&mut self, variables: Vec<(&'static str, Option<String>)>) {
        let values = variables.into_iter();
        let values = values.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        self.environment.extend(values);
    }

    /// Runs `ecr` with these words.
    pub(crate) async fn ecr(&self, words: &[&str], stdin: &str) -> Outcome {
        self.run(Command::new(cargo_bin!("ecr")), words, stdin)
            .await
    }

    /// `ecr` with these words, to be started by whoever wants it running.
    pub(crate) fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(cargo_bin!("ecr"));
        command
            .args(words)
            .env_clear()
            .env("HOME", self.path())
            .envs(self.environment.iter().cloned());
        command
    }

    /// Runs it by another name.
    pub(crate) async fn run_as(&self, name: &str, words: &[&str], stdin: &str) -> Outcome {
        let link = self.path().join(name);
        if !link.exists() {
            symlink(cargo_bin!("ecr"), &link).unwrap();
        }
        self.run(Command::new(link), words, stdin).await
    }

    /// The mock goes on meanwhile.
    async fn run(&self, mut command: Command, words: &[&str], stdin: &str) -> Outcome {
        command
            .args(words)
            .env_clear()
            .env("HOME", self.path())
            .envs(self.environment.iter().cloned())
            .write_stdin(stdin);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        Outcome {
            code: output.status.code().expect("it ends by itself"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// How often ECR was asked for a token.
pub(crate) fn calls(ecr: &MockEcr) -> usize {
    ecr.requests().operation("GetAuthorizationToken").count()
}
