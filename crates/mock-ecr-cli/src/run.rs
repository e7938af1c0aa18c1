//! `mock-ecr run`: a mock around one command.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitCode, ExitStatus};

use ecr_contract::surroundings::{Fence, FreshHome, Lead, surround};
use mock_ecr::MockEcr;
use mock_ecr::config::Variable;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;

use crate::args::{Home, RedirectMode, RunOptions, beside};
use crate::error::Error;
use crate::signal::Signals;

pub(crate) fn run(options: RunOptions) -> Result<ExitCode, Error> {
    let home = options.home();
    let mut config = options.config.config()?;
    config.control_key = options.control.control_key;
    if options.redirect != RedirectMode::Env && config.tls.is_none() {
        config.tls = Some(beside(&config.store));
    }
    let fence = match options.redirect {
        RedirectMode::Hosts => Some(Fence::enter()?),
        _ => None,
    };
    let lead = match (options.redirect, &fence) {
        (_, Some(fence)) => Lead::Hosts(fence),
        (RedirectMode::Proxy, None) => Lead::Proxy,
        (_, None) => Lead::Env,
    };
    let home = match home {
        Home::Fresh => Some(FreshHome::make().map_err(Error::system("cannot make a home"))?),
        Home::Own => None,
    };
    let runtime = Runtime::new().map_err(Error::system("cannot start a runtime"))?;
    runtime.block_on(async {
        let signals = Signals::receive(&PASSED_ON)?;
        let ecr = lead.mock(config, options.listen).start().await?;
        let variables = lead.variables(&ecr)?;
        let child = spawn(&options.command, &variables, home.as_ref())?;
        let status = wait(child, signals).await?;
        warn_unexpected_hosts(&ecr);
        Ok(exit_code(status))
    })
}

/// Says which hosts the command wanted that are none of ECR's: it would have called them outside.
fn warn_unexpected_hosts(ecr: &MockEcr) {
    let requests = ecr.requests().unexpected_hosts();
    let hosts: BTreeSet<&str> = requests
        .iter()
        .map(|request| request.host.as_str())
        .collect();
    for host in hosts {
        let line = format!("mock-ecr: the command tried to reach {host}, and was refused");
        // Nobody is left to be told when stderr is closed.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

const PASSED_ON: [Signal; 6] = [
    Signal::INT,
    Signal::TERM,
    Signal::HUP,
    Signal::QUIT,
    Signal::USR1,
    Signal::USR2,
];

fn spawn(
    command: &[OsString],
    variables: &[Variable],
    home: Option<&FreshHome>,
) -> Result<Child, Error> {
    let (program, arguments) = command
        .split_first()
        .expect("the arguments require a command");
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    surround(&mut command, variables, home);
    Command::from(command)
        .spawn()
        .map_err(|cause| Error::Spawn {
            program: program.clone(),
            cause,
        })
}

/// Waits for the command to end, and passes on to it whatever signal comes meanwhile.
async fn wait(mut child: Child, mut signals: Signals) -> Result<ExitStatus, Error> {
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(Error::system("cannot wait for the command")),
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
