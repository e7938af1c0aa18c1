//! Asks for the code of a device for multi-factor authentication, as Python's `getpass` does.

use std::fs::OpenOptions;
use std::io::{self, BufReader, Write as _};

use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::output;
use crate::platform::HiddenInput;
use crate::printable;

/// Asks on the terminal for a code, without showing the input. Without a terminal, the code is a line of stdin.
///
/// # Errors
/// Returns an error if there is no input.
pub(super) async fn ask(serial: String) -> Result<String, Error> {
    let asked = tokio::task::spawn_blocking(move || {
        let prompt = printable::text(&format!("Enter MFA code for {serial}: "));
        ask_terminal(&prompt).unwrap_or_else(|| ask_stdin(&prompt))
    });
    let line = asked.await.map_err(|error| Error::Runtime(error.into()))?;
    let line = line.map_err(|error| CredentialError::Python(error.to_string()))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Returns `None` if the process has no terminal.
fn ask_terminal(prompt: &str) -> Option<io::Result<String>> {
    let mut terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .open(TERMINAL)
        .ok()?;
    let hidden = HiddenInput::of(&terminal)?;
    let line = terminal
        .write_all(prompt.as_bytes())
        .and_then(|()| read_line(&mut BufReader::new(&terminal)));
    drop(hidden);
    // The line end of the user is not shown.
    let _ = terminal.write_all(b"\n");
    Some(line)
}

fn ask_stdin(prompt: &str) -> io::Result<String> {
    output::write_error("Warning: Password input may be echoed.\n");
    output::write_error(prompt);
    let line = read_line(&mut io::stdin().lock())?;
    output::write_error("\n");
    Ok(line)
}

/// Reads a line. The end of the input is an error without a message, as Python's `EOFError` is.
fn read_line(input: &mut impl io::BufRead) -> io::Result<String> {
    let mut line = String::new();
    match input.read_line(&mut line)? {
        0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "")),
        _ => Ok(line),
    }
}

#[cfg(unix)]
const TERMINAL: &str = "/dev/tty";
#[cfg(windows)]
const TERMINAL: &str = "CONIN$";
