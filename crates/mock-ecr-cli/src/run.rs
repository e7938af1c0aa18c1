//! `mock-ecr run`: a mock around one command.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitCode, ExitStatus};

use mock_ecr::MockEcr;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;

use crate::args::RunOptions;
use crate::failure::Failure;
use crate::signal::Signals;

pub(crate) fn run(options: RunOptions) -> Result<ExitCode, Failure> {
    let world = options.world.world()?;
    let runtime = Runtime::new().map_err(Failure::system("cannot start a runtime"))?;
    runtime.block_on(async {
        let signals = Signals::receive(&PASSED_ON)?;
        let ecr = MockEcr::of(world).listen(options.listen).start().await?;
        let child = spawn(&ecr, &options.command)?;
        let status = wait(child, signals).await?;
        Ok(exit_code(status))
    })
}

const PASSED_ON: [Signal; 6] = [
    Signal::INT,
    Signal::TERM,
    Signal::HUP,
    Signal::QUIT,
    Signal::USR1,
    Signal::USR2,
];

fn spawn(ecr: &MockEcr, command: &[OsString]) -> Result<Child, Failure> {
    let (program, arguments) = command
        .split_first()
        .expect("the arguments require a command");
    let mut command = Command::new(program);
    command.args(arguments);
    for (name, value) in ecr.environment() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.spawn().map_err(|cause| Failure::Spawn {
        program: program.clone(),
        cause,
    })
}

/// Waits for the command to end, and passes on to it whatever signal comes meanwhile.
async fn wait(mut child: Child, mut signals: Signals) -> Result<ExitStatus, Failure> {
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(Failure::system("cannot wait for the command")),
            signal = signals.next() => pass_on(&child, signal),
        }
    }
}

fn pass_on(child: &Child, signal: Signal) {
    // A terminal sends these to the command as well; once is enough.
    let is_from_terminal =
        [Signal::INT, Signal::QUIT].contains(&signal) && io::stdin().is_terminal();
    let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    if let Some(pid) = pid.filter(|_| !is_from_terminal) {
        // The command may have ended in this very moment, and then there is nobody to tell.
        let _ = kill_process(pid, signal);
    }
}

/// The command's own, or what a shell says of a command that a signal has ended.
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    let code = code.and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}
