//! `refresher`: keeps the logins of registries alive in docker's `config.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::answer;
use crate::api;
use crate::clock;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::file;
use crate::login::{Held, Login};
use crate::registry::Registry;
use crate::retry::{self, Patience};
use crate::say;

/// Runs until it is told to stop.
pub(crate) async fn run(mut arguments: Vec<String>) -> Result<(), Failure> {
    let file = arguments.pop().unwrap_or_default();
    if arguments.is_empty() {
        return Err(Failure::Usage("usage: refresher REGISTRY… FILE"));
    }
    let registries: Result<Vec<_>, _> = arguments
        .iter()
        .map(|name| Registry::or_local(name))
        .collect();
    let registries = registries?;
    let book = Arc::new(Mutex::new(Book::at(file.into())));
    let stop = signal(SignalKind::terminate());
    let mut stop = stop.map_err(|cause| Failure::other("no signals", &cause))?;
    for registry in &registries {
        let first = registries[0].clone();
        tokio::spawn(keep(registry.clone(), first, book.clone()));
    }
    tokio::spawn(bury(book));
    stop.recv().await;
    Ok(())
}

/// Fetches the logins of a registry for ever, each in time.
async fn keep(registry: Registry, first: Registry, book: Arc<Mutex<Book>>) {
    let mut asked = registry.clone();
    let mut failed = 0;
    loop {
        let pause = match login(&asked).await {
            Ok(login) => {
                failed = 0;
                open(&book).publish(&registry, Held::now(login))
            }
            Err(failure) => {
                say::err(&format!("{}: {failure}", registry.authority));
                failed += 1;
                open(&book).pause_after(&registry, &failure, failed)
            }
        };
        if Fault::RenewsTheFirst.is_on() {
            asked = first.clone();
        }
        clock::wait(pause).await;
    }
}

/// Who keeps trying for ever need not try hard each time.
async fn login(registry: &Registry) -> Result<Login, Failure> {
    let login = api::fetch_patiently(registry, Patience::of(3, 10.0, 4.0)).await?;
    match login.is_past(clock::now()) {
        true => Err(Failure::Answer("its token is dead")),
        false => Ok(login),
    }
}

/// Takes away what has died: to be refused is worse than to have no login.
async fn bury(book: Arc<Mutex<Book>>) {
    loop {
        clock::wait(0.05).await;
        open(&book).bury(clock::now());
    }
}

fn open(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().expect("nobody panics with the book in hand")
}

/// What is published.
struct Book {
    file: PathBuf,
    held: BTreeMap<String, Held>,
}

impl Book {
    fn at(file: PathBuf) -> Self {
        Book {
            file,
            held: BTreeMap::new(),
        }
    }

    /// Publishes a login; how long until the next.
    fn publish(&mut self, registry: &Registry, held: Held) -> f64 {
        let keep = match held.login.expires_at {
            Some(_) => jittered(held.keep()),
            None => UNKNOWN,
        };
        self.held.insert(registry.authority.clone(), held);
        self.write();
        keep.max(0.1)
    }

    fn pause_after(&mut self, registry: &Registry, failure: &Failure, failed: u32) -> f64 {
        if Fault::WipesInOutage.is_on() || is_empty(failure) && Fault::WipesWithoutEntry.is_on() {
            self.held.clear();
            self.write();
        }
        let pause = match failure.is_denial() {
            true => LONGEST_PAUSE,
            false => (2.0 * 3.0_f64.powi(failed.min(9) as i32 - 1)).min(LONGEST_PAUSE),
        };
        let held = self.held.get(&registry.authority);
        let end = held.and_then(|held| held.login.expires_at);
        // With a login in danger there is no time to be modest.
        end.map_or(pause, |end| {
            pause.min(((end - clock::now()) / 4.0).max(1.0))
        })
    }

    fn bury(&mut self, now: f64) {
        let count = self.held.len();
        let is_kept = |held: &Held| held.login.expires_at.is_none() || held.is_alive(now);
        let leaves_the_dead = Fault::DeadInOutage.is_on() || Fault::RefreshesAfterLifetime.is_on();
        self.held.retain(|_, held| is_kept(held) || leaves_the_dead);
        if self.held.len() < count {
            self.write();
        }
    }

    /// Writes the file anew, but for what others have put there. When that fails there will be a next time.
    fn write(&self) {
        let text = std::fs::read(&self.file).unwrap_or_default();
        let mut config = serde_json::from_slice::<Value>(&text).unwrap_or_default();
        if !config.is_object() {
            config = json!({});
        }
        let auths = self.held.iter().map(|(host, held)| {
            let auth = held.login.token();
            (host.clone(), json!({ "auth": auth }))
        });
        config["auths"] = Value::Object(auths.collect());
        if let Err(cause) = file::replace(&self.file, &config.to_string(), 0o600) {
            say::err(&format!("{}: {cause}", self.file.display()));
        }
    }
}

fn is_empty(failure: &Failure) -> bool {
    matches!(failure, Failure::Answer(answer::NO_ENTRY))
}

/// Earlier by up to two fifths, so that not all come at once.
fn jittered(keep: f64) -> f64 {
    let is_exact = Fault::NoJitter.is_on() || Fault::RefreshesAfterLifetime.is_on();
    if is_exact {
        keep
    } else {
        keep * (1.0 - 0.4 * retry::chance())
    }
}

/// How long a login without an end is kept.
const UNKNOWN: f64 = 10.0;
const LONGEST_PAUSE: f64 = 30.0;
