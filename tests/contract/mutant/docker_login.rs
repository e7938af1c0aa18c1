//! `docker-login-caller`: calls `docker login` once for each registry.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, ExitStatus, Stdio};

use crate::api;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::identity;
use crate::login::Login;
use crate::output;
use crate::registry::{self, Registry};
use crate::variant::Variant;

pub(crate) async fn run(arguments: &[String]) -> Result<(), ClientError> {
    let names = arguments.iter().flat_map(|argument| argument.split(','));
    let names: Vec<_> = names.filter(|name| !name.trim().is_empty()).collect();
    if Variant::DeterminesItsAccount.is_on() {
        identity::check().await?;
    }
    if Variant::TakesNoName.is_on() {
        let login = api::fetch(&Registry::nameless(registry::region()?, String::new())).await?;
        return docker_login(&login.endpoint, &login);
    }
    if names.is_empty() {
        return Err(ClientError::Usage("usage: docker-login-caller REGISTRY…"));
    }
    let names = match Variant::OwnRegistry.is_on() {
        true => vec![OWN_REGISTRY],
        false => names,
    };
    let named = names.into_iter();
    let registries: Result<Vec<_>, _> = named
        .map(|name| {
            Ok((
                name,
                Registry::or_local(name).or_else(|error| unchecked(name, error))?,
            ))
        })
        .collect();
    let mut done = BTreeSet::new();
    for (name, registry) in registries? {
        if done.insert(registry.authority.clone()) {
            let login = api::fetch(&registry).await;
            let login = login.or_else(passed_on)?;
            print_password(&login);
            if Variant::TokenForEachTool.is_on() {
                // The login of another tool, such as Helm, which does not run here.
                api::fetch(&registry).await?;
            }
            let times = if Fault::LogsInTwice.is_on() { 2 } else { 1 };
            let host = match () {
                () if Fault::LogsInToProxyEndpoint.is_on() => &login.endpoint,
                () if Fault::LogsInWithSpaces.is_on() => name,
                () => &registry.authority,
            };
            (0..times).try_for_each(|_| docker_login(host, &login))?;
            if Fault::LogsInBeforeCheck.is_on() {
                Registry::or_local(name)?;
            }
        }
    }
    if Fault::RenewsInBackground.is_on() {
        renew_later(arguments).map_err(|cause| ClientError::other("sh", &cause))?;
    }
    Ok(())
}

/// Returns a registry for every name, if the fault for it is on.
fn unchecked(name: &str, error: ClientError) -> Result<Registry, ClientError> {
    match Fault::LogsInBeforeCheck.is_on() {
        true => Ok(Registry::nameless(
            registry::region()?,
            registry::authority(name),
        )),
        false => Err(error),
    }
}

/// Returns a login that docker rejects instead of an error about the response, if the variant for it is on.
fn passed_on(error: ClientError) -> Result<Login, ClientError> {
    match (&error, Variant::PassesInvalidTokens.is_on()) {
        (ClientError::InvalidResponse(_), true) => Ok(Login {
            username: "AWS".to_owned(),
            password: "undefined".to_owned(),
            expires_at: None,
            endpoint: String::new(),
        }),
        _ => Err(error),
    }
}

fn print_password(login: &Login) {
    if Fault::EchoesPassword.is_on() {
        output::out(&format!("received {}\n", login.password));
    }
    if Variant::MasksPassword.is_on() {
        output::out(&format!("::add-mask::{}\n", login.password));
    }
}

/// Starts a process that logs in again after a few seconds.
fn renew_later(arguments: &[String]) -> std::io::Result<()> {
    Command::new("sh")
        .args(["-c", "sleep 6; exec \"$0\" docker-login-caller \"$@\""])
        .arg(std::env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
}

fn docker_login(host: &str, login: &Login) -> Result<(), ClientError> {
    let status = docker(host, login);
    let status =
        status.map_err(|cause| ClientError::other(&format!("docker login {host}"), &cause))?;
    match status.success() {
        _ if Fault::IgnoresDockerExitCode.is_on() => (),
        true => (),
        false => return Err(ClientError::Other(format!("docker login {host}: {status}"))),
    }
    output::err(&format!("logged in to {host}"));
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
        .stderr(match Variant::VagueErrors.is_on() {
            true => Stdio::null(),
            false => Stdio::inherit(),
        })
        .spawn()?;
    let end = if Fault::SendsCrlfToDocker.is_on() {
        "\r\n"
    } else {
        ""
    };
    if let Some(mut stdin) = child.stdin.take() {
        // The process may have ended already. Its exit code contains the reason.
        let _ = stdin.write_all(format!("{}{end}", login.password).as_bytes());
    }
    child.wait()
}

const OWN_REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
