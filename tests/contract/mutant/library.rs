//! `library`: a login for each line of stdin.

use std::io::{self, BufRead as _};

use serde_json::{Value, json};

use crate::cache::Cache;
use crate::clock;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::login::Login;
use crate::registry::Registry;
use crate::say;

pub(crate) async fn run() -> Result<(), Failure> {
    let mut library = Library::default();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|cause| Failure::other("stdin", &cause))?;
        if !line.trim().is_empty() {
            let answer = library.answer(&line).await;
            say::out(&format!("{answer}\n"));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Library {
    cache: Cache,
    /// What only faults look at.
    failed: Option<Failure>,
    asked: Vec<Registry>,
}

impl Library {
    async fn answer(&mut self, line: &str) -> Value {
        match self.login(line).await {
            Ok(login) => found(&login),
            Err(failure) => json!({ "error": failure.to_string() }),
        }
    }

    async fn login(&mut self, line: &str) -> Result<Login, Failure> {
        let request = serde_json::from_str(line).unwrap_or(Value::Null);
        let name = request["registry"].as_str();
        let name = name.ok_or(Failure::Other("a request names a registry".to_owned()))?;
        let registry = self.renewed(Registry::or_local(name)?);
        if request["refused"] == true && !Fault::IgnoresRefusal.is_on() {
            self.cache.forget(&registry);
        }
        if let Some(failure) = self
            .failed
            .as_ref()
            .filter(|_| Fault::CachesFailures.is_on())
        {
            return Err(failure.clone());
        }
        let login = self.cache.login(&registry).await;
        self.failed = login.as_ref().err().cloned();
        login
    }

    /// The registry to ask for: with a fault, when it is asked for again, the first that ever was.
    fn renewed(&mut self, registry: Registry) -> Registry {
        let is_again = self.asked.contains(&registry);
        self.asked.push(registry.clone());
        match Fault::RenewsAsTheFirst.is_on() && is_again {
            true => self.asked[0].clone(),
            false => registry,
        }
    }
}

/// An end that is past is none that anybody could plan with.
fn found(login: &Login) -> Value {
    let mut found = json!({ "username": login.username, "password": login.password });
    if let Some(end) = login.expires_at.filter(|end| *end > clock::now()) {
        found["expires_at"] = end.into();
    }
    found
}
