//! What the command writes to stdout.

use std::io::{self, Write as _};

use terminal_size::{Width, terminal_size_of};

use crate::error::Error;

/// Writes a text to stdout.
pub(crate) fn print(text: &str) -> Result<(), Error> {
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
