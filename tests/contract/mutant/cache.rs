//! A cache of logins: in memory, and in a file for later processes. The format of the file is that of `amazon-ecr-credential-helper`.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::error::ClientError;
use crate::fault::Fault;
use crate::file;
use crate::login::{CachedLogin, Login};
use crate::registry::Registry;
use crate::retry::RetryBudget;
use crate::variant::Variant;
use crate::{api, clock};

#[derive(Default)]
pub(crate) struct Cache {
    cached: BTreeMap<String, CachedLogin>,
    /// The text of the file when it was read.
    text: String,
}

impl Cache {
    /// Returns the cached login while it is fresh, otherwise a new one. During an outage, returns the cached login until it expires.
    pub(crate) async fn login(&mut self, registry: &Registry) -> Result<Login, ClientError> {
        let key = key(registry);
        let now = clock::now();
        if let Some(cached) = self.cached.get(&key).filter(|cached| cached.is_fresh(now)) {
            return Ok(cached.login.clone());
        }
        if let Some(cached) = self.cached.get(&key)
            && Fault::ExpiredWhileLocked.is_on()
            && !wait_with_lock().await
        {
            return Ok(cached.login.clone());
        }
        // With a valid login in the cache, the caller need not wait long for a new one.
        let has_another = self
            .cached
            .get(&key)
            .is_some_and(|cached| cached.is_valid(now));
        let budget = match has_another {
            true => RetryBudget::of(2, 2.0, 2.0),
            false => RetryBudget::usual(),
        };
        match api::fetch_with_budget(registry, budget).await {
            Ok(login) => {
                self.cached.insert(key, CachedLogin::now(login.clone()));
                Ok(login)
            }
            Err(error) => self.cached_after_error(&key, error),
        }
    }

    /// Removes a login that the registry has rejected.
    pub(crate) fn forget(&mut self, registry: &Registry) {
        self.cached.remove(&key(registry));
    }

    /// Adds a login that was received elsewhere.
    pub(crate) fn insert(&mut self, registry: &Registry, cached: CachedLogin) {
        self.cached.insert(key(registry), cached);
    }

    fn cached_after_error(&self, key: &str, error: ClientError) -> Result<Login, ClientError> {
        let Some(cached) = self.cached.get(key) else {
            return Err(error);
        };
        let is_valid = cached.is_valid(clock::now());
        let is_returned = match error.is_denial() {
            true => Fault::ExpiredAfterDenial.is_on(),
            false if Fault::NoGrace.is_on() || Variant::CachesNothing.is_on() => false,
            false => is_valid || Fault::ExpiredInOutage.is_on(),
        };
        if is_returned {
            Ok(cached.login.clone())
        } else {
            Err(error)
        }
    }

    /// Reads the file. An invalid file is an empty cache.
    pub(crate) fn read() -> Self {
        let text = decoded(fs::read(directory().join(NAME)).unwrap_or_default());
        let file = serde_json::from_str::<Value>(&text);
        if Fault::PanicsOnCorruptCache.is_on() && !text.is_empty() {
            assert!(file.is_ok(), "the cache is JSON");
        }
        let file = file.unwrap_or_default();
        let entries = file["Registries"]
            .as_object()
            .filter(|_| file["Version"] == VERSION);
        let entries = entries.into_iter().flatten();
        let cached = entries.filter_map(|(key, entry)| Some((key.clone(), cached(entry)?)));
        Cache {
            cached: cached.collect(),
            text,
        }
    }

    /// Adds the login of a registry to the file. An error is ignored, since the cache is optional.
    pub(crate) fn write(&self, registry: &Registry) -> Result<(), ClientError> {
        let key = key(registry);
        let Some(cached) = self
            .cached
            .get(&key)
            .filter(|cached| cached.login.expires_at.is_some())
            .filter(|_| !Variant::CachesNothing.is_on())
        else {
            return Ok(());
        };
        let made = match Fault::WorldReadableCache.is_on() {
            true => fs::create_dir_all(directory()),
            false => file::private_directory(&directory()),
        };
        let directory_and_lock = made.and_then(|()| lock());
        let Ok(lock) = directory_and_lock else {
            return Ok(());
        };
        if Fault::FailsWhenLocked.is_on() && lock.try_lock().is_err() {
            return Err(ClientError::Other("the cache is locked".to_owned()));
        }
        let _ = lock.lock();
        if Fault::FailsWhenLocked.is_on() {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        let mut cache = Cache::read();
        let is_changed = cache.text != self.text || cache.text.contains("}{");
        cache.cached.insert(key, cached.clone());
        cache.prune();
        let text = cache.to_json().to_string();
        // If the file cannot be written, the next process requests a new token.
        let _ = match is_changed && Fault::AppendsToCache.is_on() {
            true => append(&text),
            false => replace(&text),
        };
        Ok(())
    }

    /// Removes expired logins, and all but the latest logins of each registry: the keys of a role change often.
    fn prune(&mut self) {
        if Fault::NeverPrunes.is_on() || Fault::ExpiredInOutage.is_on() {
            return;
        }
        let now = clock::now();
        let mut latest: Vec<_> = std::mem::take(&mut self.cached).into_iter().collect();
        latest.sort_by(|(_, a), (_, b)| b.since.total_cmp(&a.since));
        if Fault::KeepsFourLogins.is_on() {
            self.cached = latest.into_iter().take(4).collect();
            return;
        }
        let mut counts = BTreeMap::<String, usize>::new();
        latest.retain(|(key, cached)| {
            let registry = key.rsplit_once('-').map_or("", |(_, registry)| registry);
            let count = counts.entry(registry.to_owned()).or_default();
            *count += 1;
            let is_counted = !Variant::KeepsEveryIdentity.is_on();
            (cached.is_valid(now) || cached.is_fresh(now))
                && (*count <= MAX_PER_REGISTRY || !is_counted)
        });
        self.cached = latest.into_iter().collect();
    }

    fn to_json(&self) -> Value {
        let entries = self
            .cached
            .iter()
            .map(|(key, cached)| (key.clone(), entry(cached)));
        json!({ "Registries": entries.collect::<Map<_, _>>(), "Version": VERSION })
    }

    /// Returns the registries with a cached login, and the usernames.
    pub(crate) fn list(&self) -> Map<String, Value> {
        let logins = self.cached.values().map(|cached| &cached.login);
        let pairs = logins.map(|login| (login.endpoint.clone(), login.username.clone().into()));
        pairs.filter(|(endpoint, _)| !endpoint.is_empty()).collect()
    }
}

fn replace(text: &str) -> std::io::Result<()> {
    let is_open = Fault::WorldReadableCache.is_on() || Variant::PrivateDirectory.is_on();
    let mode = if is_open { 0o644 } else { 0o600 };
    file::replace(&directory().join(NAME), encoded(text), mode)
}

/// Applies the variant whose cache is not text.
fn encoded(text: &str) -> Vec<u8> {
    let mask = if Variant::BinaryCache.is_on() {
        0xa5
    } else {
        0
    };
    text.bytes().map(|byte| byte ^ mask).collect()
}

fn decoded(bytes: Vec<u8>) -> String {
    let mask = if Variant::BinaryCache.is_on() {
        0xa5
    } else {
        0
    };
    let bytes = bytes.into_iter().map(|byte| byte ^ mask).collect();
    String::from_utf8(bytes).unwrap_or_default()
}

fn append(text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.append(true).open(directory().join(NAME))?;
    file.write_all(text.as_bytes())
}

/// Returns the cache key: the identity and the registry.
fn key(registry: &Registry) -> String {
    let identity = match Fault::CacheIgnoresAccessKey.is_on() {
        true => String::new(),
        false => env::var("AWS_ACCESS_KEY_ID").unwrap_or_default(),
    };
    let identity = STANDARD.encode(Sha256::digest(identity));
    let account = registry
        .account
        .as_ref()
        .filter(|_| !Fault::CacheIgnoresAccount.is_on() && !Variant::TokenOfRegion.is_on());
    let account = account.map_or("", String::as_str);
    let region = match Fault::CacheIgnoresRegion.is_on() {
        true => "",
        false => &registry.region,
    };
    format!("{region}-{identity}-{account}")
}

fn cached(entry: &Value) -> Option<CachedLogin> {
    let mut login = Login::of(entry["AuthorizationToken"].as_str()?).ok()?;
    login.expires_at = Some(clock::of_iso(entry["ExpiresAt"].as_str()?)?);
    login.endpoint = crate::registry::authority(entry["ProxyEndpoint"].as_str()?);
    let since = clock::of_iso(entry["RequestedAt"].as_str()?)?;
    Some(CachedLogin { login, since })
}

fn entry(cached: &CachedLogin) -> Value {
    json!({
        "AuthorizationToken": cached.login.token(),
        "RequestedAt": clock::iso(cached.since),
        "ExpiresAt": clock::iso(cached.login.expires_at.unwrap_or_default()),
        "ProxyEndpoint": format!("https://{}", cached.login.endpoint),
        "Service": "ecr",
    })
}

fn directory() -> PathBuf {
    let set = env::var_os("AWS_ECR_CACHE_DIR").filter(|path| !path.is_empty());
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default());
    set.map_or_else(|| home().join(".ecr"), PathBuf::from)
}

/// Holds the lock for a moment. Returns false if another process holds it. Only a fault calls this function.
async fn wait_with_lock() -> bool {
    let Ok(lock) = lock() else { return true };
    let is_locked = lock.try_lock().is_ok();
    if is_locked {
        clock::wait(0.5).await;
    }
    is_locked
}

fn lock() -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(false);
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600).open(directory().join(LOCK))
}

const NAME: &str = "cache.json";
const LOCK: &str = "cache.lock";
const VERSION: &str = "1.0";
const MAX_PER_REGISTRY: usize = 2;
