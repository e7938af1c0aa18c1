//! Private files, the width of the terminal and the home directory. Each platform has its own file with the same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{columns, home, open_private};
#[cfg(windows)]
pub(crate) use windows::{columns, home, open_private};
