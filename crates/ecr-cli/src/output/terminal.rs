//! The terminal that stdout is connected to.

use std::io::{self, IsTerminal};

/// Returns whether stdout is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns the columns of the terminal, or 80 without a terminal, as v1 does. A width of zero is used as reported.
pub(crate) fn columns() -> usize {
    match rustix::termios::tcgetwinsize(io::stdout()) {
        Ok(size) => usize::from(size.ws_col),
        Err(_) => 80,
    }
}
