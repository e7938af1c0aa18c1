//! Runs commands that print a password, as `aws ecr get-login-password` does.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::client::command::{Run, run};
use crate::client::outcome::Outcome;
use crate::client::result::{ClientResult, Login};
use crate::scenario::Fetch;
use crate::testbed::{Placeholders, Testbed};

pub(super) async fn fetch(
    testbed: &Testbed,
    placeholders: &Placeholders,
    fetch: &Fetch,
) -> io::Result<Outcome> {
    let run = run(testbed, placeholders, &[], "", fetch).await?;
    let result = result(&run);
    Ok(run.into_outcome(result))
}

fn result(run: &Run) -> ClientResult {
    let stdout = run.stdout();
    match (run.has_succeeded(), stdout.trim().is_empty()) {
        (true, false) => ClientResult::Login(login(&stdout)),
        (true, true) => ClientResult::Malformed("exit 0, with nothing on stdout".to_owned()),
        (false, true) => ClientResult::error(run.stderr()),
        (false, false) => {
            ClientResult::Malformed(format!("{}, with output on stdout", run.process.end))
        }
    }
}

/// Parses the output: the password, the text `AWS:PASSWORD`, or this text encoded in base64. One line break at the end is removed, as
/// docker does with `--password-stdin`.
fn login(stdout: &str) -> Login {
    let text = without_newline(stdout);
    let decoded = BASE64_STANDARD.decode(text).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let of_pair = |pair: &str| pair.strip_prefix("AWS:").map(str::to_owned);
    let secret = of_pair(text).or_else(|| decoded.as_deref().and_then(of_pair));
    Login {
        secret: Some(secret.unwrap_or_else(|| text.to_owned())),
        ..Login::default()
    }
}

/// Removes one CRLF, LF or CR at the end, as docker does when it reads a password from stdin.
pub(super) fn without_newline(text: &str) -> &str {
    text.strip_suffix("\r\n")
        .or_else(|| text.strip_suffix('\n'))
        .or_else(|| text.strip_suffix('\r'))
        .unwrap_or(text)
}
