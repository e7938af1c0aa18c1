//! What goes to stdout and stderr; the only file that writes to either.

use std::io::{self, Write};

use serde_json::Value;

use crate::error::Error;
use crate::program::Program;
use query::Query;
use table::canvas::{Paint, RESET};
use timestamps::Timestamps;

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

/// How to print a document.
#[derive(Debug)]
pub(crate) struct OutputOptions {
    pub(crate) format: Format,
    pub(crate) query: Option<Query>,
    pub(crate) colour: Colour,
    pub(crate) timestamps: Timestamps,
}

/// The form of a document on stdout.
#[derive(Debug, PartialEq)]
pub(crate) enum Format {
    Json,
    Text,
    Table,
    /// Named by environment or profile; v1 complains about it only after the request.
    Unknown(String),
}

/// `--color`; only a table has colours.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Colour {
    On,
    Off,
    /// On, if someone watches.
    Auto,
}

/// Renders an answer of GetAuthorizationToken, the way v1 does: times, then the query, then the format.
///
/// # Errors
/// An unknown format, a query without a value, a document for which the format has no form.
pub(crate) fn render(document: Value, print: &OutputOptions) -> Result<String, Error> {
    let document = print.timestamps.apply(document)?;
    if let Format::Unknown(name) = &print.format {
        return Err(Error::OutputType(name.clone()));
    }
    let document = match &print.query {
        Some(query) => query.search(&document)?,
        None => document,
    };
    match print.format {
        Format::Text => text::render(&document),
        Format::Table => table(&document, print.colour),
        _ => Ok(json::render(&document)),
    }
}

/// v1 leaves a terminal on which it may have used colours in its normal state, even if it printed nothing.
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
    /// The format of this name; without one it is JSON.
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
    /// The value of `--color`, which has been checked.
    pub(crate) fn named(name: Option<&str>) -> Self {
        match name {
            Some("on") => Self::On,
            Some("off") => Self::Off,
            _ => Self::Auto,
        }
    }
}

/// Over every table stands the operation.
const TITLE: &str = "GetAuthorizationToken";

/// Writes the whole text to stdout.
///
/// # Errors
/// A closed or full stdout.
pub(crate) fn write(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    written.and_then(|()| stdout.flush()).map_err(Error::Output)
}

/// Writes the whole text to stderr; when that fails too there is nobody left to tell.
pub(crate) fn write_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The line of `--version`.
///
/// Under the name `aws` it is the line of the AWS CLI that this program behaves like: scripts read from it which
/// options they may use. `ecr --version` and `help` say what program it is.
pub(crate) fn version(program: Program) -> String {
    let (ours, sdk) = (env!("CARGO_PKG_VERSION"), aws_sdk_ecr::meta::PKG_VERSION);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    match program {
        Program::Ecr => format!("ecr-cli/{ours} aws-sdk-ecr/{sdk}\n"),
        Program::Aws => format!(
            "aws-cli/1.46.3 Python/3.11.7 Linux/{} botocore/1.43.62\n",
            kernel.trim()
        ),
    }
}
