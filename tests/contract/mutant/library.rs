//! `library`: returns a login for each line of stdin.

use std::io::{self, BufRead as _};

use serde_json::{Value, json};

use crate::cache::Cache;
use crate::clock;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::login::Login;
use crate::output;
use crate::registry::Registry;
use crate::renewal::Renewals;
use crate::variant::Variant;

pub(crate) async fn run() -> Result<(), ClientError> {
    let mut library = Library::default();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|cause| ClientError::other("stdin", &cause))?;
        if !line.trim().is_empty() {
            let response = library.response(&line).await;
            output::out(&format!("{response}\n"));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Library {
    cache: Cache,
    /// Used only by variants.
    renewals: Renewals,
    /// Used only by faults.
    failed: Option<ClientError>,
    has_replaced: bool,
    /// The time of the last replacement. Used only by a variant.
    replaced_at: f64,
    requested: Vec<Registry>,
}

impl Library {
    async fn response(&mut self, line: &str) -> Value {
        match self.login(line).await {
            Ok(login) => found(&login),
            Err(error) => json!({ "error": error.to_string() }),
        }
    }

    async fn login(&mut self, line: &str) -> Result<Login, ClientError> {
        let request = serde_json::from_str(line).unwrap_or(Value::Null);
        let name = request["registry"].as_str();
        let name = name.ok_or(ClientError::Other(
            "the request names no registry".to_owned(),
        ))?;
        let registry = self.renewed(Registry::or_local(name)?);
        if request["refused"] == true && !self.ignores_rejection() {
            self.forget(&registry)?;
        }
        if let Some(error) = self.failed.as_ref().filter(|_| Fault::CachesErrors.is_on()) {
            return Err(error.clone());
        }
        self.renewals.move_to(&mut self.cache);
        let login = self.cache.login(&registry).await;
        self.renewals.start(&registry, &login);
        self.failed = login.as_ref().err().cloned();
        login
    }

    /// Removes a rejected login, or returns the error of a variant.
    fn forget(&mut self, registry: &Registry) -> Result<(), ClientError> {
        let now = clock::now();
        if Variant::LimitsReplacements.is_on() && now < self.replaced_at + 5.0 {
            let error = "the registry has rejected two logins within five seconds";
            return Err(ClientError::Other(error.to_owned()));
        }
        self.replaced_at = now;
        self.cache.forget(registry);
        match Variant::ErrorWhenRefused.is_on() {
            true => Err(ClientError::Other("the login was rejected".to_owned())),
            false => Ok(()),
        }
    }

    /// Applies the faults that return a rejected login again.
    fn ignores_rejection(&mut self) -> bool {
        let is_again = std::mem::replace(&mut self.has_replaced, true);
        Fault::IgnoresRejection.is_on() || is_again && Fault::ReplacesOnce.is_on()
    }

    /// Returns the registry to request. With a fault, a repeated request is for the first registry.
    fn renewed(&mut self, registry: Registry) -> Registry {
        let is_again = self.requested.contains(&registry);
        self.requested.push(registry.clone());
        match Fault::RenewsFirstRegistry.is_on() && is_again {
            true => self.requested[0].clone(),
            false => registry,
        }
    }
}

/// Formats a login. An expiry in the past is omitted, since it is of no use to the caller.
fn found(login: &Login) -> Value {
    let mut found = json!({ "username": login.username, "password": login.password });
    if let Some(end) = login.expires_at.filter(|end| *end > clock::now()) {
        found["expires_at"] = end.into();
    }
    found
}
