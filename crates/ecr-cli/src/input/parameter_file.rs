//! A value that names a file: `file://PATH` for text, `fileb://PATH` for bytes.
//!
//! The prefix is case sensitive. `http://` is no such prefix, unlike in v1: a value never makes a request.

use std::fs;
use std::io;

use crate::error::Error;
use crate::python;

/// What a parameter file holds.
#[derive(Debug)]
pub(crate) enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

/// Loads the file that a value names; a value without prefix names none.
///
/// # Errors
/// A file that cannot be read, and one that is to be text and is none.
pub(crate) fn load(option: &'static str, value: &str) -> Result<Option<Content>, Error> {
    let fault = |reason| Error::Parameter { option, reason };
    if let Some(name) = value.strip_prefix("fileb://") {
        let bytes = read(name).map_err(|error| fault(unreadable(value, name, &error)))?;
        return Ok(Some(Content::Bytes(bytes)));
    }
    let Some(name) = value.strip_prefix("file://") else {
        return Ok(None);
    };
    let bytes = read(name).map_err(|error| fault(unreadable(value, name, &error)))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        fault(format!(
            "Unable to load paramfile ({name}), text contents could not be decoded.  If this is a binary file, \
             please use the fileb:// prefix instead of the file:// prefix."
        ))
    })?;
    // Python reads text with universal newlines.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Ok(Some(Content::Text(text)))
}

fn read(name: &str) -> io::Result<Vec<u8>> {
    fs::read(expanded(name))
}

fn unreadable(value: &str, name: &str, error: &io::Error) -> String {
    let number = error.raw_os_error().unwrap_or_default();
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let path = python::repr_str(&expanded(name));
    format!("Unable to load paramfile {value}: [Errno {number}] {text}: {path}")
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
