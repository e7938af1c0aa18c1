//! Runs commands that call `docker login`. The program `docker` on the client's `PATH` records the calls.

use std::io;

use crate::client::command::{Run, run};
use crate::client::outcome::Outcome;
use crate::client::result::{ClientResult, Login};
use crate::client::token_printer::without_newline;
use crate::scenario::{DockerShim, Fetch};
use crate::testbed::{DockerCall, Placeholders, Testbed};

/// Runs the command once, and returns one outcome for each registry.
pub(super) async fn fetch(
    testbed: &Testbed,
    registries: &[Placeholders],
    fetch: &Fetch,
) -> io::Result<Vec<Outcome>> {
    let code = match fetch.docker {
        Some(DockerShim::Fails) => 1,
        None => 0,
    };
    testbed.shims.set_docker_exit_code(code)?;
    let before = testbed.shims.docker_calls().len();
    let run = run(testbed, &registries[0], &[], "", fetch).await?;
    let calls = testbed.shims.docker_calls().split_off(before);
    let logins: Vec<Login> = calls.iter().filter_map(DockerCall::login).collect();
    let mut outcomes: Vec<Outcome> = registries
        .iter()
        .map(|placeholders| {
            let result = result(&run, &logins, placeholders);
            Outcome {
                placeholders: placeholders.clone(),
                ..run.clone().into_outcome(result)
            }
        })
        .collect();
    // The calls belong to the whole run. Only the first outcome contains them, so that no login is counted twice.
    outcomes[0].docker = calls;
    Ok(outcomes)
}

fn result(run: &Run, logins: &[Login], placeholders: &Placeholders) -> ClientResult {
    let ours = logins
        .iter()
        .find(|login| login.key.as_deref() == Some(&*placeholders.registry));
    match (run.has_succeeded(), ours.or(logins.first())) {
        (true, Some(login)) => ClientResult::Login(login.clone()),
        (true, None) => {
            ClientResult::Malformed("exit 0, but docker login was not called".to_owned())
        }
        (false, _) => ClientResult::error(run.stdout() + &run.stderr()),
    }
}

impl DockerCall {
    /// Returns the login of a call of `docker login`, or `None` for another call. The scheme and the path of the host are removed, and one
    /// line break at the end of the password, as docker does.
    pub(crate) fn login(&self) -> Option<Login> {
        let [command, rest @ ..] = &*self.arguments else {
            return None;
        };
        if command != "login" {
            return None;
        }
        let secret = option(rest, &["-p", "--password"]).or_else(|| {
            self.stdin
                .as_deref()
                .map(without_newline)
                .map(str::to_owned)
        });
        Some(Login {
            username: option(rest, &["-u", "--username"]),
            secret: secret.filter(|secret| !secret.is_empty()),
            key: server(rest),
            cache_for: None,
        })
    }
}

/// Returns the value of an option: the next argument, or the text after the equals sign.
fn option(arguments: &[String], names: &[&str]) -> Option<String> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if names.contains(&&**argument) {
            return arguments.next().cloned();
        }
        let joined = argument
            .split_once('=')
            .filter(|(name, _)| names.contains(name));
        if let Some((_, value)) = joined {
            return Some(value.to_owned());
        }
    }
    None
}

fn server(arguments: &[String]) -> Option<String> {
    let last = arguments.last().filter(|last| !last.starts_with('-'))?;
    let host = last.split_once("://").map_or(&**last, |(_, host)| host);
    Some(host.split('/').next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(arguments: &[&str], stdin: Option<&str>) -> Option<Login> {
        let call = DockerCall {
            arguments: arguments.iter().map(ToString::to_string).collect(),
            stdin: stdin.map(str::to_owned),
        };
        call.login()
    }

    #[test]
    fn a_login_is_parsed_like_docker_parses_it() {
        let by_stdin = [
            "login",
            "--username",
            "AWS",
            "--password-stdin",
            "https://host/v2",
        ];
        let found = login(&by_stdin, Some("pass\r\n")).unwrap();
        assert_eq!(found.secret.as_deref(), Some("pass"));
        assert_eq!(found.key.as_deref(), Some("host"));
        let by_argument = login(&["login", "-u", "AWS", "-p=pass", "host"], None).unwrap();
        assert_eq!(by_argument.username.as_deref(), Some("AWS"));
        assert_eq!(login(&["logout", "host"], None), None);
    }
}
