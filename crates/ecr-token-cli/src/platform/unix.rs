//! Unix: terminals, and the name of the system.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Returns the columns of the terminal that stdout is connected to.
pub(crate) fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col))
}

/// Returns the name and the release of the system, as Python's `platform` does: `Linux/…` or `Darwin/…`.
pub(crate) fn system() -> String {
    let name = rustix::system::uname();
    let (system, release) = (name.sysname(), name.release());
    format!("{}/{}", system.to_string_lossy(), release.to_string_lossy())
}

/// Returns the number and the text of an error of a file.
pub(crate) fn errno(error: &io::Error) -> (i32, String) {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    (error.raw_os_error().unwrap_or_default(), text.to_owned())
}

/// Returns the home directory of the user.
pub(crate) fn home() -> Option<String> {
    std::env::var("HOME").ok()
}

/// Returns whether the process was started with an open stdout.
///
/// Rust's runtime opens `/dev/null` in place of a closed stdout before `main`, so that all output would be lost without an error.
pub(crate) fn is_stdout_open() -> bool {
    STDOUT_IS_OPEN.load(Ordering::Relaxed)
}

static STDOUT_IS_OPEN: AtomicBool = AtomicBool::new(true);

/// Runs before Rust's runtime starts.
#[ctor::ctor]
fn record_stdout() {
    let flags = rustix::io::fcntl_getfd(rustix::stdio::stdout());
    STDOUT_IS_OPEN.store(flags.is_ok(), Ordering::Relaxed);
}

/// Replaces this process by another program. Returns only if the program cannot be run.
pub(crate) fn replace_process(mut command: Command) -> io::Error {
    command.exec()
}

/// A terminal that does not show its input. Dropping the value restores the terminal.
#[derive(Debug)]
pub(crate) struct HiddenInput;

impl HiddenInput {
    /// Hides the input of a terminal. Returns `None` for a file that is not a terminal.
    pub(crate) fn of(terminal: &File) -> Option<Self> {
        let terminal = terminal.try_clone().ok()?;
        let modes = tcgetattr(&terminal).ok()?;
        let mut hidden = modes.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &hidden).ok()?;
        *hidden_terminal() = Some((terminal, modes));
        Some(Self)
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        show_input();
    }
}

/// Restores a terminal whose input is hidden. An interrupted command does not drop its values.
pub(crate) fn show_input() {
    if let Some((terminal, modes)) = hidden_terminal().take() {
        // If the modes cannot be set, the terminal no longer exists.
        let _ = tcsetattr(&terminal, OptionalActions::Flush, &modes);
    }
}

/// Returns the terminal whose input is hidden, and its modes before that.
fn hidden_terminal() -> MutexGuard<'static, Option<(File, Termios)>> {
    static TERMINAL: Mutex<Option<(File, Termios)>> = Mutex::new(None);
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}
