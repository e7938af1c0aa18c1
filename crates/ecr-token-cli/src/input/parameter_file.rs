//! Values that name a file: `file://PATH` for text, `fileb://PATH` for bytes.
//!
//! The prefix is case sensitive. Unlike in v1, `http://` is not such a prefix: a value never causes a request.

use std::fs;
use std::io;

use crate::error::Error;
use crate::platform;
use crate::python;
use crate::python_path::{expand_user, expand_variables};
use crate::python_text::universal_newlines;

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
    Ok(Some(Content::Text(universal_newlines(&text))))
}

fn read(name: &str) -> io::Result<Vec<u8>> {
    fs::read(expanded(name))
}

fn unreadable(value: &str, name: &str, error: &io::Error) -> String {
    let (number, text) = platform::errno(error);
    let path = python::repr_str(&expanded(name));
    format!("Unable to load paramfile {value}: [Errno {number}] {text}: {path}")
}

/// The order in which v1 expands a path on the command line.
fn expanded(path: &str) -> String {
    expand_variables(&expand_user(path))
}
