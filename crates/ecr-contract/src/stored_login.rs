//! Reads the logins in a `config.json` of docker.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// Returns the username and the password that a `config.json` contains for a registry.
pub(crate) fn stored(config: &Value, registry: &str) -> Option<(String, String)> {
    let auths = &config["auths"];
    let keys = [registry.to_owned(), format!("https://{registry}")];
    keys.iter().find_map(|key| pair(auths.get(key)?))
}

/// Returns the username and the password in an entry of `auths`.
pub(crate) fn pair(entry: &Value) -> Option<(String, String)> {
    let member = |name: &str| entry[name].as_str().map(str::to_owned);
    let pair = member("auth").and_then(|auth| {
        let bytes = BASE64_STANDARD.decode(auth).ok()?;
        let pair = String::from_utf8(bytes).ok()?;
        let (user, password) = pair.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    });
    pair.or_else(|| member("username").zip(member("password")))
}
