//! Credential helpers of docker's. Source of the protocol: `credentials.go` and `client.go` of docker-credential-helpers.

use std::io;

use serde::Deserialize;

use crate::client::answer::{Answer, Login, Refusal};
use crate::client::command::{Run, run};
use crate::client::outcome::Outcome;
use crate::scenario::Fetch;
use crate::testbed::{Names, Stage};

pub(super) async fn fetch(stage: &Stage, names: &Names, fetch: &Fetch) -> io::Result<Outcome> {
    let asked = fetch.input.as_deref().unwrap_or("{registry}");
    let stdin = names.fill(asked);
    let run = run(stage, names, &["get".to_owned()], &stdin, fetch).await?;
    let answer = match run.has_succeeded() {
        true => login(&run.stdout(), stdin.trim()),
        false => refusal(&run),
    };
    Ok(run.answered(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    #[serde(rename = "ServerURL")]
    server_url: String,
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

fn login(stdout: &str, asked: &str) -> Answer {
    match serde_json::from_str::<Credentials>(stdout) {
        Err(error) => Answer::Misshapen(format!("stdout is not the JSON of credentials: {error}")),
        Ok(found) if found.server_url != asked => Answer::Misshapen(format!(
            "ServerURL is {:?}, not {asked:?}",
            found.server_url
        )),
        Ok(found) if found.secret.is_empty() => Answer::Misshapen("Secret is empty".to_owned()),
        Ok(found) => Answer::Login(Login {
            username: Some(found.username),
            secret: Some(found.secret),
            key: Some(found.server_url),
            cache_for: None,
        }),
    }
}

fn refusal(run: &Run) -> Answer {
    let stdout = run.stdout();
    match stdout.trim() {
        NOT_FOUND => Answer::Refusal(Refusal::NoCredentials),
        text if text.starts_with('{') => {
            Answer::Misshapen(format!("{}, and JSON on stdout", run.ended.end))
        }
        "" => Answer::error(run.stderr()),
        text => Answer::error(text),
    }
}

const NOT_FOUND: &str = "credentials not found in native keychain";
