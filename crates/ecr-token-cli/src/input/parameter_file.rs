//! Values that name a file: `file://PATH` for text, `fileb://PATH` for bytes.
//!
//! The prefix is case sensitive. Unlike in v1, `http://` is not such a prefix: a value never causes a request.

use std::fs;
use std::io;
use std::path::is_separator;

use crate::error::Error;
use crate::platform;
use crate::python;

/// The content of a parameter file.
#[derive(Debug)]
pub(crate) enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

/// Loads the file that a value names. Returns `None` for a value without a prefix.
///
/// # Errors
/// Returns an error for a file that cannot be read and for a text file that is not UTF-8.
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
    let (number, text) = platform::errno(error);
    let path = python::repr_str(&expanded(name));
    format!("Unable to load paramfile {value}: [Errno {number}] {text}: {path}")
}

/// Python's `expandvars(expanduser(path))`. An unknown variable is not replaced.
fn expanded(path: &str) -> String {
    let home = platform::home();
    let path = match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(is_separator) => {
            home + rest
        }
        _ => path.to_owned(),
    };
    let mut expanded = String::new();
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (reference, remainder) = variable(after);
        let name = reference.trim_matches(['{', '}']);
        match std::env::var(name) {
            Ok(value) if !name.is_empty() => expanded.push_str(&value),
            _ => {
                expanded.push('$');
                expanded.push_str(reference);
            }
        }
        rest = remainder;
    }
    expanded + rest
}

/// Splits `NAME…` or `{NAME}…` after a dollar sign.
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
