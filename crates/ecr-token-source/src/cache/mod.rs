//! Stores tokens in a file that several processes of one user share.

mod access;
mod private_file;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::cache::access::{check_trusted, create_directory};
use crate::credentials::{Credentials, Password};
use crate::registry::Registry;
use crate::token::Token;

pub use private_file::replace_private_file;

/// A file with tokens. Each token is stored with its registry and the [`Identity`] that requested it.
///
/// The file contains JSON and is replaced atomically. A missing file is treated as an empty cache. An existing file is ignored
/// if it cannot be read, or if its content is invalid; the next token that is stored replaces such a file.
///
/// On Unix, the file has mode 0600. A file that belongs to another user, or to which other users can write, is ignored too. On
/// Windows, the file inherits the access control list of its directory, and the list is not checked. Directories in the user's
/// profile, such as `%USERPROFILE%\.ecr`, grant access only to the user, to administrators and to the system. In any other
/// directory, the application must limit the access.
///
/// If the path is a symbolic link, its target is replaced, unless it is neither empty nor a cache.
///
/// If the file cannot be written, tokens are cached only in memory. If two processes write the file at the same time, the
/// token of one process may be missing in the file; this process or a later one then makes one additional call.
#[derive(Clone, Debug)]
pub struct CacheFile {
    path: PathBuf,
    identity: Identity,
}

/// The caller that requested a token, and the endpoint. A cached token is returned only for the same identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The ID of the access key that signs the request.
    pub access_key_id: String,
    /// The Region of the call if no registry is requested; otherwise empty.
    pub region: String,
    /// The URL that replaces AWS's endpoint, or empty. It ensures that a token of a test server is not returned for AWS's endpoint.
    pub endpoint: String,
}

impl CacheFile {
    /// Creates a cache at this path.
    ///
    /// The file and its directory need not exist. A missing directory is created when the first token is stored, on Unix with mode 0700.
    pub fn new(path: impl Into<PathBuf>, identity: Identity) -> Self {
        CacheFile {
            path: path.into(),
            identity,
        }
    }

    /// Removes the tokens of a registry from the file, for all identities. A missing file is not an error. From a file that is ignored, all
    /// content is removed, because it can contain these tokens.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn remove(path: &Path, registry: &Registry) -> io::Result<()> {
        // The host name of an entry can be that of an ECR-compatible server, which is not a [`Registry`].
        let is_other = |entry: &Entry| {
            !Registry::parse(&entry.registry).is_ok_and(|found| found.is_same_as(registry))
        };
        retain(path, is_other)
    }

    /// Returns the registry and the username of each token that is valid at `now`. The registry has the form of
    /// [`Credentials::registry`]. A registry with tokens for several identities occurs several times.
    ///
    /// Returns an empty list if the file is missing or ignored.
    pub fn valid_logins(path: &Path, now: SystemTime) -> Vec<(String, String)> {
        let now = millis(now).unwrap_or_default();
        let entries = read(path).into_iter();
        let valid = entries.filter(|entry| entry.expires_at_ms > now);
        valid
            .map(|entry| (entry.registry, entry.username))
            .collect()
    }

    /// Returns the token for a registry, or for the caller's account if `requested` is `None`. The token may have expired.
    pub(crate) fn load(&self, requested: Option<&Registry>) -> Option<Token> {
        let entries = read(&self.path);
        let entry = entries
            .into_iter()
            .find(|entry| self.is_for(entry, requested))?;
        let mut token = entry.into_token()?;
        if let Some(requested) = requested {
            token.credentials.registry = requested.to_string();
        }
        Some(token)
    }

    /// Stores a token in place of the previous token, and removes expired tokens.
    pub(crate) fn save(
        &self,
        requested: Option<&Registry>,
        token: &Token,
        now: SystemTime,
    ) -> io::Result<()> {
        let Some(entry) = Entry::new(token, requested, &self.identity) else {
            return Ok(());
        };
        let mut entries = read(&self.path);
        let now = millis(now).unwrap_or_default();
        entries.retain(|other| other.expires_at_ms > now && !self.is_for(other, requested));
        evict_oldest(&mut entries, &entry);
        entries.push(entry);
        let excess = entries.len().saturating_sub(MAX_ENTRIES);
        entries.drain(..excess);
        write(&self.path, entries)
    }

    /// Removes a password that the registry has rejected.
    pub(crate) fn remove_password(&self, password: &Password) -> io::Result<()> {
        retain(&self.path, |entry| entry.password != password.expose())
    }

    fn is_for(&self, entry: &Entry, requested: Option<&Registry>) -> bool {
        let is_registry = match requested {
            None => entry.is_own,
            Some(requested) => {
                !entry.is_own
                    && Registry::parse(&entry.registry)
                        .is_ok_and(|found| found.is_same_as(requested))
            }
        };
        is_registry && entry.identity == self.identity
    }
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Contents {
    version: u32,
    tokens: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    registry: String,
    /// Whether the token was fetched for the caller's account, without a requested registry.
    is_own: bool,
    identity: Identity,
    username: String,
    password: String,
    fetched_at_ms: i64,
    expires_at_ms: i64,
}

impl Entry {
    fn new(token: &Token, requested: Option<&Registry>, identity: &Identity) -> Option<Self> {
        let credentials = &token.credentials;
        Some(Entry {
            registry: credentials.registry.clone(),
            is_own: requested.is_none(),
            identity: identity.clone(),
            username: credentials.username.clone(),
            password: credentials.password.expose().to_owned(),
            fetched_at_ms: millis(token.fetched_at)?,
            expires_at_ms: millis(credentials.expires_at?)?,
        })
    }

    /// Limits the TTL again, since the file may have been edited.
    fn into_token(self) -> Option<Token> {
        let credentials = Credentials {
            username: self.username,
            password: Password::new(self.password),
            expires_at: Some(time(self.expires_at_ms)?),
            registry: self.registry,
        };
        Some(Token::new(credentials, time(self.fetched_at_ms)?))
    }
}

/// Removes the oldest tokens of a registry that has too many tokens. The access keys of roles change every hour, and tokens
/// that old keys requested are never used again.
fn evict_oldest(entries: &mut Vec<Entry>, new: &Entry) {
    let is_same_registry =
        |entry: &Entry| entry.registry == new.registry && entry.is_own == new.is_own;
    let count = entries
        .iter()
        .filter(|entry| is_same_registry(entry))
        .count();
    let mut excess = (count + 1).saturating_sub(MAX_ENTRIES_PER_REGISTRY);
    entries.retain(|entry| {
        let is_evicted = excess > 0 && is_same_registry(entry);
        excess -= usize::from(is_evicted);
        !is_evicted
    });
}

/// Returns the entries of the file. Returns an empty list if the file is missing or ignored.
fn read(path: &Path) -> Vec<Entry> {
    load(path).unwrap_or_default()
}

fn load(path: &Path) -> io::Result<Vec<Entry>> {
    let contents: Contents = serde_json::from_str(&read_trusted(path)?)?;
    match contents.version {
        VERSION => Ok(contents.tokens),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Reads a file. Returns an error if another user can have written it.
fn read_trusted(path: &Path) -> io::Result<String> {
    // Opening a named pipe would block.
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let file = File::open(path)?;
    check_trusted(&file.metadata()?)?;
    let mut text = String::new();
    file.take(MAX_FILE_SIZE).read_to_string(&mut text)?;
    Ok(text)
}

fn retain(path: &Path, is_retained: impl Fn(&Entry) -> bool) -> io::Result<()> {
    let Ok(mut entries) = load(path) else {
        return discard(path);
    };
    let before = entries.len();
    entries.retain(is_retained);
    match entries.len() == before {
        true => Ok(()),
        false => write(path, entries),
    }
}

/// Replaces a file that is ignored by an empty one, because the file can contain the tokens that the caller removes.
fn discard(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => write(path, Vec::new()),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Replaces the file atomically: a reader finds either the old or the new content. If the path is a symbolic link, the target is replaced.
///
/// # Errors
///
/// Returns an error if the file cannot be written, or if a link leads to a file that is not a cache. Such a link can be from another user.
fn write(path: &Path, tokens: Vec<Entry>) -> io::Result<()> {
    let version = VERSION;
    let text = serde_json::to_vec(&Contents { version, tokens })?;
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let target = match is_link {
        true => Some(fs::canonicalize(path)?),
        false => None,
    };
    if target
        .as_deref()
        .is_some_and(|target| !is_replaceable(target))
    {
        return Err(io::Error::other(
            "the target of the link is not a cache of tokens",
        ));
    }
    let path = target.as_deref().unwrap_or(path);
    if let Some(directory) = path.parent() {
        create_directory(directory)?;
    }
    replace_private_file(path, &text)
}

/// Returns whether a file is empty or a cache.
fn is_replaceable(path: &Path) -> bool {
    let is_empty = fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == 0);
    is_empty || load(path).is_ok()
}

fn millis(time: SystemTime) -> Option<i64> {
    let elapsed = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(elapsed.as_millis()).ok()
}

fn time(millis: i64) -> Option<SystemTime> {
    let elapsed = Duration::from_millis(u64::try_from(millis).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(elapsed)
}

const VERSION: u32 = 1;
const MAX_ENTRIES: usize = 100;

/// The number of identities that can use one registry in turn without a new call each time.
const MAX_ENTRIES_PER_REGISTRY: usize = 4;
const MAX_FILE_SIZE: u64 = 4 << 20;

#[cfg(test)]
mod tests;
