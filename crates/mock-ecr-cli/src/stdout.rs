//! What the command prints.

use std::io::{self, Write as _};

use crate::failure::Failure;

/// Writes a text to stdout.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    written
        .and_then(|()| stdout.flush())
        .map_err(Failure::system("cannot write to stdout"))
}
