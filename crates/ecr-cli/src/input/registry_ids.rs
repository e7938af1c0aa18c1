//! The value of `--registry-ids`: literal words, one JSON list, or one parameter file.

use serde_json::Value;

use crate::error::Error;
use crate::input::json;
use crate::input::parameter_file::{self, Content};

/// Loads what was typed for `get-authorization-token`.
///
/// A single value may name a file, and a single value that opens with `[` is JSON; two or more are literal.
///
/// # Errors
/// A file that cannot be read, or JSON that cannot be parsed.
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

/// Loads what was typed for `get-login`, whose values are never JSON, and whose single file is one string.
///
/// # Errors
/// A file that cannot be read.
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
    json::parse(text).map_err(fault)
}

/// A text file that is no JSON list is a list of its characters: v1 iterates over the string that it read.
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
