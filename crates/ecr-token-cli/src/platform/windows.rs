//! Windows: terminals, and the name of the system.

use std::fs::File;
use std::io;
use std::process::Command;

use crate::platform::windows_rules;

/// Returns `None`, so tables have the default width. `[ASSUME]`: no output of v1 on Windows was recorded.
pub(crate) fn columns() -> Option<usize> {
    None
}

/// Returns the name and the release of the system. `[ASSUME]`: no output of v1 on Windows was recorded. Python returns the release 10 on
/// Windows 10.
pub(crate) fn system() -> String {
    "Windows/10".to_owned()
}

/// Returns the number and the text of an error of a file, as Python's `OSError` contains them.
pub(crate) fn errno(error: &io::Error) -> (i32, String) {
    windows_rules::errno(error)
}

/// Returns the home directory of the user.
pub(crate) fn home() -> Option<String> {
    windows_rules::home(|name| std::env::var(name).ok())
}

/// Returns `true`: output to a closed stdout is an error on Windows.
pub(crate) fn is_stdout_open() -> bool {
    true
}

/// Runs another program and exits with its exit code. Returns only if the program cannot be run.
pub(crate) fn replace_process(mut command: Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

/// A terminal that does not show its input. Not implemented on Windows: the code is read from stdin and is visible.
#[derive(Debug)]
pub(crate) struct HiddenInput;

impl HiddenInput {
    /// Returns `None`.
    pub(crate) fn of(_: &File) -> Option<Self> {
        None
    }
}

/// Does nothing, since the input is never hidden.
pub(crate) fn show_input() {}
