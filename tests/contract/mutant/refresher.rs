//! `refresher`: maintains valid logins in docker's `config.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::api;
use crate::clock;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::file;
use crate::login::{CachedLogin, Login};
use crate::output;
use crate::registry::Registry;
use crate::response;
use crate::retry::{self, RetryBudget};
use crate::variant::Variant;

/// Runs until it receives SIGTERM.
pub(crate) async fn run(mut arguments: Vec<String>) -> Result<(), ClientError> {
    let file = arguments.pop().unwrap_or_default();
    if arguments.is_empty() {
        return Err(ClientError::Usage("usage: refresher REGISTRY… FILE"));
    }
    let registries: Result<Vec<_>, _> = arguments
        .iter()
        .map(|name| Registry::or_local(name))
        .collect();
    let registries = registries?;
    let store = Arc::new(Mutex::new(LoginStore::at(file.into())));
    let stop = signal(SignalKind::terminate());
    let mut stop = stop.map_err(|cause| ClientError::other("cannot receive signals", &cause))?;
    for registry in &registries {
        let first = registries[0].clone();
        tokio::spawn(keep(registry.clone(), first, store.clone()));
    }
    tokio::spawn(remove_expired(store));
    stop.recv().await;
    Ok(())
}

/// Refreshes the login of a registry forever, unless a fault stops the refresh.
async fn keep(registry: Registry, first: Registry, store: Arc<Mutex<LoginStore>>) {
    let mut requested = registry.clone();
    let mut failed = 0;
    while !lock(&store).is_stopped {
        let pause = match login(&requested).await {
            Ok(login) => {
                failed = 0;
                lock(&store).publish(&registry, CachedLogin::now(login))
            }
            Err(error) => {
                output::err(&format!("{}: {error}", registry.authority));
                end_if_invalid(&error);
                end_if_unavailable(&error);
                failed += 1;
                lock(&store).pause_after(&registry, &error, failed)
            }
        };
        if Fault::RenewsWithFirstAccount.is_on() {
            requested = first.clone();
        }
        clock::wait(pause).await;
    }
}

/// Applies the fault that ends the process.
fn end_if_invalid(error: &ClientError) {
    let is_invalid =
        matches!(error, ClientError::InvalidResponse(_)) || error.code() == "UnknownError";
    if is_invalid && Fault::EndsAtInvalidResponse.is_on() {
        std::process::exit(1);
    }
}

/// Applies the fault that ends the process without an error.
fn end_if_unavailable(error: &ClientError) {
    let codes = ["ServerException", "ServiceUnavailable"];
    let is_unavailable = matches!(error, ClientError::Network(_)) || codes.contains(&error.code());
    if is_unavailable && Fault::EndsAtServerError.is_on() {
        std::process::exit(0);
    }
}

/// Requests a login with few attempts, since the caller repeats the request forever.
async fn login(registry: &Registry) -> Result<Login, ClientError> {
    let tries = if Fault::EndsAtServerError.is_on() {
        1
    } else {
        3
    };
    let login = api::fetch_with_budget(registry, RetryBudget::of(tries, 10.0, 4.0)).await?;
    match login.has_expired(clock::now()) {
        true => Err(ClientError::InvalidResponse("the token has expired")),
        false => Ok(login),
    }
}

/// Removes expired logins: a rejected login is worse than none.
async fn remove_expired(store: Arc<Mutex<LoginStore>>) {
    loop {
        clock::wait(0.05).await;
        lock(&store).remove_expired(clock::now());
    }
}

fn lock(store: &Mutex<LoginStore>) -> MutexGuard<'_, LoginStore> {
    store
        .lock()
        .expect("no thread panics while it holds the lock")
}

/// The published logins.
struct LoginStore {
    file: PathBuf,
    cached: BTreeMap<String, CachedLogin>,
    /// Set only by faults.
    is_stopped: bool,
    has_published: bool,
}

impl LoginStore {
    fn at(file: PathBuf) -> Self {
        LoginStore {
            file,
            cached: BTreeMap::new(),
            is_stopped: false,
            has_published: false,
        }
    }

    /// Publishes a login. Returns the time until the next refresh.
    fn publish(&mut self, registry: &Registry, cached: CachedLogin) -> f64 {
        let keep = match cached.login.expires_at {
            Some(_) if Variant::FixedInterval.is_on() => 3600.0,
            Some(_) => jittered(cached.keep()),
            None => INTERVAL_WITHOUT_EXPIRY,
        };
        self.cached.insert(registry.authority.clone(), cached);
        self.has_published = true;
        self.write();
        if Fault::RequestsOnce.is_on() {
            self.is_stopped = true;
        }
        keep.max(0.1)
    }

    fn pause_after(&mut self, registry: &Registry, error: &ClientError, failed: u32) -> f64 {
        let has_expired = failed > 1 && !self.cached.contains_key(&registry.authority);
        self.is_stopped = Fault::StopsAtFirstError.is_on() && error.is_denial()
            || Fault::StopsWhenExpired.is_on() && self.has_published && has_expired;
        if Fault::ClearsLoginsInOutage.is_on()
            || is_empty(error) && Fault::ClearsLoginsWithoutEntry.is_on()
        {
            self.cached.clear();
            self.write();
        }
        if Variant::LongPause.is_on() {
            return MAX_PAUSE;
        }
        let pause = match error.is_denial() {
            _ if Variant::ShortBackoff.is_on() => 0.05 * 2.0_f64.powi(failed.min(9) as i32),
            true => MAX_PAUSE,
            false => (2.0 * 3.0_f64.powi(failed.min(9) as i32 - 1)).min(MAX_PAUSE),
        };
        let cached = self.cached.get(&registry.authority);
        let end = cached.and_then(|cached| cached.login.expires_at);
        // Retries earlier when the published login expires soon.
        end.map_or(pause, |end| {
            pause.min(((end - clock::now()) / 4.0).max(1.0))
        })
    }

    fn remove_expired(&mut self, now: f64) {
        let count = self.cached.len();
        let is_kept =
            |cached: &CachedLogin| cached.login.expires_at.is_none() || cached.is_valid(now);
        let keeps_expired = Fault::RequestsOnce.is_on()
            || Fault::ExpiredInOutage.is_on()
            || Fault::RefreshesAfterTtl.is_on()
            || Variant::LongPause.is_on();
        self.cached
            .retain(|_, cached| is_kept(cached) || keeps_expired);
        if self.cached.len() < count {
            self.write();
        }
    }

    /// Writes the file, and keeps its other keys. An error is reported, and the next refresh writes the file again.
    fn write(&self) {
        let found = std::fs::read(&self.file);
        if Fault::IgnoresEmptyFile.is_on() && found.as_ref().is_ok_and(Vec::is_empty) {
            return;
        }
        let text = found.unwrap_or_default();
        let mut config = serde_json::from_slice::<Value>(&text).unwrap_or_default();
        if !config.is_object() {
            config = json!({});
        }
        let auths = self.cached.iter().map(|(host, cached)| {
            let auth = cached.login.token();
            (host.clone(), json!({ "auth": auth }))
        });
        config["auths"] = Value::Object(auths.collect());
        if let Err(cause) = file::replace(&self.file, config.to_string(), 0o600) {
            output::err(&format!("{}: {cause}", self.file.display()));
        }
    }
}

fn is_empty(error: &ClientError) -> bool {
    matches!(error, ClientError::InvalidResponse(response::NO_ENTRY))
}

/// Shortens an interval by up to two fifths, so that instances do not refresh at the same time.
fn jittered(keep: f64) -> f64 {
    let is_exact = Fault::NoJitter.is_on() || Fault::RefreshesAfterTtl.is_on();
    if is_exact {
        keep
    } else {
        keep * (1.0 - 0.4 * retry::jitter())
    }
}

/// The interval of a login without an expiry.
const INTERVAL_WITHOUT_EXPIRY: f64 = 10.0;
const MAX_PAUSE: f64 = 30.0;
