//! Tools that pull or push an image, with logins from docker's configuration.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::client::answer::{Answer, Login};
use crate::client::command::run;
use crate::client::outcome::Outcome;
use crate::scenario::{Fetch, GivenLogin};
use crate::testbed::{HELPER_NAME, Names, Stage};

/// Writes docker's configuration, and says what the credential helper in it will answer.
pub(super) fn prepare(stage: &Stage, names: &Names, fetch: &Fetch) -> io::Result<()> {
    let fresh = [GivenLogin::Fresh];
    let given = match fetch.logins.is_empty() {
        true => &fresh[..],
        false => &fetch.logins,
    };
    let secrets: Vec<Option<String>> = given
        .iter()
        .map(|given| stage.login(*given, names))
        .collect();
    stage.shims.helper_answers(&names.registry, &secrets)?;
    let mut config = json!({ "credHelpers": { (&*names.registry): HELPER_NAME } });
    if let Some(stored) = fetch.stored.and_then(|given| stage.login(given, names)) {
        let pair = format!("AWS:{stored}");
        config["auths"] = json!({ (&*names.registry): { "auth": BASE64_STANDARD.encode(pair) } });
    }
    let folder = stage.home().join(".docker");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("config.json"), config.to_string())
}

pub(super) async fn fetch(stage: &Stage, names: &Names, fetch: &Fetch) -> io::Result<Outcome> {
    let run = run(stage, names, &[], "", fetch).await?;
    let answer = match run.has_succeeded() {
        true => Answer::Login(Login::default()),
        false => Answer::error(run.stdout() + &run.stderr()),
    };
    Ok(run.answered(answer))
}
