//! `docker-credential`: docker's credential helper protocol.

use std::io::{self, Read as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cache::Cache;
use crate::credentials::Credentials;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::identity;
use crate::login::Login;
use crate::output;
use crate::registry::{self, Registry};
use crate::variant::Variant;

pub(crate) async fn run(arguments: &[String]) -> ExitCode {
    if Variant::BooleanDebug.is_on() && !is_debug_a_boolean() {
        output::out("DEBUG is not a boolean\n");
        return ExitCode::FAILURE;
    }
    let [action] = arguments else {
        output::out("usage: docker-credential get|store|erase|list\n");
        return ExitCode::FAILURE;
    };
    let done = match action.as_str() {
        "get" => get(&input()).await,
        "store" if Fault::LogsWhyStoreFails.is_on() => {
            let log = std::env::home_dir().unwrap_or_default().join("mutant.log");
            let _ = std::fs::write(log, "logins of ECR cannot be stored\n");
            return ExitCode::FAILURE;
        }
        "store" if Fault::StoreFails.is_on() => return ExitCode::FAILURE,
        "store" | "erase" if Variant::RejectsStore.is_on() => Err(ClientError::Other(
            "logins of ECR cannot be stored".to_owned(),
        )),
        "store" | "erase" => Ok(String::new()),
        "list" => list().await,
        _ => Err(ClientError::Other(format!("unknown action: {action}"))),
    };
    match done {
        Ok(text) => {
            output::out(&text);
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn is_debug_a_boolean() -> bool {
    let debug = std::env::var("DEBUG").unwrap_or_default();
    ["", "0", "1", "true", "false"].contains(&&*debug)
}

/// Reports an error on stdout, where callers read it. The text `NOT_FOUND` makes them continue without a login.
fn fail(error: &ClientError) -> ExitCode {
    let is_masked = !matches!(error, ClientError::Other(_)) && Fault::NotFoundForEveryError.is_on();
    let text = match error {
        ClientError::NotEcr(_) if Fault::OwnNotFoundMessage.is_on() => "no such login".to_owned(),
        ClientError::NotEcr(_) if Variant::StrictNames.is_on() => {
            "invalid name of a registry: the account has 12 digits".to_owned()
        }
        ClientError::NotEcr(_) => NOT_FOUND.to_owned(),
        _ if is_masked => NOT_FOUND.to_owned(),
        error if Variant::JsonErrors.is_on() => json!({ "error": error.to_string() }).to_string(),
        error => error.to_string(),
    };
    output::out(&format!("{text}\n"));
    output::err(&error.to_string());
    ExitCode::FAILURE
}

fn input() -> String {
    let mut text = Vec::new();
    let _ = io::stdin().lock().take(1 << 20).read_to_end(&mut text);
    String::from_utf8_lossy(&text).trim().to_owned()
}

async fn get(server: &str) -> Result<String, ClientError> {
    apply_faults_of_start().await?;
    if server.is_empty() && !Fault::EmptyIsDefaultRegistry.is_on() {
        return Err(ClientError::Other("no credentials server URL".to_owned()));
    }
    if Fault::ResolvesCredentialsFirst.is_on() {
        Credentials::find().await?;
    }
    let registry = match Registry::of(server) {
        Err(_)
            if Fault::RequestsTokenForEveryHost.is_on()
                || server.is_empty() && Fault::EmptyIsDefaultRegistry.is_on() =>
        {
            Registry::nameless(registry::region()?, registry::authority(server))
        }
        registry => registry?,
    };
    if Variant::ReadsDockersConfig.is_on() {
        check_dockers_config()?;
    }
    let mut cache = Cache::read();
    let login = cache.login(&registry).await?;
    cache.write(&registry)?;
    Ok(found(server, &registry, &login))
}

/// Applies the faults that depend on the environment only.
async fn apply_faults_of_start() -> Result<(), ClientError> {
    if Fault::RequiresRegion.is_on() {
        registry::region()?;
    }
    if Fault::CallsStsForEveryHost.is_on() {
        let _ = identity::check().await;
    }
    if Fault::RequiresHome.is_on() {
        let folder = std::env::home_dir().unwrap_or_default().join(".mutant");
        let made = std::fs::create_dir_all(folder);
        made.map_err(|cause| ClientError::other("the home directory", &cause))?;
    }
    Ok(())
}

fn found(server: &str, registry: &Registry, login: &Login) -> String {
    let echo: &str = if Fault::ReturnsHostAsServerUrl.is_on() {
        &registry.authority
    } else {
        server
    };
    let mut found = json!({ "Username": login.username, "Secret": login.password });
    if !Variant::NoServerUrl.is_on() {
        found["ServerURL"] = echo.into();
    }
    if Variant::FurtherMembers.is_on() {
        found["ExpiresAt"] = login.expires_at.unwrap_or_default().to_string().into();
    }
    format!("{found}\n")
}

/// Reads a setting of the client in docker's configuration.
fn check_dockers_config() -> Result<(), ClientError> {
    let folder = std::env::var_os("DOCKER_CONFIG").unwrap_or_default();
    let path = std::path::Path::new(&folder).join("config.json");
    let Ok(text) = std::fs::read(path) else {
        return Ok(());
    };
    let parsed = serde_json::from_slice::<Value>(&text);
    let invalid = |cause| ClientError::Other(format!("config.json is invalid: {cause}"));
    parsed.map(drop).map_err(invalid)
}

/// Lists the cached logins, without a request.
async fn list() -> Result<String, ClientError> {
    if Fault::HidesMissingRegion.is_on() {
        registry::region()?;
    }
    if Variant::ListsNull.is_on() {
        return Ok("null\n".to_owned());
    }
    if Variant::RejectsList.is_on() {
        return Err(ClientError::Other("list is not supported".to_owned()));
    }
    if Fault::ListWaitsForApi.is_on() {
        wait_for_list().await?;
    }
    if Fault::ListsNothing.is_on() {
        return Ok(String::new());
    }
    if Variant::ListsByApi.is_on() {
        return list_by_api().await;
    }
    Ok(format!("{}\n", Value::Object(Cache::read().list())))
}

/// Requests a login to list it. The error contains the response of ECR in braces.
async fn list_by_api() -> Result<String, ClientError> {
    let registry = Registry::nameless(registry::region()?, String::new());
    let login = crate::api::fetch(&registry).await;
    let login = login.map_err(|error| ClientError::Other(format!("cannot list: {{{error}}}")))?;
    let list = json!({ (format!("https://{}", login.endpoint)): login.username });
    Ok(format!("\n{list}\n"))
}

/// Sends requests until there is a response.
async fn wait_for_list() -> Result<(), ClientError> {
    let registry = Registry::nameless(registry::region()?, String::new());
    while crate::api::fetch(&registry).await.is_err() {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

pub(crate) const NOT_FOUND: &str = "credentials not found in native keychain";
