//! Runs Docker credential helpers. Source of the protocol: `credentials.go` and `client.go` of docker-credential-helpers.

use std::io;

use serde::Deserialize;

use crate::client::command::{Run, run, run_command};
use crate::client::outcome::Outcome;
use crate::client::result::{ClientError, ClientResult, Login};
use crate::scenario::Fetch;
use crate::testbed::{Placeholders, Testbed};

pub(super) async fn fetch(
    testbed: &Testbed,
    placeholders: &Placeholders,
    fetch: &Fetch,
) -> io::Result<Outcome> {
    let input = fetch.input.as_deref().unwrap_or("{registry}");
    let stdin = placeholders.fill(input);
    let run = run(testbed, placeholders, &["get".to_owned()], &stdin, fetch).await?;
    Ok(outcome(run))
}

/// Requests the login of a registry from a helper that docker's configuration names.
pub(super) async fn get(
    testbed: &Testbed,
    program: &str,
    placeholders: &Placeholders,
) -> io::Result<Outcome> {
    let mut command = testbed.program(program, placeholders, &Fetch::default());
    command.arg("get");
    let registry = &placeholders.registry;
    let run = run_command(testbed, command, placeholders, registry).await?;
    Ok(outcome(run))
}

fn outcome(run: Run) -> Outcome {
    let result = match run.has_succeeded() {
        true => login(&run.stdout()),
        false => error(&run),
    };
    run.into_outcome(result)
}

/// A response. Docker's client ignores unknown members, and uses the requested URL if there is no `ServerURL`.
#[derive(Deserialize)]
struct Credentials {
    #[serde(rename = "ServerURL")]
    server_url: Option<String>,
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

fn login(stdout: &str) -> ClientResult {
    match serde_json::from_str::<Credentials>(stdout) {
        Err(error) => {
            ClientResult::Malformed(format!("stdout is not a credentials object: {error}"))
        }
        Ok(found) if found.secret.is_empty() => {
            ClientResult::Malformed("Secret is empty".to_owned())
        }
        Ok(found) => ClientResult::Login(Login {
            username: Some(found.username),
            secret: Some(found.secret),
            key: found.server_url,
            cache_for: None,
        }),
    }
}

fn error(run: &Run) -> ClientResult {
    let stdout = run.stdout();
    match stdout.trim() {
        NOT_FOUND => ClientResult::Error(ClientError::NoCredentials),
        text if matches!(login(text), ClientResult::Login(_)) => {
            ClientResult::Malformed(format!("{}, with a login on stdout", run.process.end))
        }
        "" => ClientResult::error(run.stderr()),
        text => ClientResult::error(text),
    }
}

const NOT_FOUND: &str = "credentials not found in native keychain";

#[cfg(test)]
mod tests {
    use super::*;

    fn key(stdout: &str) -> Option<String> {
        let result = login(stdout);
        result.login().expect("a login").key.clone()
    }

    #[test]
    fn a_login_needs_only_what_dockers_client_reads() {
        let all =
            r#"{"ServerURL":"h","Username":"AWS","Secret":"s","ExpiresAt":"2015-11-29T21:30:53Z"}"#;
        assert_eq!(key(all).as_deref(), Some("h"));
        assert_eq!(key(r#"{"Username":"AWS","Secret":"s"}"#), None);
        let empty = r#"{"Username":"AWS","Secret":""}"#;
        assert!(matches!(login(empty), ClientResult::Malformed(_)));
    }
}
