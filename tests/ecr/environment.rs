//! Runs helper commands of `ecr` against the mock, with a request on stdin.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use mock_ecr::MockEcr;
use mock_ecr::config::{CaLocation, Redirect};
use tempfile::TempDir;

use crate::command::Outcome;

/// A home directory and environment for several runs of `ecr`.
pub(crate) struct Home {
    directory: TempDir,
    environment: Vec<(String, String)>,
}

/// The registry of the mock's first principal.
pub(crate) const HOST: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

pub(crate) async fn mock() -> MockEcr {
    MockEcr::start().await.unwrap()
}

/// Starts a mock that is the proxy for AWS's host names.
pub(crate) async fn mock_with_proxy() -> (MockEcr, Home) {
    let ecr = MockEcr::builder().tls(CaLocation::Memory);
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

    /// Creates a home without keys and region.
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

    /// Returns the path of the token cache.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path().join(".ecr/tokens.json")
    }

    fn set(&mut self, variables: Vec<(&'static str, Option<String>)>) {
        let values = variables.into_iter();
        let values = values.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        self.environment.extend(values);
    }

    /// Runs `ecr` with these arguments.
    pub(crate) async fn ecr(&self, words: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
        self.run(Command::new(cargo_bin!("ecr")), words, stdin)
            .await
    }

    /// Returns a command for `ecr` with these arguments, for a caller that runs it in the background.
    pub(crate) fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(cargo_bin!("ecr"));
        command
            .args(words)
            .env_clear()
            .env("HOME", self.path())
            .envs(self.environment.iter().cloned());
        command
    }

    /// Runs `ecr` by another name.
    pub(crate) async fn run_as(
        &self,
        name: &str,
        words: &[&str],
        stdin: impl AsRef<[u8]>,
    ) -> Outcome {
        let link = self.path().join(name);
        if !link.exists() {
            symlink(cargo_bin!("ecr"), &link).unwrap();
        }
        self.run(Command::new(link), words, stdin).await
    }

    /// Runs the command on another thread, so that the mock can respond.
    async fn run(&self, mut command: Command, words: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
        command
            .args(words)
            .env_clear()
            .env("HOME", self.path())
            .envs(self.environment.iter().cloned())
            .write_stdin(stdin.as_ref());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        Outcome {
            code: output.status.code().expect("no signal ended the program"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Returns the number of calls to GetAuthorizationToken.
pub(crate) fn calls(ecr: &MockEcr) -> usize {
    ecr.requests().operation("GetAuthorizationToken").count()
}
