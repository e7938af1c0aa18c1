//! `mock-ecr run`: runs a command together with a mock.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::{ExitCode, ExitStatus};

use ecr_contract::sandbox::{Redirection, Sandbox, TemporaryHome, set_environment};
use ecr_contract::sanitize_line;
use mock_ecr::MockEcr;
use mock_ecr::config::{ProxyEndpoint, Variable};
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;

use crate::args::{Home, RedirectMode, RunOptions, default_ca};
use crate::control_key;
#[cfg(unix)]
use crate::descriptors;
use crate::error::Error;
use crate::listen::listen;
use crate::signal::{self, Signals};
use crate::start::start;

pub(crate) fn run(options: RunOptions) -> Result<ExitCode, Error> {
    let home = options.home();
    let mut config = options.config.config()?;
    config.control_key = options.control.control_key;
    let endpoint = default_endpoint(options.redirect);
    config.proxy_endpoint.get_or_insert(endpoint);
    // The command would inherit a higher limit. Few commands need the connections of the default.
    #[cfg(unix)]
    descriptors::limit_connections(&mut config.limits);
    // In the sandbox, the mock also listens on an address that is not a loopback address.
    let needs_key = options.redirect == RedirectMode::Sandbox || !options.listen.ip().is_loopback();
    if needs_key && config.control_key.is_none() {
        config.control_key = Some(control_key::random()?);
    }
    if options.redirect != RedirectMode::Env && config.tls.is_none() {
        config.tls = Some(default_ca(&config.store));
    }
    let sandbox = match options.redirect {
        RedirectMode::Sandbox => {
            Sandbox::close_inherited_descriptors(&options.command)?;
            Some(Sandbox::enter()?)
        }
        _ => None,
    };
    let redirection = match (options.redirect, &sandbox) {
        (_, Some(sandbox)) => Redirection::Sandbox(sandbox),
        (RedirectMode::Proxy, None) => Redirection::Proxy,
        (_, None) => Redirection::Env,
    };
    let home = match home {
        Home::Empty => {
            Some(TemporaryHome::make().map_err(Error::system("cannot create a home directory"))?)
        }
        Home::Inherited => None,
    };
    let runtime = Runtime::new().map_err(Error::system("cannot start the async runtime"))?;
    let status = runtime.block_on(async {
        let mut signals = Signals::forwarded()?;
        let builder = redirection.mock(config, options.listen);
        let builder = match redirection {
            // The sandbox has its own addresses.
            Redirection::Sandbox(_) => builder,
            Redirection::Env | Redirection::Proxy => listen(builder, options.listen),
        };
        let ecr = start(builder, &mut signals).await?;
        let mut variables = redirection.variables(&ecr)?;
        variables.extend(key_variable(&ecr));
        let child = spawn(&options.command, &variables, home.as_ref())?;
        let status = wait(child, signals).await?;
        warn_unexpected_hosts(&ecr);
        if let Some(sandbox) = &sandbox {
            warn_unresolved_names(sandbox);
        }
        Ok::<_, Error>(status)
    })?;
    // On Windows, the process may exit before this function returns.
    drop(home);
    Ok(signal::exit_code(status))
}

/// Returns the default form of `proxyEndpoint`: the form that the redirected command can reach.
fn default_endpoint(redirect: RedirectMode) -> ProxyEndpoint {
    match redirect {
        RedirectMode::Env => ProxyEndpoint::Mock,
        RedirectMode::Proxy | RedirectMode::Sandbox => ProxyEndpoint::Aws,
    }
}

/// Returns the variable with which commands of `mock-ecr` that the child starts present the control key.
fn key_variable(ecr: &MockEcr) -> Option<Variable> {
    let key = ecr.config().control_key.as_ref()?;
    Some(("MOCK_ECR_CONTROL_KEY", Some(key.expose().to_owned())))
}

/// Prints a warning for each host to which the command sent a request and which the mock does not serve.
fn warn_unexpected_hosts(ecr: &MockEcr) {
    let requests = ecr.requests().unexpected_hosts();
    let hosts: BTreeSet<&str> = requests
        .iter()
        .map(|request| request.host.as_str())
        .collect();
    for host in hosts {
        let host = sanitize_line(host);
        let line = format!("mock-ecr: the command sent a request to {host}, which was rejected");
        // If stderr is closed, the warning cannot be printed anywhere.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Prints a warning for each host name that the command looked up and that does not resolve in the sandbox.
fn warn_unresolved_names(sandbox: &Sandbox) {
    for name in sandbox.unresolved_names() {
        // The command chooses the name, which can contain any byte.
        let name = sanitize_line(&name);
        let line = format!(
            "mock-ecr: the command looked up {name}, which does not resolve in the sandbox"
        );
        let _ = writeln!(io::stderr(), "{line}");
    }
}

fn spawn(
    command: &[OsString],
    variables: &[Variable],
    home: Option<&TemporaryHome>,
) -> Result<Child, Error> {
    let (program, arguments) = command
        .split_first()
        .expect("the arguments require a command");
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    set_environment(&mut command, variables, home);
    Command::from(command)
        .spawn()
        .map_err(|cause| Error::Spawn {
            program: program.clone(),
            cause,
        })
}

/// Waits for the command to exit, and forwards signals to it.
async fn wait(mut child: Child, mut signals: Signals) -> Result<ExitStatus, Error> {
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(Error::system("cannot wait for the command")),
            signal = signals.next() => signal::forward(&child, signal),
        }
    }
}
