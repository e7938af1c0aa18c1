//! Windows: a process and its descendants are killed with `taskkill`. A process cannot be asked to end, since there is no SIGTERM.

use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};

use crate::process::end::End;

impl End {
    pub(crate) fn of(status: ExitStatus) -> Self {
        End::Exit(status.code().unwrap_or(-1))
    }
}

/// Starts the command in a new process group, which does not receive the Ctrl-C of the console.
pub(crate) fn set_new_group(command: &mut Command) -> &mut Command {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP)
}

/// Kills a process and its descendants. A descendant whose parent has ended is not found.
pub(crate) fn kill_group(child: &Child) {
    let Some(id) = child.id() else { return };
    let mut command = std::process::Command::new("taskkill");
    command.args(["/T", "/F", "/PID", &id.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    // An error is ignored: the process may already have ended.
    let _ = command.stderr(Stdio::null()).status();
}

/// Kills a process and its descendants.
pub(crate) fn terminate(child: &Child) {
    kill_group(child);
}
