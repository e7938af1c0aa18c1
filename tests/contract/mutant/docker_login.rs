//! `docker-login-caller`: `docker login` for each registry, once.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, ExitStatus, Stdio};

use crate::api;
use crate::failure::Failure;
use crate::fault::Fault;
use crate::login::Login;
use crate::registry::Registry;
use crate::say;

pub(crate) async fn run(arguments: &[String]) -> Result<(), Failure> {
    let names = arguments.iter().flat_map(|argument| argument.split(','));
    let names: Vec<_> = names.filter(|name| !name.trim().is_empty()).collect();
    if names.is_empty() {
        return Err(Failure::Usage("usage: docker-login-caller REGISTRY…"));
    }
    let registries: Result<Vec<_>, _> = names.into_iter().map(Registry::or_local).collect();
    let mut done = BTreeSet::new();
    for registry in registries? {
        if done.insert(registry.authority.clone()) {
            let login = api::fetch(&registry).await?;
            let times = if Fault::LogsInTwice.is_on() { 2 } else { 1 };
            (0..times).try_for_each(|_| enter(&registry, &login))?;
        }
    }
    Ok(())
}

fn enter(registry: &Registry, login: &Login) -> Result<(), Failure> {
    let host = match Fault::LogsInToTheAnswer.is_on() {
        true => &login.endpoint,
        false => &registry.authority,
    };
    let status = docker(host, login);
    let status = status.map_err(|cause| Failure::other(&format!("docker login {host}"), &cause))?;
    match status.success() {
        _ if Fault::IgnoresDocker.is_on() => (),
        true => (),
        false => return Err(Failure::Other(format!("docker login {host}: {status}"))),
    }
    say::err(&format!("logged in to {host}"));
    Ok(())
}

fn docker(host: &str, login: &Login) -> std::io::Result<ExitStatus> {
    let mut command = Command::new("docker");
    command.args(["login", "--username", &login.username]);
    match Fault::PasswordInArguments.is_on() {
        true => command.args(["--password", &login.password]),
        false => command.arg("--password-stdin"),
    };
    let mut child = command
        .arg(host)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let end = if Fault::NewlineToDocker.is_on() {
        "\r\n"
    } else {
        ""
    };
    if let Some(mut stdin) = child.stdin.take() {
        // It may be gone already; its status says more.
        let _ = stdin.write_all(format!("{}{end}", login.password).as_bytes());
    }
    child.wait()
}
