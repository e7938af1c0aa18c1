//! The signals that the command receives. Each platform has its own file with the same interface.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{Signals, end_process, exit_code, forward};
#[cfg(windows)]
pub(crate) use windows::{Signals, end_process, exit_code, forward};
