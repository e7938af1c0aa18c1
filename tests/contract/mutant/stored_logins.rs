//! Reads logins from docker's `config.json`, or from the credential helper that it names.

use std::env;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::error::ClientError;
use crate::fault::Fault;
use crate::helper::NOT_FOUND;

/// The sources of logins for a registry.
pub(crate) struct StoredLogins {
    host: String,
    config: Value,
}

impl StoredLogins {
    pub(crate) fn of(host: &str) -> Self {
        let folder = env::var_os("DOCKER_CONFIG").map(PathBuf::from);
        let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".docker");
        let path = folder.unwrap_or_else(home).join("config.json");
        let text = std::fs::read(path).unwrap_or_default();
        StoredLogins {
            host: host.to_owned(),
            config: serde_json::from_slice(&text).unwrap_or_default(),
        }
    }

    /// Returns the first value of `Authorization`, or nothing for a registry without a login.
    pub(crate) fn first(&self) -> Result<Option<String>, ClientError> {
        if Fault::TrustsStoredLogins.is_on()
            && let Some(stored) = self.stored()
        {
            return Ok(Some(stored));
        }
        match self.helper() {
            Some(helper) => self.request(helper),
            None => Ok(self.stored()),
        }
    }

    /// Returns another value, after the first one was rejected.
    pub(crate) fn another(&self) -> Result<Option<String>, ClientError> {
        match self.helper() {
            Some(helper) => self.request(helper),
            None => Ok(None),
        }
    }

    /// Returns whether another value may be accepted.
    pub(crate) fn has_another(&self) -> bool {
        let is_stuck = Fault::TrustsStoredLogins.is_on() && self.stored().is_some();
        !is_stuck && (self.helper().is_some() || self.stored().is_some())
    }

    fn helper(&self) -> Option<&str> {
        let own = self.config["credHelpers"][&self.host].as_str();
        own.or_else(|| self.config["credsStore"].as_str())
    }

    fn stored(&self) -> Option<String> {
        let auths = &self.config["auths"];
        let names = [self.host.clone(), format!("https://{}", self.host)];
        let entry = names
            .iter()
            .map(|name| &auths[name])
            .find(|entry| entry.is_object())?;
        let pair = || {
            Some(basic(
                entry["username"].as_str()?,
                entry["password"].as_str()?,
            ))
        };
        let auth = entry["auth"].as_str().filter(|auth| !auth.is_empty());
        auth.map(|auth| format!("Basic {auth}")).or_else(pair)
    }

    fn request(&self, helper: &str) -> Result<Option<String>, ClientError> {
        let program = format!("docker-credential-{helper}");
        let output = run(&program, &self.host);
        let output = output.map_err(|cause| ClientError::other(&program, &cause))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let text = text.trim();
            return match text == NOT_FOUND {
                true => Ok(None),
                false if Fault::HidesHelperError.is_on() => Ok(None),
                false => Err(ClientError::Other(format!("{program} failed: {text}"))),
            };
        }
        let found: Value = serde_json::from_str(&text).unwrap_or_default();
        match (found["Username"].as_str(), found["Secret"].as_str()) {
            (Some(username), Some(secret)) => Ok(Some(basic(username, secret))),
            _ => Err(ClientError::Other(format!("{program} returned no login"))),
        }
    }
}

fn run(program: &str, host: &str) -> std::io::Result<Output> {
    let mut command = Command::new(program);
    let command = command
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(host.as_bytes());
    }
    child.wait_with_output()
}

fn basic(username: &str, password: &str) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{username}:{password}"))
    )
}
