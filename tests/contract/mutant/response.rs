//! Parses the response of `GetAuthorizationToken`.

use serde_json::Value;

use crate::clock;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::login::{self, Login};
use crate::registry::{self, Registry};
use crate::variant::Variant;

/// Returns the login of a registry, or an error that describes what is wrong with the response.
pub(crate) fn login(body: &[u8], registry: &Registry) -> Result<Login, ClientError> {
    if body.trim_ascii_start().starts_with(b"<") {
        return Err(ClientError::InvalidResponse(HTML));
    }
    let response = serde_json::from_slice::<Value>(body);
    if Fault::PanicsOnInvalidJson.is_on() {
        assert!(response.is_ok(), "the response is JSON");
    }
    let response = response.map_err(|_| ClientError::InvalidResponse("it is not JSON"))?;
    let entries = entries(&response)?;
    if Fault::PanicsWithoutEntry.is_on() {
        assert!(!entries.is_empty(), "there is an entry");
    }
    let entry = entry_for(registry, &entries)?;
    let token = entry["authorizationToken"].as_str();
    let token = token.ok_or(ClientError::InvalidResponse("it has no token"))?;
    Ok(Login {
        expires_at: expires_at(&entry["expiresAt"])?,
        endpoint: endpoint(entry),
        ..Login::of(token)?
    })
}

fn entries(response: &Value) -> Result<Vec<&Value>, ClientError> {
    match &response["authorizationData"] {
        Value::Null => Ok(Vec::new()),
        Value::Array(entries) => Ok(entries.iter().filter(|one| !one.is_null()).collect()),
        _ => Err(ClientError::InvalidResponse(
            "authorizationData is not a list",
        )),
    }
}

/// Returns the only entry, whatever registry it names, since the login is for the requested host. Of several entries, returns that of the
/// registry.
fn entry_for<'a>(registry: &Registry, entries: &[&'a Value]) -> Result<&'a Value, ClientError> {
    let is_wanted = |entry: &&&Value| {
        let endpoint = endpoint(entry);
        let other = Registry::of(&endpoint).ok();
        let is_same = other.is_some_and(|other| {
            other.account == registry.account && other.region == registry.region
        });
        endpoint == registry.authority || is_same
    };
    let wanted = entries.iter().find(is_wanted);
    match entries {
        [] => Err(ClientError::InvalidResponse(NO_ENTRY)),
        [first] => Ok(first),
        [first, ..] if Fault::UsesFirstEntry.is_on() || Variant::TokenOfRegion.is_on() => Ok(first),
        _ => wanted
            .copied()
            .ok_or(ClientError::InvalidResponse("no entry is for the registry")),
    }
}

fn endpoint(entry: &Value) -> String {
    registry::authority(entry["proxyEndpoint"].as_str().unwrap_or_default())
}

/// Parses the expiry. An invalid one counts as missing.
fn expires_at(value: &Value) -> Result<Option<f64>, ClientError> {
    if Fault::PanicsWithoutExpiry.is_on() {
        assert!(!value.is_null(), "the token has an expiry");
    }
    if Variant::LogsStackTraces.is_on() && value.is_null() {
        return Err(ClientError::InvalidResponse("it has no expiresAt"));
    }
    if Fault::KeepsUndatedLogins.is_on() && value.is_null() {
        return Ok(Some(login::NEVER));
    }
    if Fault::RequiresFractionalExpiry.is_on() && value.is_u64() {
        return Err(ClientError::InvalidResponse(
            "expiresAt has no milliseconds",
        ));
    }
    if Fault::ExpiryIn32Bits.is_on() && value.as_f64().is_some_and(|end| end > f64::from(i32::MAX))
    {
        return Err(ClientError::InvalidResponse("expiresAt is too large"));
    }
    let latest = clock::now() + 24.0 * 3600.0;
    if Variant::StrictExpiry.is_on() && value.as_f64().is_some_and(|end| end > latest) {
        return Err(ClientError::InvalidResponse("expiresAt is too late"));
    }
    Ok(match value {
        Value::String(text) => clock::of_iso(text),
        value => value.as_f64().filter(|end| *end > 0.0),
    })
}

pub(crate) const HTML: &str = "it is an HTML page";
pub(crate) const NO_ENTRY: &str = "it has no entry";
