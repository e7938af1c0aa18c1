//! The value of `--registry-ids`: literal words, a JSON list or a parameter file.

use serde_json::Value;

use crate::error::Error;
use crate::input::json;
use crate::input::parameter_file::{self, Content};

/// Loads the value for `get-authorization-token`.
///
/// A single value may name a file, and a single value that starts with `[` is JSON. Two or more values are literal.
///
/// # Errors
/// Returns an error for a file that cannot be read and for invalid JSON.
pub(super) fn load(args: Vec<String>) -> Result<Value, Error> {
    let [single] = args.as_slice() else {
        return Ok(literal(args));
    };
    match parameter_file::load(OPTION, single)? {
        None if is_json(single) => from_json(single),
        None => Ok(literal(args)),
        Some(Content::Text(text)) => from_text(single, &text),
        Some(Content::Bytes(bytes)) => Ok(Value::from(bytes)),
    }
}

/// Loads the value for `get-login`: its values are never JSON, and a single file is one string.
///
/// # Errors
/// Returns an error for a file that cannot be read.
pub(super) fn load_plain(args: Vec<String>) -> Result<Value, Error> {
    let [single] = args.as_slice() else {
        return Ok(literal(args));
    };
    Ok(match parameter_file::load(OPTION, single)? {
        None => literal(args),
        Some(Content::Text(text)) => Value::String(text),
        Some(Content::Bytes(bytes)) => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

fn literal(args: Vec<String>) -> Value {
    args.into_iter().map(Value::String).collect()
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

fn from_json(text: &str) -> Result<Value, Error> {
    json::parse(OPTION, text)
}

/// Returns the characters of a text file that is not a JSON list: v1 iterates over the string.
fn from_text(value: &str, text: &str) -> Result<Value, Error> {
    match text {
        blank if blank.trim().is_empty() => Err(fault(format!("{value} is empty"))),
        json if is_json(json) => from_json(json),
        text => Ok(text.chars().map(|c| Value::String(c.to_string())).collect()),
    }
}

fn fault(reason: String) -> Error {
    Error::Parameter {
        option: OPTION,
        reason,
    }
}

const OPTION: &str = "--registry-ids";
