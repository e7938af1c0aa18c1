//! Runs the client's command, and quotes it for a shell.

use std::io;

use mock_ecr::Timestamp;

use crate::client::outcome::Outcome;
use crate::client::result::ClientResult;
use crate::process::{self, End, ProcessOutput};
use crate::scenario::Fetch;
use crate::shell_word::quoted;
use crate::testbed::{Placeholders, Testbed};

/// A finished run of the client's command, before its output is parsed.
#[derive(Clone, Debug)]
pub(super) struct Run {
    command: String,
    stdin: String,
    pub(super) process: ProcessOutput,
    returned_at: Timestamp,
    placeholders: Placeholders,
}

impl Run {
    pub(super) fn into_outcome(self, result: ClientResult) -> Outcome {
        let result = match self.process.end {
            End::Deadline => ClientResult::TimedOut,
            _ => result,
        };
        Outcome {
            result,
            command: self.command,
            stdin: self.stdin,
            process: self.process,
            returned_at: self.returned_at,
            placeholders: self.placeholders,
            docker: Vec::new(),
        }
    }

    pub(super) fn has_succeeded(&self) -> bool {
        self.process.end == End::Exit(0)
    }

    pub(super) fn stdout(&self) -> String {
        text(&self.process.stdout)
    }

    pub(super) fn stderr(&self) -> String {
        text(&self.process.stderr)
    }
}

pub(super) async fn run(
    testbed: &Testbed,
    placeholders: &Placeholders,
    further: &[String],
    stdin: &str,
    fetch: &Fetch,
) -> io::Result<Run> {
    let command = testbed.command(placeholders, further, fetch);
    run_command(testbed, command, placeholders, stdin).await
}

/// Runs a command that has the environment of the client.
pub(super) async fn run_command(
    testbed: &Testbed,
    command: std::process::Command,
    placeholders: &Placeholders,
    stdin: &str,
) -> io::Result<Run> {
    let written = written(&command);
    let ended = process::run(command, stdin.as_bytes(), testbed.deadline).await?;
    Ok(Run {
        command: written,
        stdin: stdin.to_owned(),
        returned_at: testbed.ecr.clock().now(),
        process: ended,
        placeholders: placeholders.clone(),
    })
}

/// Returns a command in the form in which it can be entered in a shell.
pub(super) fn written(command: &std::process::Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| quoted(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
