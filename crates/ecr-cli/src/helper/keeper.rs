//! A login in a file, which is renewed in time: for whatever reads docker's `config.json` and cannot ask a helper.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ecr_token_source::{Clock as _, Credentials, Registry, SystemClock, TokenSource};
use serde_json::json;

use crate::args::globals::Globals;
use crate::error::Error;
use crate::helper::one_line;
use crate::helper::tokens::{self, Kept, Login};
use crate::output;

/// Keeps the login until it is told to end.
pub(super) async fn run(words: &[String], globals: &Globals) -> Result<String, Error> {
    let [registry, file] = words else {
        return Err(failed(
            "expected a registry and a file: keep-login HOST FILE",
        ));
    };
    let registry = Registry::of(registry)
        .map_err(|error| failed(&format!("registry {registry:?}: {error}")))?;
    let mut file = Published::at(PathBuf::from(file));
    let mut source = None;
    let mut failures = 0;
    loop {
        let login = tokens::in_time(login(globals, &registry, &mut source)).await;
        let pause = match login {
            Ok(login) if file.is_worth(&login) => {
                failures = 0;
                file.publish(&login).map(|()| pause(&login))
            }
            Ok(_) => {
                failures += 1;
                tell("what ECR issues has no life left");
                file.withdraw_dead()
                    .map(|()| file.until_withdrawal(failures))
            }
            Err(error) => {
                failures += 1;
                tell(&one_line(&error));
                file.withdraw_dead()
                    .map(|()| file.until_withdrawal(failures))
            }
        };
        let pause = pause.map_err(|error| file.failed(&error))?;
        tokio::time::sleep(pause).await;
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

/// What is in the file, and until when it is worth something.
struct Published {
    path: PathBuf,
    ends: Option<SystemTime>,
    password: String,
}

impl Published {
    fn at(path: PathBuf) -> Self {
        Published {
            path,
            ends: None,
            password: String::new(),
        }
    }

    fn publish(&mut self, login: &Login) -> io::Result<()> {
        let credentials = &login.credentials;
        if credentials.password.expose() != self.password {
            write(&self.path, &config(credentials))?;
            credentials.password.expose().clone_into(&mut self.password);
        }
        self.ends = credentials.expires_at;
        Ok(())
    }

    /// A login that ends in a moment would be dead before anybody has used it.
    fn is_worth(&self, login: &Login) -> bool {
        let soon = SystemClock.now() + RETRY;
        login.credentials.expires_at.is_none_or(|ends| ends > soon)
    }

    /// A login that lives stays, whatever fails; a dead one is worse than none.
    fn withdraw_dead(&mut self) -> io::Result<()> {
        let soon = SystemClock.now() + RETRY;
        if self.ends.is_some_and(|ends| ends <= soon) {
            write(&self.path, "{\"auths\":{}}\n")?;
            self.ends = None;
            self.password.clear();
        }
        Ok(())
    }

    /// Until the next try, each later than the one before, or until the login must go.
    fn until_withdrawal(&self, failures: u32) -> Duration {
        let retry = RETRY
            .saturating_mul(1 << failures.min(7))
            .min(LONGEST_RETRY);
        let soon = SystemClock.now() + RETRY;
        let left = self.ends.and_then(|ends| ends.duration_since(soon).ok());
        left.map_or(retry, |left| left.min(retry))
    }

    fn failed(&self, error: &io::Error) -> Error {
        failed(&format!("cannot write {}: {error}", self.path.display()))
    }
}

/// As long as the source would keep it; where it does not know an end, a while.
fn pause(login: &Login) -> Duration {
    match login.credentials.expires_at {
        Some(_) => login.shelf_life.clamp(RETRY / 2, LONGEST),
        None => LONGEST_RETRY,
    }
}

fn config(credentials: &Credentials) -> String {
    let (user, password) = (&credentials.username, credentials.password.expose());
    let auth = BASE64_STANDARD.encode(format!("{user}:{password}"));
    let host = &credentials.registry;
    format!("{}\n", json!({ "auths": { host: { "auth": auth } } }))
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

fn tell(text: &str) {
    output::write_error(&format!("keep-login: {text}\n"));
}

fn failed(text: &str) -> Error {
    Error::Kubelet(format!("keep-login: {text}"))
}

/// Before the first try after a failure, and how much life a login has that is worth publishing.
const RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// Clocks are set, and machines sleep.
const LONGEST: Duration = Duration::from_secs(300);
