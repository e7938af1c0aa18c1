//! Windows: terminals, and the name of the system.

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

/// Returns the home directory in which the SDK searches for profile files. Unlike v1, the SDK prefers `HOME`.
pub(crate) fn sdk_home() -> Option<String> {
    std::env::var("HOME").ok().or_else(home)
}

/// Returns the home directory of the user.
pub(crate) fn home() -> Option<String> {
    windows_rules::home(|name| std::env::var(name).ok())
}
