//! Unix: process groups and signals.

use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};

use crate::process::end::End;

impl End {
    pub(crate) fn of(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        match (status.code(), status.signal()) {
            (Some(code), _) => End::Exit(code),
            (None, signal) => End::Signal(signal.unwrap_or_default()),
        }
    }
}

/// Starts the command in a new process group.
pub(crate) fn set_new_group(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// Kills a process and its process group.
pub(crate) fn kill_group(child: &Child) {
    if let Some(group) = pid(child) {
        // An error is ignored: the process may already have ended.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Sends SIGTERM to a process.
pub(crate) fn terminate(child: &Child) {
    if let Some(pid) = pid(child) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

fn pid(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?))
}
