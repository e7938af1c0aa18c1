//! A request on stdin.

use std::io::{self, Read};

/// What stands on stdin, as far as a request can be long.
pub(super) fn from_stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(MAX_REQUEST_BYTES)
        .read_to_string(&mut text)?;
    Ok(text)
}

const MAX_REQUEST_BYTES: u64 = 1 << 20;
