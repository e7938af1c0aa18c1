//! Windows: terminals, and the name of the system.

use std::fs::File;
use std::io;

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
