//! The protocol of docker's credential helpers: the action is an argument, its input is on stdin, its output on stdout.
//!
//! An error is a message on stdout with exit code 1. The message `credentials not found in native keychain` makes the caller
//! continue without credentials. It is therefore used only for registries that are not ECR's.

use std::path::Path;

use ecr_token_source::{CacheFile, Clock as _, Registry, SystemClock};
use serde_json::{Map, Value, json};

use crate::args::globals::Globals;
use crate::args::operation::Topic;
use crate::error::Error;
use crate::helper::{request, tokens};
use crate::output::{self, help};
use crate::program::Program;

pub(super) async fn run(words: &[String], globals: &Globals) -> Result<String, Error> {
    let [action] = words else {
        return Err(docker_error(USAGE));
    };
    match action.as_str() {
        "get" => get(globals).await,
        "store" => store(),
        "erase" => erase(),
        "list" => list(globals).await,
        "version" => Ok(format!(
            "{NAME} (ecr-token-cli) {}\n",
            env!("CARGO_PKG_VERSION")
        )),
        "help" => Ok(help::page(Topic::CredentialHelper, Program::Ecr)),
        other => Err(docker_error(&format!("{NAME}: unknown action: {other}"))),
    }
}

async fn get(globals: &Globals) -> Result<String, Error> {
    let url = server_url()?;
    let registry = Registry::parse(&url).map_err(|_| docker_error(NOT_FOUND))?;
    let login = tokens::login(globals, Some(registry)).await;
    let credentials = login
        .map_err(|error| docker_error(&error.one_line()))?
        .credentials;
    let (username, secret) = (credentials.username, credentials.password.expose());
    let response = json!({ "ServerURL": url, "Username": username, "Secret": secret });
    Ok(format!("{response}\n"))
}

/// Succeeds without storing a login of ECR, since `get` always returns a newer one. Rejects logins of other registries.
fn store() -> Result<String, Error> {
    let text = request::from_stdin().map_err(|error| docker_error(&error.to_string()))?;
    let credentials: Value = serde_json::from_str(&text)
        .map_err(|error| docker_error(&format!("the input is not valid JSON: {error}")))?;
    let member = |name: &str| credentials[name].as_str().unwrap_or_default();
    match (member("ServerURL"), member("Username")) {
        ("", _) => Err(docker_error(NO_URL)),
        (_, "") => Err(docker_error("no credentials username")),
        (url, _) if Registry::parse(url).is_err() => Err(docker_error(&format!(
            "{NAME} supports registries of Amazon ECR only and stores no credentials of others"
        ))),
        _ => Ok(String::new()),
    }
}

/// Removes the token of a registry, so that the next `get` calls ECR.
fn erase() -> Result<String, Error> {
    let url = server_url()?;
    if let (Ok(registry), Some(path)) = (Registry::parse(&url), tokens::cache_path()) {
        CacheFile::remove(&path, &registry).map_err(|error| docker_error(&error.to_string()))?;
    }
    Ok(String::new())
}

/// Lists the registries with cached tokens and the registry of the caller's account.
///
/// Some callers list first and stop on an error. The list is therefore always printed, and an error is written to stderr.
async fn list(globals: &Globals) -> Result<String, Error> {
    let cached = tokens::cache_path().map(|path| valid_logins(&path));
    let mut hosts = cached.unwrap_or_default();
    match tokens::login(globals, None).await {
        Ok(login) => hosts.push((login.credentials.registry, login.credentials.username)),
        Err(error) => output::write_error(&format!("{NAME}: {}\n", error.one_line())),
    }
    let entry = |(host, user)| (format!("https://{host}"), Value::String(user));
    let map: Map<String, Value> = hosts.into_iter().map(entry).collect();
    Ok(format!("{}\n", Value::Object(map)))
}

fn valid_logins(path: &Path) -> Vec<(String, String)> {
    CacheFile::valid_logins(path, SystemClock.now())
}

/// Reads one URL from the lines of stdin.
fn server_url() -> Result<String, Error> {
    let text = request::from_stdin().map_err(|error| docker_error(&error.to_string()))?;
    let url = text.lines().collect::<String>().trim().to_owned();
    match url.is_empty() {
        true => Err(docker_error(NO_URL)),
        false => Ok(url),
    }
}

fn docker_error(text: &str) -> Error {
    Error::DockerHelper(format!("{text}\n"))
}

const NAME: &str = "docker-credential-ecr";
const USAGE: &str = "Usage: docker-credential-ecr <store|get|erase|list|version>";

/// Callers compare their input with these texts.
const NOT_FOUND: &str = "credentials not found in native keychain";
const NO_URL: &str = "no credentials server URL";
