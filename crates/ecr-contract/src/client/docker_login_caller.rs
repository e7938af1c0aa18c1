//! Runs commands that call `docker login`. The program `docker` on the client's `PATH` records the calls.

use std::io;

use crate::client::command::{Run, run};
use crate::client::outcome::Outcome;
use crate::client::result::{ClientResult, Login};
use crate::scenario::{DockerShim, Fetch};
use crate::testbed::{DockerCall, Placeholders, Testbed};

/// Runs the command once, and returns one outcome for each registry.
pub(super) async fn fetch(
    testbed: &Testbed,
    registries: &[Placeholders],
    fetch: &Fetch,
) -> io::Result<Vec<Outcome>> {
    let fails = fetch.docker == Some(DockerShim::Fails);
    testbed.shims.set_docker_exit_code(u8::from(fails))?;
    // The docker CLI does not read the exit code: the registry rejects its login.
    let rejection = fails.then(|| testbed.reject_logins());
    let outcomes = run_and_read(testbed, registries, fetch).await;
    if let Some(fault) = rejection {
        testbed.ecr.faults().remove(fault);
    }
    outcomes
}

async fn run_and_read(
    testbed: &Testbed,
    registries: &[Placeholders],
    fetch: &Fetch,
) -> io::Result<Vec<Outcome>> {
    let before = testbed.shims.docker_calls().len();
    let run = run(testbed, &registries[0], &[], "", fetch).await?;
    let calls = testbed.shims.docker_calls().split_off(before);
    let logins: Vec<Login> = calls.iter().filter_map(login).collect();
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

fn login(call: &DockerCall) -> Option<Login> {
    let login = call.login.clone()?;
    Some(Login {
        username: Some(login.username),
        secret: Some(login.password),
        key: Some(login.server),
        cache_for: None,
    })
}
