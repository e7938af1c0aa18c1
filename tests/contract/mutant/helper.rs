//! `docker-credential`: docker's protocol of credential helpers.

use std::io::{self, Read as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cache::Cache;
use crate::credentials::Credentials;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::login::Login;
use crate::registry::{self, Registry};
use crate::say;

pub(crate) async fn run(arguments: &[String]) -> ExitCode {
    let [action] = arguments else {
        say::out("usage: docker-credential get|store|erase|list\n");
        return ExitCode::FAILURE;
    };
    let done = match action.as_str() {
        "get" => get(&input()).await,
        "store" if Fault::StoreFails.is_on() => return ExitCode::FAILURE,
        "store" | "erase" => Ok(String::new()),
        "list" => list().await,
        _ => Err(Failure::Other(format!("unknown action: {action}"))),
    };
    match done {
        Ok(text) => {
            say::out(&text);
            ExitCode::SUCCESS
        }
        Err(failure) => fail(&failure),
    }
}

/// Callers read the reason on stdout; one text of all tells them to go on without a login.
fn fail(failure: &Failure) -> ExitCode {
    let is_masked = !matches!(failure, Failure::Other(_)) && Fault::MasksErrors.is_on();
    let text = match failure {
        Failure::NotEcr(_) if Fault::OwnNotFound.is_on() => "there is no such login".to_owned(),
        Failure::NotEcr(_) => NOT_FOUND.to_owned(),
        _ if is_masked => NOT_FOUND.to_owned(),
        failure => failure.to_string(),
    };
    say::out(&format!("{text}\n"));
    say::err(&failure.to_string());
    ExitCode::FAILURE
}

fn input() -> String {
    let mut text = Vec::new();
    let _ = io::stdin().lock().take(1 << 20).read_to_end(&mut text);
    String::from_utf8_lossy(&text).trim().to_owned()
}

async fn get(server: &str) -> Result<String, Failure> {
    if server.is_empty() {
        return Err(Failure::Other("no credentials server URL".to_owned()));
    }
    if Fault::CredentialsFirst.is_on() {
        Credentials::find().await?;
    }
    let registry = match Registry::of(server) {
        Err(_) if Fault::AsksForEveryHost.is_on() => {
            Registry::nameless(registry::region()?, registry::authority(server))
        }
        registry => registry?,
    };
    let mut cache = Cache::read();
    let login = cache.login(&registry).await?;
    cache.write(&registry)?;
    Ok(found(server, &registry, &login))
}

fn found(server: &str, registry: &Registry, login: &Login) -> String {
    let echo = if Fault::EchoesTheHost.is_on() {
        &registry.authority
    } else {
        server
    };
    let found = json!({
        "ServerURL": echo,
        "Username": login.username,
        "Secret": login.password,
    });
    format!("{found}\n")
}

/// The logins that are kept: to list them needs nobody else.
async fn list() -> Result<String, Failure> {
    if Fault::NamesNoRegion.is_on() {
        registry::region()?;
    }
    if Fault::ListWaits.is_on() {
        wait_for_list().await?;
    }
    Ok(format!("{}\n", Value::Object(Cache::read().list())))
}

/// Asks until there is an answer.
async fn wait_for_list() -> Result<(), Failure> {
    let registry = Registry::nameless(registry::region()?, String::new());
    while crate::api::fetch(&registry).await.is_err() {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

pub(crate) const NOT_FOUND: &str = "credentials not found in native keychain";
