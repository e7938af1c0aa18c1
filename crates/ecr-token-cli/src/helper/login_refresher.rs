//! Writes logins to a file in the format of docker's `config.json`, and renews them before they expire.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ecr_token_source::{Clock as _, Registry, SystemClock, TokenSource, replace_private_file};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::args::globals::Globals;
use crate::error::Error;
use crate::helper::tokens::{self, CacheMode, Login};
use crate::output;

/// Refreshes the logins until the process is stopped.
pub(super) async fn run(words: &[String], globals: &Globals) -> Result<String, Error> {
    let [hosts @ .., file] = words else {
        return Err(helper_error(USAGE));
    };
    if hosts.is_empty() {
        return Err(helper_error(USAGE));
    }
    let registries: Result<Vec<Registry>, Error> =
        hosts.iter().map(|host| parse_registry(host)).collect();
    let file = RefCell::new(PublishedLogins::new(PathBuf::from(file)));
    let refresh = |registry| refresh(globals, registry, &file);
    try_join_all(registries?.into_iter().map(refresh)).await?;
    Ok(String::new())
}

fn parse_registry(host: &str) -> Result<Registry, Error> {
    Registry::parse(host).map_err(|error| helper_error(&format!("registry {host:?}: {error}")))
}

/// Refreshes the login of one registry.
async fn refresh(
    globals: &Globals,
    registry: Registry,
    file: &RefCell<PublishedLogins>,
) -> Result<(), Error> {
    let host = registry.to_string();
    let mut source = None;
    let mut failures = 0;
    loop {
        let mut pending = pin!(tokens::with_deadline(login(
            globals,
            &registry,
            &mut source
        )));
        let left = file.borrow().remaining(&host);
        let login = match timeout(left.unwrap_or(Duration::MAX), &mut pending).await {
            Ok(login) => login,
            Err(_) => {
                file.borrow_mut().remove(&host)?;
                pending.await
            }
        };
        let pause = match login.and_then(|login| check_remaining(login, &host)) {
            Ok(login) => {
                failures = 0;
                file.borrow_mut().publish(&host, &login)?;
                pause(&login)
            }
            Err(error) => {
                failures += 1;
                output::write_error(&format!("keep-login: {}\n", error.one_line()));
                retry_pause(failures)
            }
        };
        // The login in the file may expire before the next call.
        let left = file.borrow().remaining(&host);
        tokio::time::sleep(left.map_or(pause, |left| left.min(pause))).await;
        if left.is_some_and(|left| left <= pause) && failures > 0 {
            file.borrow_mut().remove(&host)?;
        }
    }
}

/// Returns the login. Creates the source if an earlier attempt failed to create it.
async fn login(
    globals: &Globals,
    registry: &Registry,
    source: &mut Option<TokenSource>,
) -> Result<Login, Error> {
    if source.is_none() {
        let new_source = tokens::source(globals, Some(registry.clone()), CacheMode::Memory).await?;
        *source = Some(new_source);
    }
    tokens::get(source.as_ref().expect("the source was created")).await
}

/// Rejects a login that expires before it could be used.
fn check_remaining(login: Login, host: &str) -> Result<Login, Error> {
    let earliest = SystemClock.now() + MARGIN;
    match login.credentials.expires_at {
        Some(expires_at) if expires_at <= earliest => Err(Error::Token(format!(
            "{host}: the token of ECR has expired or is about to expire"
        ))),
        _ => Ok(login),
    }
}

/// The logins in the file, and when each expires.
struct PublishedLogins {
    path: PathBuf,
    logins: BTreeMap<String, (String, Option<SystemTime>)>,
}

impl PublishedLogins {
    fn new(path: PathBuf) -> Self {
        PublishedLogins {
            path,
            logins: BTreeMap::new(),
        }
    }

    fn publish(&mut self, host: &str, login: &Login) -> Result<(), Error> {
        let credentials = &login.credentials;
        let (user, password) = (&credentials.username, credentials.password.expose());
        let auth = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let is_unchanged = self
            .logins
            .get(host)
            .is_some_and(|(published, _)| *published == auth);
        self.logins
            .insert(host.to_owned(), (auth, credentials.expires_at));
        match is_unchanged {
            true => Ok(()),
            false => self.write(),
        }
    }

    /// Removes a login from the file before it expires.
    fn remove(&mut self, host: &str) -> Result<(), Error> {
        match self.logins.remove(host) {
            Some(_) => self.write(),
            None => Ok(()),
        }
    }

    /// Returns how long the login of a host may remain in the file.
    fn remaining(&self, host: &str) -> Option<Duration> {
        let (_, expires_at) = self.logins.get(host)?;
        let earliest = SystemClock.now() + MARGIN;
        expires_at.map(|expires_at| expires_at.duration_since(earliest).unwrap_or_default())
    }

    fn write(&self) -> Result<(), Error> {
        let entry =
            |(host, (auth, _)): (&String, &(String, _))| (host.clone(), json!({ "auth": auth }));
        let auths: serde_json::Map<String, Value> = self.logins.iter().map(entry).collect();
        let text = format!("{}\n", json!({ "auths": auths }));
        replace_private_file(&self.path, text.as_bytes()).map_err(|error| {
            helper_error(&format!("cannot write {}: {error}", self.path.display()))
        })
    }
}

/// Returns the pause until the next renewal: the cache duration, or a fixed time if the expiry is unknown.
fn pause(login: &Login) -> Duration {
    match login.credentials.expires_at {
        Some(_) => login.cache_duration.clamp(MARGIN / 2, MAX_PAUSE),
        None => MAX_RETRY,
    }
}

/// Returns the pause after a number of consecutive errors. It doubles with each error.
fn retry_pause(failures: u32) -> Duration {
    let pause = INITIAL_RETRY.saturating_mul(1 << (failures - 1).min(7));
    pause.min(MAX_RETRY)
}

fn helper_error(text: &str) -> Error {
    Error::Helper(format!("keep-login: {text}"))
}

const USAGE: &str = "expected registries and a file: keep-login HOST... FILE";

/// The remaining TTL below which a login is removed from the file.
const MARGIN: Duration = Duration::from_millis(500);
const INITIAL_RETRY: Duration = Duration::from_millis(500);
const MAX_RETRY: Duration = Duration::from_secs(60);

/// Limits the pause, since the clock may be set and the machine may be suspended.
const MAX_PAUSE: Duration = Duration::from_secs(300);
