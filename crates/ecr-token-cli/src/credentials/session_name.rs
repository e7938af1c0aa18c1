//! The name of a session of a role.

use std::time::SystemTime;

use ecr_token_source::{Clock as _, SystemClock};

use crate::credentials::session_cache::SessionCache;
use crate::issuer::sts::{Parameter, Parameters};

/// Adds a name with the current time if the parameters have none, and returns the cache of the session. As in v1, such a name is not a part of
/// the key of the cache.
pub(super) fn complete(parameters: &mut Parameters) -> SessionCache {
    let empty = Parameter::Text(String::new());
    let is_name = |parameter: &&mut (&str, Parameter)| parameter.0 == "RoleSessionName";
    let named = parameters.iter_mut().find(is_name);
    match named {
        Some((_, name)) if *name != empty => return SessionCache::of(parameters),
        Some((_, name)) => *name = generated(),
        None => parameters.push(("RoleSessionName", generated())),
    }
    let mut key = parameters.clone();
    key.retain(|(name, _)| *name != "RoleSessionName");
    SessionCache::of(&key)
}

fn generated() -> Parameter {
    let now = SystemClock.now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = now.unwrap_or_default().as_secs();
    Parameter::Text(format!("botocore-session-{seconds}"))
}
