//! Runs daemons that store a login in a file and refresh it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use crate::client::command::written;
use crate::client::library::SHUTDOWN_TIMEOUT;
use crate::client::logged_text::LoggedText;
use crate::client::outcome::{Outcome, between};
use crate::client::result::{ClientResult, Login};
use crate::client::token_printer::without_newline;
use crate::clock;
use crate::file_start::read_start;
use crate::process::{self, End};
use crate::scenario::Fetch;
use crate::stored_login;
use crate::testbed::{Placeholders, Testbed};

/// A refresher. It is started when its file is read for the first time.
#[derive(Debug, Default)]
pub(crate) struct Daemon {
    child: Option<Child>,
    command: String,
    pub(super) log: LoggedText,
}

impl Daemon {
    /// Reads the login from the file. Waits for a login for at most the timeout of the step.
    pub(super) async fn read_login(
        &mut self,
        testbed: &Testbed,
        placeholders: &Placeholders,
        fetch: &Fetch,
    ) -> io::Result<Vec<Outcome>> {
        self.start(testbed, placeholders, fetch)?;
        let started = clock::now();
        let until = (started + fetch.timeout()).min(testbed.deadline);
        let mut result = read(placeholders);
        let is_found = |result: &ClientResult| match result.login() {
            Some(login) => !fetch.valid || !is_rejected(testbed, login),
            None => false,
        };
        while !is_found(&result) && clock::now() < until && !self.has_ended() {
            sleep(POLL_INTERVAL).await;
            result = read(placeholders);
        }
        Ok(vec![self.outcome(testbed, placeholders, started, result)])
    }

    /// Polls the file, and returns an outcome for each change. Stops when the file contains a login that the mock rejects.
    pub(crate) async fn watch(&mut self, testbed: &Testbed, length: Duration) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let placeholders = testbed.placeholders.clone();
        let until = (clock::now() + length).min(testbed.deadline);
        while clock::now() < until {
            let result = read(&placeholders);
            let is_invalid = result
                .login()
                .is_some_and(|login| is_rejected(testbed, login));
            let is_new = outcomes.last().is_none_or(|last| last.result != result);
            if is_new || is_invalid {
                outcomes.push(self.outcome(testbed, &placeholders, clock::now(), result));
            }
            if is_invalid {
                break;
            }
            sleep(POLL_INTERVAL).await;
        }
        outcomes
    }

    fn start(
        &mut self,
        testbed: &Testbed,
        placeholders: &Placeholders,
        fetch: &Fetch,
    ) -> io::Result<()> {
        if self.child.is_some() {
            return Ok(());
        }
        let command = testbed.command(placeholders, &[], fetch);
        self.command = written(&command);
        let mut child = process::spawn(command)?;
        drop(child.stdin.take());
        // Both are logs of a daemon.
        let stdout = child.stdout.take().expect("stdout is a pipe");
        self.log.collect(stdout);
        let stderr = child.stderr.take().expect("stderr is a pipe");
        self.log.collect(stderr);
        self.child = Some(child);
        Ok(())
    }

    fn has_ended(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| !matches!(child.try_wait(), Ok(None)))
    }

    fn outcome(
        &mut self,
        testbed: &Testbed,
        placeholders: &Placeholders,
        started: Instant,
        result: ClientResult,
    ) -> Outcome {
        let end = match self
            .child
            .as_mut()
            .and_then(|child| child.try_wait().ok().flatten())
        {
            Some(status) => End::of(status),
            None => End::Exit(0),
        };
        let file = read_start(Path::new(&placeholders.file)).unwrap_or_default();
        Outcome {
            result,
            command: self.command.clone(),
            stdin: String::new(),
            process: between(started, end, file),
            returned_at: testbed.ecr.clock().now(),
            placeholders: placeholders.clone(),
            docker: Vec::new(),
        }
    }

    pub(super) async fn end(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        process::terminate(&child);
        if timeout(SHUTDOWN_TIMEOUT, child.wait()).await.is_err() {
            process::kill_group(&child);
            let _ = child.wait().await;
        }
        self.log.finish().await;
    }
}

/// Returns whether the mock rejects a login.
fn is_rejected(testbed: &Testbed, login: &Login) -> bool {
    let secret = login.secret.as_deref();
    secret.is_some_and(|secret| testbed.ecr.verify_token(secret).is_err())
}

/// Parses the file. The file contains docker's config.json or a password.
fn read(placeholders: &Placeholders) -> ClientResult {
    let Ok(text) = std::fs::read_to_string(PathBuf::from(&placeholders.file)) else {
        return ClientResult::error("the file does not exist");
    };
    if text.trim().is_empty() {
        return ClientResult::error("the file is empty");
    }
    if !text.trim_start().starts_with('{') {
        return ClientResult::Login(Login {
            secret: Some(without_newline(&text).to_owned()),
            ..Login::default()
        });
    }
    match serde_json::from_str::<Value>(&text) {
        Err(error) => ClientResult::Malformed(format!("the file is not valid JSON: {error}")),
        Ok(config) => of_config(&config, &placeholders.registry),
    }
}

fn of_config(config: &Value, registry: &str) -> ClientResult {
    let auths = config["auths"].as_object();
    let keys = [registry.to_owned(), format!("https://{registry}")];
    let entry = auths.and_then(|auths| keys.iter().find_map(|key| Some((key, auths.get(key)?))));
    let Some((key, entry)) = entry else {
        return ClientResult::error(format!("the file has no login for {registry}"));
    };
    match stored_login::pair(entry) {
        Some((username, password)) if !password.is_empty() => ClientResult::Login(Login {
            username: Some(username),
            secret: Some(password),
            key: Some(key.clone()),
            cache_for: None,
        }),
        _ => ClientResult::error(format!("the login for {registry} is empty")),
    }
}

/// The interval at which the file is read.
const POLL_INTERVAL: Duration = Duration::from_millis(25);
