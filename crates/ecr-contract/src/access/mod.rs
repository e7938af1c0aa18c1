//! Who can access a file. Each platform has its own file with the same functions.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{
    create_directory, is_own_directory, make_executable, make_private, open_mode, share,
    user_directory,
};
#[cfg(windows)]
pub(crate) use windows::{
    create_directory, is_own_directory, make_executable, make_private, open_mode, share,
    user_directory,
};
