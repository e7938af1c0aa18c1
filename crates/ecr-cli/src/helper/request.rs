//! A request on stdin.

use std::io::{self, Read};

/// What stands on stdin, as far as a request can be long.
pub(super) fn from_stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(LONGEST_REQUEST)
        .read_to_string(&mut text)?;
    Ok(text)
}

const LONGEST_REQUEST: u64 = 1 << 20;
