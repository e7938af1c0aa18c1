//! Formats the output. This is the only file that writes to stdout and stderr.

use std::io::{self, Write};

use serde_json::Value;

use crate::error::Error;
use crate::platform;
use crate::printable;
use crate::program::Program;
use query::Query;
use table::canvas::{Paint, RESET};

pub(crate) mod help;
pub(crate) mod json;
pub(crate) mod password;
pub(crate) mod query;
mod scalar;
mod table;
mod terminal;
mod text;
pub(crate) mod timestamps;
mod width;

/// The options for printing a document.
#[derive(Debug)]
pub(crate) struct OutputOptions {
    pub(crate) format: Format,
    pub(crate) query: Option<Query>,
    pub(crate) colour: Colour,
}

/// An output format.
#[derive(Debug, PartialEq)]
pub(crate) enum Format {
    Json,
    Text,
    Table,
    /// An unknown format from environment or profile. v1 reports it only after the request.
    Unknown(String),
}

/// The value of `--color`. Only tables have colours.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Colour {
    On,
    Off,
    /// On if stdout is a terminal.
    Auto,
}

/// Formats a response of GetAuthorizationToken, whose timestamps are formatted, in v1's order: query, output format.
///
/// # Errors
/// Returns an error for an unknown format, a failed query, or a document that the format cannot represent.
pub(crate) fn render(document: Value, print: &OutputOptions) -> Result<String, Error> {
    if let Format::Unknown(name) = &print.format {
        return Err(Error::OutputType(name.clone()));
    }
    let document = match &print.query {
        Some(query) => query.search(&document)?,
        None => document,
    };
    match print.format {
        Format::Text => Ok(for_terminal(text::render(&document)?)),
        Format::Table if terminal::is_terminal() => {
            table(&printable::document(document), print.colour)
        }
        Format::Table => table(&document, print.colour),
        _ if terminal::is_terminal() => Ok(printable::json(&json::render(&document))),
        _ => Ok(json::render(&document)),
    }
}

/// Escapes a text for stdout if it is a terminal. Otherwise, the output is exactly that of v1, because another program reads it.
pub(crate) fn for_terminal(text: String) -> String {
    match terminal::is_terminal() {
        true => printable::text(&text),
        false => text,
    }
}

/// Resets the colours of a terminal after the table, as v1 does even after an empty table.
fn table(document: &Value, colour: Colour) -> Result<String, Error> {
    let is_terminal = terminal::is_terminal();
    let paint = match colour {
        Colour::On => Paint::Coloured,
        Colour::Auto if is_terminal => Paint::Coloured,
        Colour::Auto | Colour::Off => Paint::Plain,
    };
    let mut text = table::render(TITLE, document, terminal::columns(), paint)?;
    if is_terminal && paint == Paint::Coloured {
        text.push_str(RESET);
    }
    Ok(text)
}

impl Format {
    /// Returns the format with this name, or JSON without a name.
    pub(crate) fn named(name: Option<&str>) -> Self {
        match name {
            None | Some("json") => Self::Json,
            Some("text") => Self::Text,
            Some("table") => Self::Table,
            Some(other) => Self::Unknown(other.to_owned()),
        }
    }
}

impl Colour {
    /// Returns the value of a validated `--color`.
    pub(crate) fn named(name: Option<&str>) -> Self {
        match name {
            Some("on") => Self::On,
            Some("off") => Self::Off,
            _ => Self::Auto,
        }
    }
}

/// The title of each table: the operation.
const TITLE: &str = "GetAuthorizationToken";

/// Writes a text to stdout.
///
/// # Errors
/// Returns an error if stdout is closed or cannot be written.
pub(crate) fn write(text: &str) -> Result<(), Error> {
    if !platform::is_stdout_open() {
        return Err(Error::StdoutClosed);
    }
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    written.and_then(|()| stdout.flush()).map_err(Error::Output)
}

/// Writes a text to stderr, in which text of servers is already escaped. An error of stderr cannot be reported and is ignored.
pub(crate) fn write_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Returns the output of `--version`.
///
/// Called as `aws`, the program prints the version of the AWS CLI that it replaces, since scripts select their options by
/// it. `ecr --version` and `help` print the name and version of this program.
pub(crate) fn version(program: Program) -> String {
    let (ours, sdk) = (env!("CARGO_PKG_VERSION"), aws_sdk_ecr::meta::PKG_VERSION);
    match program {
        Program::Ecr => format!("ecr-token-cli/{ours} aws-sdk-ecr/{sdk}\n"),
        Program::Aws => format!(
            "aws-cli/1.46.3 Python/3.11.7 {} botocore/1.43.62\n",
            platform::system()
        ),
    }
}
