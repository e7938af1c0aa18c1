//! What the command reads from stdin.

use std::io::{self, Read as _};

use crate::error::Error;

/// Returns the argument. If it is `-`, returns at most [`MAX_INPUT`] bytes of stdin.
pub(crate) fn argument_or_stdin(argument: &str) -> Result<String, Error> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    io::stdin()
        .take(MAX_INPUT)
        .read_to_string(&mut text)
        .map_err(Error::system("cannot read stdin"))?;
    Ok(text)
}

/// The maximum number of bytes that are read from stdin. Tokens and faults are shorter.
const MAX_INPUT: u64 = 1 << 20;
