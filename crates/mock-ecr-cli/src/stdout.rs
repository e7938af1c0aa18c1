//! What the command writes to stdout.

use std::io::{self, Write as _};

use crate::error::Error;

/// Writes a text to stdout.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    written
        .and_then(|()| stdout.flush())
        .map_err(Error::system("cannot write to stdout"))
}
