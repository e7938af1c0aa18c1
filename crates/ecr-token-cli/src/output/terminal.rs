//! The terminal that stdout is connected to.

use std::io::{self, IsTerminal};

use crate::platform;

/// Returns whether stdout is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns the columns of the terminal, or 80 without a terminal, as v1 does. A width of zero is used as reported.
pub(crate) fn columns() -> usize {
    platform::columns().unwrap_or(80)
}
