//! `kubelet`: a credential provider of version 1.

use std::io::{self, Read as _};

use serde_json::{Value, json};

use crate::api;
use crate::clock;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::login::{Held, Login};
use crate::registry::Registry;
use crate::say;

pub(crate) async fn run() -> Result<(), Failure> {
    let mut text = Vec::new();
    let _ = io::stdin().lock().take(1 << 20).read_to_end(&mut text);
    let request = serde_json::from_slice(&text).unwrap_or(Value::Null);
    let registry = Registry::or_local(image(&request)?)?;
    let login = api::fetch(&registry).await?;
    let mut response = json!({
        "kind": "CredentialProviderResponse",
        "apiVersion": VERSION,
        "cacheKeyType": "Registry",
        "cacheDuration": duration(&login),
        "auth": {
            (key(&registry, &login)): { "username": login.username, "password": login.password },
        },
    });
    if Fault::AddsAField.is_on() {
        response["expiresAt"] = json!(login.expires_at);
    }
    say::out(&format!("{response}\n"));
    Ok(())
}

fn image(request: &Value) -> Result<&str, Failure> {
    let is_asked =
        request["apiVersion"] == VERSION && request["kind"] == "CredentialProviderRequest";
    let image = request["image"].as_str().filter(|image| !image.is_empty());
    match image {
        Some(image) if is_asked || Fault::TakesEveryRequest.is_on() => Ok(image),
        _ => Err(Failure::Other(format!(
            "this is no CredentialProviderRequest of {VERSION}"
        ))),
    }
}

/// By the host that was asked for, since the kubelet looks for that.
fn key(registry: &Registry, login: &Login) -> String {
    let authority = registry.authority.as_str();
    let (host, _) = authority.split_once(':').unwrap_or((authority, ""));
    match () {
        () if Fault::KeyWithoutPort.is_on() => host,
        () if Fault::KeyOfTheAnswer.is_on() => &login.endpoint,
        () => authority,
    }
    .to_owned()
}

/// How long the kubelet may keep it; never nothing, which would mean its own default.
fn duration(login: &Login) -> Value {
    let held = Held::now(login.clone());
    let is_ending = login
        .expires_at
        .is_some_and(|end| end <= clock::now() + 1.0);
    if Fault::NullDuration.is_on() && is_ending {
        return Value::Null;
    }
    if login.is_past(held.since) || login.expires_at.is_none() {
        return "0s".into();
    }
    if Fault::FixedDuration.is_on() {
        return "6h0m0s".into();
    }
    if Fault::LongDuration.is_on() && held.keep() > 3600.0 {
        return "24h0m0s".into();
    }
    format!("{:.3}s", held.keep().max(0.001)).into()
}

const VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";
