//! The value of `--registry-ids`: literal words, one JSON list, or one parameter file.

use std::fs;
use std::io;

use serde_json::Value;

use crate::error::Error;
use crate::python;

/// The values as they were loaded; not yet known to be strings.
#[derive(Debug)]
pub(crate) struct RegistryIds(Vec<Value>);

impl RegistryIds {
    /// Loads what was typed.
    ///
    /// A single value may name a file, and a single value that opens with `[` is JSON; two or more are literal.
    ///
    /// # Errors
    /// A file that cannot be read, or JSON that cannot be parsed.
    pub(crate) fn read(typed: Vec<String>) -> Result<Self, Error> {
        let [single] = typed.as_slice() else {
            return Ok(Self(typed.into_iter().map(Value::String).collect()));
        };
        let values = match ParameterFile::named(single) {
            None if is_json(single) => from_json(single)?,
            None => vec![Value::String(single.clone())],
            Some(ParameterFile::Text(name)) => from_text(&name)?,
            Some(ParameterFile::Bytes(name)) => {
                let bytes = fs::read(expanded(&name))
                    .map_err(|error| unreadable("fileb", &name, &error))?;
                bytes.into_iter().map(Value::from).collect()
            }
        };
        Ok(Self(values))
    }

    /// Checks the values against the service model, as v1 does before it signs.
    ///
    /// Neither the form of an id nor the number of ids is checked: v1 leaves both to the service.
    ///
    /// # Errors
    /// An empty list, or values that are no strings.
    pub(crate) fn validated(self) -> Result<Vec<String>, Error> {
        let mut ids = Vec::with_capacity(self.0.len());
        let mut complaints = Vec::new();
        for (index, value) in self.0.into_iter().enumerate() {
            match value {
                Value::String(id) => ids.push(id),
                other => complaints.push(format!(
                    "Invalid type for parameter registryIds[{index}], value: {}, type: <class '{}'>, valid types: <class 'str'>",
                    python::str(&other),
                    python::class(&other),
                )),
            }
        }
        if ids.is_empty() && complaints.is_empty() {
            complaints.push(
                "Invalid length for parameter registryIds, value: 0, valid min length: 1"
                    .to_owned(),
            );
        }
        match complaints.is_empty() {
            true => Ok(ids),
            false => Err(Error::Validation(complaints)),
        }
    }
}

enum ParameterFile {
    Text(String),
    Bytes(String),
}

impl ParameterFile {
    fn named(value: &str) -> Option<Self> {
        let bytes = value.strip_prefix("fileb://").map(str::to_owned);
        let text = value.strip_prefix("file://").map(str::to_owned);
        bytes.map(Self::Bytes).or(text.map(Self::Text))
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

fn from_json(text: &str) -> Result<Vec<Value>, Error> {
    serde_json::from_str(text).map_err(|error| {
        Error::RegistryIds(format!("Invalid JSON: {error}\nJSON received: {text}"))
    })
}

/// A text file that is no JSON list is a list of its characters: v1 iterates over the string that it read.
fn from_text(name: &str) -> Result<Vec<Value>, Error> {
    let bytes = fs::read(expanded(name)).map_err(|error| unreadable("file", name, &error))?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Error::RegistryIds(format!(
            "Unable to load paramfile ({name}), text contents could not be decoded.  If this is a binary file, \
             please use the fileb:// prefix instead of the file:// prefix."
        )));
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    match text.as_str() {
        "" => Err(Error::RegistryIds(format!("the file {name} is empty"))),
        json if is_json(json) => from_json(json),
        text => Ok(text.chars().map(|c| Value::String(c.to_string())).collect()),
    }
}

fn unreadable(scheme: &str, name: &str, error: &io::Error) -> Error {
    let number = error.raw_os_error().unwrap_or_default();
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let path = python::repr_str(&expanded(name));
    Error::RegistryIds(format!(
        "Unable to load paramfile {scheme}://{name}: [Errno {number}] {text}: {path}"
    ))
}

/// Python's `expandvars(expanduser(path))`; an unknown variable stays as it is.
fn expanded(path: &str) -> String {
    let home = std::env::var("HOME").ok();
    let path = match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => home + rest,
        _ => path.to_owned(),
    };
    let mut expanded = String::new();
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (reference, behind) = variable(after);
        let name = reference.trim_matches(['{', '}']);
        match std::env::var(name) {
            Ok(value) if !name.is_empty() => expanded.push_str(&value),
            _ => {
                expanded.push('$');
                expanded.push_str(reference);
            }
        }
        rest = behind;
    }
    expanded + rest
}

/// Splits `NAME…` or `{NAME}…` behind a dollar sign.
fn variable(text: &str) -> (&str, &str) {
    if text.starts_with('{') {
        return match text.find('}') {
            Some(end) => text.split_at(end + 1),
            None => ("", text),
        };
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()))
}
