//! Runs tools that pull or push an image. The tools read their logins from docker's configuration.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::client::command::run;
use crate::client::outcome::Outcome;
use crate::client::result::{ClientResult, Login};
use crate::scenario::{Fetch, GivenLogin};
use crate::testbed::{HELPER_NAME, Placeholders, Testbed};

/// Writes docker's configuration, and sets the responses of the credential helper that the configuration contains.
pub(super) fn prepare(
    testbed: &Testbed,
    placeholders: &Placeholders,
    fetch: &Fetch,
) -> io::Result<()> {
    let fresh = [GivenLogin::Valid];
    let given = match fetch.logins.is_empty() {
        true => &fresh[..],
        false => &fetch.logins,
    };
    let secrets: Vec<Option<String>> = given
        .iter()
        .map(|given| testbed.login(*given, placeholders))
        .collect();
    testbed
        .shims
        .set_helper_responses(&placeholders.registry, &secrets)?;
    let mut config = json!({ "credHelpers": { (&*placeholders.registry): HELPER_NAME } });
    if let Some(stored) = fetch
        .stored
        .and_then(|given| testbed.login(given, placeholders))
    {
        let pair = format!("AWS:{stored}");
        config["auths"] =
            json!({ (&*placeholders.registry): { "auth": BASE64_STANDARD.encode(pair) } });
    }
    let folder = testbed.home().join(".docker");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("config.json"), config.to_string())
}

pub(super) async fn fetch(
    testbed: &Testbed,
    placeholders: &Placeholders,
    fetch: &Fetch,
) -> io::Result<Outcome> {
    let run = run(testbed, placeholders, &[], "", fetch).await?;
    let result = match run.has_succeeded() {
        true => ClientResult::Login(Login::default()),
        false => ClientResult::error(run.stdout() + &run.stderr()),
    };
    Ok(run.into_outcome(result))
}
