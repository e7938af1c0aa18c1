//! Calls libraries through a driver: a process that reads and writes lines of JSON.

use std::io;

use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::{Duration, Instant, timeout, timeout_at};

use crate::client::command::written;
use crate::client::logged_text::LoggedText;
use crate::client::outcome::{Outcome, between};
use crate::client::result::{ClientResult, Login};
use crate::clock;
use crate::process::{self, End};
use crate::scenario::{Fetch, Setting};
use crate::testbed::{Placeholders, Testbed};

/// A driver. It is started for the first request. It is restarted when its environment changes.
#[derive(Debug, Default)]
pub(crate) struct Driver {
    running: Option<RunningDriver>,
    pub(super) log: LoggedText,
}

#[derive(Debug)]
struct RunningDriver {
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
    command: String,
    environment: Environment,
}

/// The access key and the variables of a step. The driver is restarted when they change.
type Environment = (Option<String>, Vec<(String, Setting)>);

impl Driver {
    pub(super) async fn fetch(
        &mut self,
        testbed: &Testbed,
        registries: &[Placeholders],
        fetch: &Fetch,
        times: usize,
    ) -> io::Result<Vec<Outcome>> {
        self.start(testbed, &registries[0], fetch).await?;
        let rounds = std::iter::repeat_n(registries, times).flatten();
        let requests: Vec<(&Placeholders, String)> = rounds
            .map(|placeholders| (placeholders, request(placeholders, fetch.refused)))
            .collect();
        let text: String = requests.iter().map(|(_, text)| &**text).collect();
        let started = clock::now();
        let running = self.running.as_mut().expect("the driver was started");
        // A write error is ignored: if the driver has ended, an error occurs when its response is read.
        let _ = running.stdin.write_all(text.as_bytes()).await;
        let mut outcomes = Vec::with_capacity(requests.len());
        for (placeholders, request) in requests {
            let (line, end) = running.next_result(testbed.deadline).await;
            outcomes.push(Outcome {
                result: result(&line, end),
                command: running.command.clone(),
                stdin: request,
                process: between(started, end.unwrap_or(End::Exit(0)), line.into_bytes()),
                returned_at: testbed.ecr.clock().now(),
                placeholders: placeholders.clone(),
                docker: Vec::new(),
            });
        }
        if outcomes
            .iter()
            .any(|outcome| outcome.process.end != End::Exit(0))
        {
            self.end().await;
        }
        Ok(outcomes)
    }

    async fn start(
        &mut self,
        testbed: &Testbed,
        placeholders: &Placeholders,
        fetch: &Fetch,
    ) -> io::Result<()> {
        let env = fetch
            .env
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()));
        let environment = (fetch.principal.clone(), env.collect());
        match &self.running {
            Some(running) if running.environment == environment => return Ok(()),
            Some(_) => self.end().await,
            None => {}
        }
        let command = testbed.command(placeholders, &[], fetch);
        let written = written(&command);
        let mut child = process::spawn(command)?;
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let stderr = child.stderr.take().expect("stderr is a pipe");
        self.log.collect(stderr);
        self.running = Some(RunningDriver {
            stdin: child.stdin.take().expect("stdin is a pipe"),
            stdout: BufReader::new(stdout).lines(),
            child,
            command: written,
            environment,
        });
        Ok(())
    }

    pub(super) async fn end(&mut self) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        drop(running.stdin);
        if timeout(SHUTDOWN_TIMEOUT, running.child.wait())
            .await
            .is_err()
        {
            process::kill_group(&running.child);
            let _ = running.child.wait().await;
        }
        self.log.finish().await;
    }
}

impl RunningDriver {
    /// Returns the next line. If there is no next line, returns an empty string and how the driver ended.
    async fn next_result(&mut self, deadline: Instant) -> (String, Option<End>) {
        match timeout_at(deadline, self.stdout.next_line()).await {
            Err(_) => (String::new(), Some(End::Deadline)),
            Ok(Ok(Some(line))) => (line, None),
            Ok(_) => {
                let status = timeout_at(deadline, self.child.wait()).await;
                let end = match status {
                    Ok(Ok(status)) => End::of(status),
                    _ => End::Deadline,
                };
                // A driver that ends without a response has failed, even if the exit code is 0.
                let end = if end == End::Exit(0) {
                    End::Exit(-1)
                } else {
                    end
                };
                (String::new(), Some(end))
            }
        }
    }
}

fn request(placeholders: &Placeholders, refused: Option<bool>) -> String {
    let request = match refused {
        Some(true) => json!({ "registry": placeholders.registry, "refused": true }),
        _ => json!({ "registry": placeholders.registry }),
    };
    format!("{request}\n")
}

#[derive(Deserialize)]
struct Line {
    username: Option<String>,
    password: Option<String>,
    error: Option<String>,
    #[serde(default)]
    unsupported: bool,
}

fn result(line: &str, end: Option<End>) -> ClientResult {
    match end {
        Some(End::Deadline) => return ClientResult::TimedOut,
        Some(_) => {
            return ClientResult::Malformed("the driver ended without a response".to_owned());
        }
        None => {}
    }
    match serde_json::from_str::<Line>(line) {
        Err(error) => ClientResult::Malformed(format!("the line is not a valid response: {error}")),
        Ok(found) if found.unsupported => ClientResult::Unsupported,
        Ok(Line {
            error: Some(error),
            password: None,
            ..
        }) => ClientResult::error(error),
        Ok(Line {
            error: None,
            password: Some(password),
            username,
            ..
        }) if !password.is_empty() => ClientResult::Login(Login {
            username,
            secret: Some(password),
            ..Login::default()
        }),
        Ok(_) => ClientResult::Malformed(
            "the line must contain either a password or an error".to_owned(),
        ),
    }
}

/// The time in which a client must end after it was requested to end.
pub(super) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);
