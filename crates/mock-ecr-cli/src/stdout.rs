//! What the command writes to stdout.

use std::io::{self, Write as _};

use ecr_contract::{sanitize_json, sanitize_text};
use serde_json::Value;
use terminal_size::{Width, terminal_size_of};

use crate::args::Output;
use crate::error::Error;

/// Writes a text to stdout. Control characters, which a server may have sent, are escaped.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    print_escaped(&sanitize_text(text))
}

/// Writes a response to stdout, as JSON or as a text.
pub(crate) fn print_response(
    output: &Output,
    json: &Value,
    text: impl FnOnce() -> String,
) -> Result<(), Error> {
    match output.json {
        true => print_json(&format!("{json:#}\n")),
        false => print(&text()),
    }
}

/// Writes a JSON document to stdout. Control characters in strings are escaped.
pub(crate) fn print_json(json: &str) -> Result<(), Error> {
    print_escaped(&sanitize_json(json))
}

/// Writes a text to stdout in which text of others is already escaped.
pub(crate) fn print_escaped(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    written
        .and_then(|()| stdout.flush())
        .map_err(Error::system("cannot write to stdout"))
}

/// Returns the number of columns of the terminal. Returns `None` if stdout is not a terminal.
pub(crate) fn terminal_width() -> Option<usize> {
    let (Width(width), _) = terminal_size_of(io::stdout())?;
    Some(width.into())
}
