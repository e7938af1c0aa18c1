//! `kubelet`: a credential provider of API version v1.

use std::io::{self, Read as _};

use serde_json::{Value, json};

use crate::api;
use crate::clock;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::login::{CachedLogin, Login};
use crate::output;
use crate::registry::Registry;
use crate::variant::Variant;

pub(crate) async fn run() -> Result<(), ClientError> {
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
    if Fault::AddsUnknownField.is_on() {
        response["expiresAt"] = json!(login.expires_at);
    }
    output::out(&format!("{response}\n"));
    Ok(())
}

fn image(request: &Value) -> Result<&str, ClientError> {
    let is_valid =
        request["apiVersion"] == VERSION && request["kind"] == "CredentialProviderRequest";
    let image = request["image"].as_str().filter(|image| !image.is_empty());
    let is_rejected = has_unknown_field(request) && Fault::RejectsUnknownFields.is_on()
        || image.is_some_and(has_tag_and_digest) && Fault::RejectsTagWithDigest.is_on();
    match image.filter(|_| !is_rejected) {
        Some(image) if is_valid || Fault::AcceptsEveryRequest.is_on() => Ok(image),
        _ => Err(ClientError::Other(format!(
            "expected a CredentialProviderRequest of {VERSION}"
        ))),
    }
}

fn has_unknown_field(request: &Value) -> bool {
    let known = ["kind", "apiVersion", "image"];
    let mut fields = request.as_object().into_iter().flat_map(|all| all.keys());
    fields.any(|name| !known.contains(&name.as_str()))
}

fn has_tag_and_digest(image: &str) -> bool {
    let name = image.split_once('@').map_or("", |(name, _)| name);
    name.contains(':')
}

/// Returns the requested host, by which the kubelet looks up the login.
fn key(registry: &Registry, login: &Login) -> String {
    let authority = registry.authority.as_str();
    let (host, _) = authority.split_once(':').unwrap_or((authority, ""));
    match () {
        () if Fault::KeyWithoutPort.is_on() => host,
        () if Fault::KeyFromProxyEndpoint.is_on() => &login.endpoint,
        () => authority,
    }
    .to_owned()
}

/// Returns how long the kubelet may cache the login. It is never null, which would be the kubelet's default.
fn duration(login: &Login) -> Value {
    let cached = CachedLogin::now(login.clone());
    let is_ending = login
        .expires_at
        .is_some_and(|end| end <= clock::now() + 1.0);
    if Variant::ZeroCacheDuration.is_on() {
        return "0s".into();
    }
    if Fault::NullDuration.is_on() && is_ending || Variant::NullCacheDuration.is_on() {
        return Value::Null;
    }
    if Variant::MarginOfMinutes.is_on() {
        let left = login.expires_at.map(|end| end - cached.since - 300.0);
        return format!("{}s", left.unwrap_or(21_600.0).max(0.0).floor()).into();
    }
    if login.has_expired(cached.since) || login.expires_at.is_none() {
        return "0s".into();
    }
    if Fault::FixedDuration.is_on() {
        return "6h0m0s".into();
    }
    if Fault::LongDuration.is_on() && cached.keep() > 3600.0 {
        return "24h0m0s".into();
    }
    format!("{:.3}s", cached.keep().max(0.001)).into()
}

const VERSION: &str = "credentialprovider.kubelet.k8s.io/v1";
