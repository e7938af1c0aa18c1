//! What stdout is connected to.

use std::io::{self, IsTerminal};

/// Whether someone watches.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The columns of the terminal; without one, v1 reckons with 80. A terminal that claims to have none is believed.
pub(crate) fn columns() -> usize {
    match rustix::termios::tcgetwinsize(io::stdout()) {
        Ok(size) => usize::from(size.ws_col),
        Err(_) => 80,
    }
}
