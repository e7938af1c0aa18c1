//! Credentials that a program prints: `credential_process`.

use std::io;
use std::process::{Output, Stdio};

use aws_credential_types::Credentials;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use crate::config::section::Section;
use crate::credential_error::CredentialError;
use crate::credentials::expiry;
use crate::credentials::json_keys::JsonKeys;
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
        let document = python_json::parse(&stdout);
        match document.map_err(|error| python_error(error.to_string()))? {
            Value::Object(members) => credentials(&members.into()),
            other => Err(python_error(python::attribute_error(&other))),
        }
    }

    /// Runs the program. As in v1, it is not searched in the directory of the profile, and inherits stdin.
    async fn output(&self) -> Result<Output, Error> {
        let words = words(&self.0).map_err(CredentialError::Python)?;
        let Some((program, arguments)) = words.split_first() else {
            return Err(python_error("list index out of range".to_owned()));
        };
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::inherit())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let failed = |error: &io::Error| python_error(cannot_run(program, error));
        let mut child = child.map_err(|error| failed(&error))?;
        // If a read fails, the pipes are closed and the program is killed, because both are dropped.
        let stdout = read(child.stdout.take(), "stdout");
        let stderr = read(child.stderr.take(), "stderr");
        let (stdout, stderr) = tokio::try_join!(stdout, stderr)?;
        let status = child.wait().await.map_err(|error| failed(&error))?;
        Ok(Output {
            status,
            stdout,
            stderr,
        })
    }
}

/// Reads an output of the program until its end.
async fn read(stream: Option<impl AsyncRead + Unpin>, name: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let mut limited = stream.take(MAX_OUTPUT_BYTES + 1);
        let read = limited.read_to_end(&mut bytes).await;
        read.map_err(|error| failure(format!("{name} of the program cannot be read: {error}")))?;
    }
    match bytes.len() as u64 > MAX_OUTPUT_BYTES {
        false => Ok(bytes),
        true => Err(failure(format!(
            "the program wrote more than {} MB to {name}",
            MAX_OUTPUT_BYTES / 1_000_000
        ))),
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
    // Python searches the empty name too, and finds the directories of the PATH.
    let (number, text) = match program.is_empty() && cfg!(unix) {
        true => (13, "Permission denied".to_owned()),
        false => platform::errno(error),
    };
    format!("[Errno {number}] {text}: {}", python::repr_str(program))
}

fn utf8(bytes: &[u8]) -> Result<String, Error> {
    let text = std::str::from_utf8(bytes);
    text.map(str::to_owned)
        .map_err(|error| python_error(python::decode_error(bytes, error)))
}

fn credentials(document: &Value) -> Result<Credentials, Error> {
    let keys = JsonKeys::of(document, PROVIDER)?;
    let version = document.get("Version");
    if !version.is_some_and(is_one) {
        let version = version.map_or("<Version key not provided>".to_owned(), python::str);
        return Err(failure(format!(
            "Unsupported version '{version}' for credential process provider, supported versions: 1"
        )));
    }
    let required = ["AccessKeyId", "SecretAccessKey"];
    if let Some(name) = required.into_iter().find(|name| !keys.has(name)) {
        return Err(failure(format!(
            "Missing required key in response: '{name}'"
        )));
    }
    let (key_id, secret) = (keys.text("AccessKeyId")?, keys.text("SecretAccessKey")?);
    let token = keys.optional("SessionToken")?;
    let expiry = keys.optional("Expiration")?;
    let expiry = expiry.map(|text| expiry::parse(&text)).transpose()?;
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

fn failure(reason: String) -> Error {
    let provider = PROVIDER.to_owned();
    CredentialError::Retrieval { provider, reason }.into()
}

fn python_error(text: String) -> Error {
    CredentialError::Python(text).into()
}

const PROVIDER: &str = "custom-process";

/// The limit of stdout and of stderr. Credentials take some kB. v1 has no limit.
const MAX_OUTPUT_BYTES: u64 = 1_000_000;
