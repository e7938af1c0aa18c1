//! Limits access to the cache file to its owner. Each platform has its own file with the same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{check_trusted, create_directory, create_file};
#[cfg(windows)]
pub(super) use windows::{check_trusted, create_directory, create_file};
