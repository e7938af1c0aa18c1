//! Credentials that a program prints: `credential_process`.

use std::io;
use std::process::{Output, Stdio};

use aws_credential_types::Credentials;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tokio::process::Command;

use crate::config::section::Section;
use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::credentials::provided::{Fetch, Provided};
use crate::error::Error;
use crate::issuer::IssuerClient;
use crate::platform;
use crate::python;
use crate::python_json;

/// A command line, which is split into words and run without a shell.
#[derive(Debug)]
struct Process(String);

/// Runs the `credential_process` of a profile.
///
/// # Errors
/// Returns an error if the program cannot be run, if it fails, or if its output is not valid.
pub(super) async fn find(profile: Option<&Section>) -> Result<Option<Provided>, Error> {
    let command = profile.map(|profile| profile.text("credential_process"));
    let Some(command) = command.transpose()?.flatten() else {
        return Ok(None);
    };
    let process = Process(command.to_owned());
    let result = process.run().await;
    Provided::first(result, process).map(Some)
}

impl Fetch for Process {
    fn fetch<'f>(&'f self, _: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        self.run().boxed()
    }
}

impl Process {
    async fn run(&self) -> Result<Credentials, Error> {
        let output = self.output().await?;
        if !output.status.success() {
            return Err(failure(utf8(&output.stderr)?));
        }
        let stdout = utf8(&output.stdout)?;
        match python_json::parse(&stdout).map_err(CredentialError::Python)? {
            Value::Object(members) => credentials(&members),
            other => Err(python_error(format!(
                "'{}' object has no attribute 'get'",
                python::class(&other)
            ))),
        }
    }

    /// As in v1, the program is not searched in the directory of the profile, and inherits stdin.
    async fn output(&self) -> Result<Output, Error> {
        let words = words(&self.0).map_err(CredentialError::Python)?;
        let Some((program, arguments)) = words.split_first() else {
            return Err(python_error("list index out of range".to_owned()));
        };
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::inherit())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .output()
            .await;
        output.map_err(|error| python_error(cannot_run(program, &error)))
    }
}

#[cfg(unix)]
fn words(command: &str) -> Result<Vec<String>, String> {
    crate::python_text::shell_words(command).map_err(str::to_owned)
}

#[cfg(windows)]
fn words(command: &str) -> Result<Vec<String>, String> {
    crate::python_text::windows_words(command)
}

fn cannot_run(program: &str, error: &io::Error) -> String {
    let (number, text) = platform::errno(error);
    format!("[Errno {number}] {text}: {}", python::repr_str(program))
}

fn utf8(bytes: &[u8]) -> Result<String, Error> {
    let text = std::str::from_utf8(bytes);
    text.map(str::to_owned)
        .map_err(|error| python_error(python::decode_error(bytes, error)))
}

fn credentials(members: &Map<String, Value>) -> Result<Credentials, Error> {
    let version = members.get("Version");
    if !version.is_some_and(is_one) {
        let version = version.map_or("<Version key not provided>".to_owned(), python::str);
        return Err(failure(format!(
            "Unsupported version '{version}' for credential process provider, supported versions: 1"
        )));
    }
    let required = |name: &str| match members.get(name) {
        None => Err(failure(format!(
            "Missing required key in response: '{name}'"
        ))),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Err(failure(wrong_type(name, other))),
    };
    let optional = |name: &str| match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(failure(wrong_type(name, other))),
    };
    let (key_id, secret) = (required("AccessKeyId")?, required("SecretAccessKey")?);
    let token = optional("SessionToken")?;
    let expiry = optional("Expiration")?.map(|text| expiry::parse(&text));
    let expiry = expiry.transpose()?;
    Ok(Credentials::new(key_id, secret, token, expiry, "process"))
}

/// Returns whether Python considers a value equal to 1.
fn is_one(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.to_string().parse() == Ok(1.0),
        _ => false,
    }
}

fn wrong_type(name: &str, value: &Value) -> String {
    let class = python::class(value);
    format!("Invalid type for {name} in response: expected str instead of {class}")
}

fn failure(reason: String) -> Error {
    let provider = "custom-process".to_owned();
    CredentialError::Retrieval { provider, reason }.into()
}

fn python_error(text: String) -> Error {
    CredentialError::Python(text).into()
}
