//! The width of the terminal, the home directory, the errors of files, and the name of the system. Each platform has its own file with the
//! same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
// Compiled in the tests on other systems too.
#[cfg(any(windows, test))]
mod windows_rules;

#[cfg(unix)]
pub(crate) use unix::{
    HiddenInput, columns, errno, home, is_stdout_open, replace_process, show_input, system,
};
#[cfg(windows)]
pub(crate) use windows::{
    HiddenInput, columns, errno, home, is_stdout_open, replace_process, show_input, system,
};
