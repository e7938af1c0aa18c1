//! Reads a request from stdin.

use std::io::{self, Read};

/// Reads stdin up to the maximum size of a request.
pub(super) fn from_stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(MAX_REQUEST_BYTES)
        .read_to_string(&mut text)?;
    Ok(text)
}

const MAX_REQUEST_BYTES: u64 = 1 << 20;
