//! `docker-credential`: docker's credential helper protocol.

use std::io::{self, Read as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cache::Cache;
use crate::credentials::Credentials;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::login::Login;
use crate::output;
use crate::registry::{self, Registry};
use crate::variant::Variant;

pub(crate) async fn run(arguments: &[String]) -> ExitCode {
    let [action] = arguments else {
        output::out("usage: docker-credential get|store|erase|list\n");
        return ExitCode::FAILURE;
    };
    let done = match action.as_str() {
        "get" => get(&input()).await,
        "store" if Fault::StoreFails.is_on() => return ExitCode::FAILURE,
        "store" if Variant::RejectsStore.is_on() => Err(ClientError::Other(
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
    let mut cache = Cache::read();
    let login = cache.login(&registry).await?;
    cache.write(&registry)?;
    Ok(found(server, &registry, &login))
}

fn found(server: &str, registry: &Registry, login: &Login) -> String {
    let echo = if Fault::ReturnsHostAsServerUrl.is_on() {
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
    Ok(format!("{}\n", Value::Object(Cache::read().list())))
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
