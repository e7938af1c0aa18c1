//! Unix: signals.

use std::io::{self, IsTerminal as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitCode, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::error::Error;

/// A receiver of signals.
pub(crate) struct Signals(mpsc::UnboundedReceiver<Signal>);

impl Signals {
    /// Starts to receive the signals that stop a server.
    pub(crate) fn stopping() -> Result<Self, Error> {
        Self::receive(&[Signal::INT, Signal::TERM])
    }

    /// Starts to receive the signals that `run` forwards to its command.
    pub(crate) fn forwarded() -> Result<Self, Error> {
        Self::receive(&FORWARDED)
    }

    /// Starts to receive the signals.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime.
    fn receive(list: &[Signal]) -> Result<Self, Error> {
        let (sender, receiver) = mpsc::unbounded_channel();
        for &kind in list {
            send(kind, sender.clone()).map_err(Error::system("cannot receive signals"))?;
        }
        Ok(Signals(receiver))
    }

    pub(crate) async fn next(&mut self) -> Signal {
        self.0
            .recv()
            .await
            .expect("the tasks that forward signals never end")
    }
}

fn send(kind: Signal, sender: mpsc::UnboundedSender<Signal>) -> io::Result<()> {
    let mut signals = signal(SignalKind::from_raw(kind.as_raw()))?;
    tokio::spawn(async move {
        while signals.recv().await.is_some() && sender.send(kind).is_ok() {}
        // Keeps the sender, so that the channel stays open.
        std::future::pending::<()>().await;
    });
    Ok(())
}

const FORWARDED: [Signal; 6] = [
    Signal::INT,
    Signal::TERM,
    Signal::HUP,
    Signal::QUIT,
    Signal::USR1,
    Signal::USR2,
];

/// Sends a signal to the command.
pub(crate) fn forward(child: &Child, signal: Signal) {
    // A terminal sends these signals to the command itself.
    let is_from_terminal =
        [Signal::INT, Signal::QUIT].contains(&signal) && io::stdin().is_terminal();
    let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    if let Some(pid) = pid.filter(|_| !is_from_terminal) {
        // The command may have exited in the meantime.
        let _ = kill_process(pid, signal);
    }
}

/// Ends the process with the exit code of shells for a program that a signal has ended.
pub(crate) fn end_process(signal: &Signal) -> ! {
    std::process::exit(128 + signal.as_raw())
}

/// Returns the exit code of the command, or 128 plus the number of the signal that ended it, as shells do.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    let code = code.and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}
