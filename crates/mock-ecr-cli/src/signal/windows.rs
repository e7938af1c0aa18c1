//! Windows: the events of the console.

use std::process::{ExitCode, ExitStatus};

use tokio::process::Child;
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlShutdown};
use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

use crate::error::Error;

/// An event of the console.
pub(crate) struct Signal;

/// A receiver of the events Ctrl-C, Ctrl-Break, close and shutdown.
pub(crate) struct Signals {
    interrupt: CtrlC,
    pause: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl Signals {
    /// Starts to receive the events that stop a server.
    pub(crate) fn stopping() -> Result<Self, Error> {
        let failed = || Error::system("cannot receive the events of the console");
        Ok(Signals {
            interrupt: ctrl_c().map_err(failed())?,
            pause: ctrl_break().map_err(failed())?,
            close: ctrl_close().map_err(failed())?,
            shutdown: ctrl_shutdown().map_err(failed())?,
        })
    }

    /// Starts to receive the events that must not end `run`, because its command handles them.
    pub(crate) fn forwarded() -> Result<Self, Error> {
        Self::stopping()
    }

    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal,
            _ = self.pause.recv() => Signal,
            _ = self.close.recv() => Signal,
            _ = self.shutdown.recv() => Signal,
        }
    }
}

/// Does nothing: the console sends its events to the command itself.
pub(crate) fn forward(_: &Child, _: Signal) {}

/// Ends the process with an exit code of failure.
pub(crate) fn end_process(_: &Signal) -> ! {
    std::process::exit(1)
}

/// Returns the exit code of the command. Exits at once if the code is not a byte, because an [`ExitCode`] cannot contain it.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().unwrap_or(1);
    match u8::try_from(code) {
        Ok(code) => ExitCode::from(code),
        Err(_) => std::process::exit(code),
    }
}
