//! Logins in a file, which are renewed in time: for whatever reads docker's `config.json` and cannot ask a helper.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ecr_token_source::{Clock as _, Registry, SystemClock, TokenSource};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::args::globals::Globals;
use crate::error::Error;
use crate::helper::tokens::{self, Kept, Login};
use crate::output;

/// Keeps the logins until it is told to end.
pub(super) async fn run(words: &[String], globals: &Globals) -> Result<String, Error> {
    let [hosts @ .., file] = words else {
        return Err(failed(USAGE));
    };
    if hosts.is_empty() {
        return Err(failed(USAGE));
    }
    let registries: Result<Vec<Registry>, Error> = hosts.iter().map(|host| named(host)).collect();
    let file = RefCell::new(Published::at(PathBuf::from(file)));
    let keep = |registry| keep(globals, registry, &file);
    try_join_all(registries?.into_iter().map(keep)).await?;
    Ok(String::new())
}

fn named(host: &str) -> Result<Registry, Error> {
    Registry::of(host).map_err(|error| failed(&format!("registry {host:?}: {error}")))
}

/// Keeps one of them.
async fn keep(
    globals: &Globals,
    registry: Registry,
    file: &RefCell<Published>,
) -> Result<(), Error> {
    let host = registry.to_string();
    let mut source = None;
    let mut failures = 0;
    loop {
        let mut asked = pin!(tokens::in_time(login(globals, &registry, &mut source)));
        let left = file.borrow().left(&host);
        let login = match timeout(left.unwrap_or(Duration::MAX), &mut asked).await {
            Ok(login) => login,
            Err(_) => {
                file.borrow_mut().withdraw(&host)?;
                asked.await
            }
        };
        let pause = match login.and_then(|login| require_life(login, &host)) {
            Ok(login) => {
                failures = 0;
                file.borrow_mut().publish(&host, &login)?;
                pause(&login)
            }
            Err(error) => {
                failures += 1;
                output::write_error(&format!("keep-login: {}\n", error.one_line()));
                retry(failures)
            }
        };
        // What is in the file may end before the next try.
        let left = file.borrow().left(&host);
        tokio::time::sleep(left.map_or(pause, |left| left.min(pause))).await;
        if left.is_some_and(|left| left <= pause) && failures > 0 {
            file.borrow_mut().withdraw(&host)?;
        }
    }
}

/// The login, by a source that is made when it can be.
async fn login(
    globals: &Globals,
    registry: &Registry,
    source: &mut Option<TokenSource>,
) -> Result<Login, Error> {
    if source.is_none() {
        let made = tokens::source(globals, Some(registry.clone()), Kept::InMemory).await?;
        *source = Some(made);
    }
    tokens::get(source.as_ref().expect("it was made")).await
}

/// A login that ends in a moment would be dead before anybody has used it.
fn require_life(login: Login, host: &str) -> Result<Login, Error> {
    let soon = SystemClock.now() + MARGIN;
    match login.credentials.expires_at {
        Some(ends) if ends <= soon => Err(Error::Token(format!(
            "{host}: what ECR issues has no life left"
        ))),
        _ => Ok(login),
    }
}

/// The logins in the file, and until when each is worth something.
struct Published {
    path: PathBuf,
    logins: BTreeMap<String, (String, Option<SystemTime>)>,
}

impl Published {
    fn at(path: PathBuf) -> Self {
        Published {
            path,
            logins: BTreeMap::new(),
        }
    }

    fn publish(&mut self, host: &str, login: &Login) -> Result<(), Error> {
        let credentials = &login.credentials;
        let (user, password) = (&credentials.username, credentials.password.expose());
        let auth = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let is_there = self
            .logins
            .get(host)
            .is_some_and(|(there, _)| *there == auth);
        self.logins
            .insert(host.to_owned(), (auth, credentials.expires_at));
        match is_there {
            true => Ok(()),
            false => self.write(),
        }
    }

    /// A dead login is worse than none.
    fn withdraw(&mut self, host: &str) -> Result<(), Error> {
        match self.logins.remove(host) {
            Some(_) => self.write(),
            None => Ok(()),
        }
    }

    /// How long the login of a host may stay there.
    fn left(&self, host: &str) -> Option<Duration> {
        let (_, ends) = self.logins.get(host)?;
        let soon = SystemClock.now() + MARGIN;
        ends.map(|ends| ends.duration_since(soon).unwrap_or_default())
    }

    fn write(&self) -> Result<(), Error> {
        let entry =
            |(host, (auth, _)): (&String, &(String, _))| (host.clone(), json!({ "auth": auth }));
        let auths: serde_json::Map<String, Value> = self.logins.iter().map(entry).collect();
        let text = format!("{}\n", json!({ "auths": auths }));
        write(&self.path, &text)
            .map_err(|error| failed(&format!("cannot write {}: {error}", self.path.display())))
    }
}

/// As long as the source would keep it; where it does not know an end, a while.
fn pause(login: &Login) -> Duration {
    match login.credentials.expires_at {
        Some(_) => login.shelf_life.clamp(MARGIN / 2, LONGEST),
        None => LONGEST_RETRY,
    }
}

/// Until the next try, each later than the one before.
fn retry(failures: u32) -> Duration {
    let pause = FIRST_RETRY.saturating_mul(1 << (failures - 1).min(7));
    pause.min(LONGEST_RETRY)
}

/// Whoever reads the file finds it whole, and nobody else finds anything.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options
        .open(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn failed(text: &str) -> Error {
    Error::Kubelet(format!("keep-login: {text}"))
}

const USAGE: &str = "expected registries and a file: keep-login HOST... FILE";

/// How much life a login has that is worth publishing.
const MARGIN: Duration = Duration::from_millis(500);
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// Clocks are set, and machines sleep.
const LONGEST: Duration = Duration::from_secs(300);
