//! Selects the proxy for a connection.

use std::env;

use crate::error::ClientError;
use crate::fault::Fault;
use crate::http::Url;

/// Returns the proxy for a URL, if there is one.
pub(crate) fn of(url: &Url) -> Result<Option<Url>, ClientError> {
    let names = match url.is_https {
        true => ["HTTPS_PROXY", "https_proxy"],
        false => ["http_proxy", "HTTP_PROXY"],
    };
    if let Some(proxy) = set("HTTP_PROXY").filter(|_| Fault::UsesHttpProxy.is_on()) {
        return Ok(Url::parse(&proxy));
    }
    let Some(proxy) = names.into_iter().find_map(set) else {
        return Ok(None);
    };
    if is_exempt(url) && !Fault::IgnoresNoProxy.is_on() {
        return Ok(None);
    }
    // With a proxy in the environment there is no direct connection in these tests.
    if Fault::IgnoresProxy.is_on() {
        let text = format!("{}: cannot be reached directly", url.host);
        return Err(ClientError::Other(text));
    }
    let has_scheme = proxy.contains("://");
    let proxy = if has_scheme {
        proxy
    } else {
        format!("http://{proxy}")
    };
    Ok(Url::parse(&proxy))
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_exempt(url: &Url) -> bool {
    let exempt = set("NO_PROXY")
        .or_else(|| set("no_proxy"))
        .unwrap_or_default();
    exempt.split(',').map(str::trim).any(|one| {
        let suffix = one.trim_start_matches('*').trim_start_matches('.');
        let is_below = url.host.ends_with(&format!(".{suffix}")) && !suffix.is_empty();
        one == "*" || url.host == suffix || is_below || url.authority() == one
    })
}
