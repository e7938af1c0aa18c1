//! What happens on the stage, one step after the other.

use std::path::Path;
use std::time::Duration;

use mock_ecr::Timestamp;
use mock_ecr::fault::Fault;
use tokio::time::sleep;

use crate::client::{Answer, Client, Outcome};
use crate::clock;
use crate::report::EventKind;
use crate::run::age;
use crate::run::evidence::Evidence;
use crate::run::files::files_in;
use crate::run::judge::Scene;
use crate::scenario::{Action, Revoked, Scenario, Spoil, Step};
use crate::testbed::Stage;

/// Why a run is not judged.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The client says that it does not do such things.
    NotApplicable(String),
    /// The scenario cannot be played.
    Broken(String),
}

/// Plays all steps that do something, and holds each against what is expected of it.
pub(crate) async fn play(
    stage: &Stage,
    scenario: &Scenario,
    client: &mut Client,
    evidence: &mut Evidence,
) -> Result<(), Stop> {
    for (index, step) in scenario.steps.iter().enumerate() {
        let number = index + 1;
        let Some(action) = step
            .action
            .as_ref()
            .filter(|_| step.is_for(stage.client_type))
        else {
            continue;
        };
        let before = evidence.seen.len();
        let outcomes = act(stage, client, action, evidence).await?;
        evidence.gather(stage);
        evidence.answered(number, &outcomes);
        if outcomes
            .iter()
            .any(|outcome| outcome.answer == Answer::Unsupported)
        {
            let why = "the client says that it does not do such things";
            return Err(Stop::NotApplicable(why.to_owned()));
        }
        let stderr = client.stderr();
        let seen = evidence.seen.split_off(before);
        let scene = Scene {
            stage,
            outcomes: &outcomes.iter().collect::<Vec<_>>(),
            seen: &seen,
            last_login: evidence.last_login.as_ref(),
            stderr: &stderr,
        };
        let findings = judge(&scene, scenario, step, number);
        evidence.seen.extend(seen);
        evidence.findings.extend(findings);
        let login = outcomes
            .iter()
            .rev()
            .find_map(|outcome| outcome.answer.login());
        evidence.last_login = login.cloned().or(evidence.last_login.take());
    }
    Ok(())
}

/// Holds the whole run against those steps that do nothing.
pub(crate) fn look_back(
    stage: &Stage,
    scenario: &Scenario,
    evidence: &mut Evidence,
    client: &Client,
) {
    let outcomes: Vec<Outcome> = evidence
        .outcomes
        .iter()
        .map(|(_, outcome)| outcome.clone())
        .collect();
    let stderr = client.stderr();
    for step in &scenario.steps {
        if step.action.is_some() || !step.is_for(stage.client_type) {
            continue;
        }
        let scene = Scene {
            stage,
            outcomes: &outcomes.iter().collect::<Vec<_>>(),
            seen: &evidence.seen,
            last_login: None,
            stderr: &stderr,
        };
        let findings = judge(&scene, scenario, step, 0);
        evidence.findings.extend(findings);
    }
}

fn judge(
    scene: &Scene<'_>,
    scenario: &Scenario,
    step: &Step,
    number: usize,
) -> Vec<crate::report::Finding> {
    let expectations = step.expectations().flat_map(|(severity, expect)| {
        scene.judge(expect, severity.unwrap_or(scenario.severity), number)
    });
    expectations.collect()
}

async fn act(
    stage: &Stage,
    client: &mut Client,
    action: &Action,
    evidence: &mut Evidence,
) -> Result<Vec<Outcome>, Stop> {
    let since = clock::now();
    let cannot_run = |error| Stop::Broken(format!("the client cannot be run: {error}"));
    let (kind, text) = match action {
        Action::Fetch(fetch) if !fetch.also.is_empty() && !stage.can_have_several() => {
            let why = "its command has no word {registries}, which stands for several";
            return Err(Stop::NotApplicable(why.to_owned()));
        }
        Action::Fetch(fetch) => return client.fetch(stage, fetch).await.map_err(cannot_run),
        Action::Ask(ask) => {
            let outcome = client.ask(stage, ask).await.map_err(cannot_run)?;
            return Ok(vec![outcome]);
        }
        Action::Watch(length) => {
            return match client {
                Client::Refresher(daemon) => Ok(daemon.watch(stage, *length).await),
                _ => Err(Stop::Broken("only a refresher can be watched".to_owned())),
            };
        }
        Action::Wait(length) => {
            pass(stage, client, *length).await;
            (EventKind::Wait, format!("{length:?} pass"))
        }
        Action::Clock(shift) => {
            let now = stage.ecr.clock().now();
            stage.ecr.clock().set(shift.of(now));
            (
                EventKind::Config,
                format!("the mock's clock moves by {}", String::from(*shift)),
            )
        }
        Action::Faults(faults) => (EventKind::Config, set_faults(stage, faults)?),
        Action::Revoke(Revoked::All) => {
            stage.revoke_all();
            // Within a millisecond a principal's tokens are one, and the next is to live.
            pass(stage, client, Duration::from_millis(5)).await;
            (EventKind::Config, "all tokens are revoked".to_owned())
        }
        Action::Spoil(spoil) => (EventKind::Config, spoil_files(stage.home(), *spoil)?),
        Action::Age(length) => (EventKind::Config, age_files(stage.home(), *length)?),
    };
    evidence.note(since, kind, text);
    Ok(Vec::new())
}

/// Lets time pass for the client.
async fn pass(stage: &Stage, client: &Client, length: Duration) {
    match client {
        // It lives by the mock's clock.
        Client::InProcess(_) => stage.ecr.clock().advance(length),
        _ => sleep(length.min(stage.left())).await,
    }
}

fn set_faults(stage: &Stage, faults: &[Fault]) -> Result<String, Stop> {
    stage.ecr.faults().clear();
    for fault in faults {
        let added = stage.ecr.faults().add(fault.clone());
        added.map_err(|error| Stop::Broken(format!("a fault cannot be set: {error}")))?;
    }
    let names: Vec<&str> = faults.iter().map(|fault| fault.action.name()).collect();
    Ok(match names.is_empty() {
        true => "ECR works again".to_owned(),
        false => format!("ECR fails: {}", names.join(", ")),
    })
}

fn spoil_files(home: &Path, spoil: Spoil) -> Result<String, Stop> {
    let broken = |error| Stop::Broken(format!("the client's files cannot be spoilt: {error}"));
    let files = files_in(home);
    for file in &files {
        spoil_file(file, spoil).map_err(broken)?;
    }
    Ok(format!(
        "{} of the client's files are spoilt: {spoil:?}",
        files.len()
    ))
}

fn age_files(home: &Path, length: Duration) -> Result<String, Stop> {
    let broken = |error| Stop::Broken(format!("the client's files cannot be aged: {error}"));
    let now = Timestamp::from(clock::system());
    let mut instants = 0;
    for file in files_in(home) {
        // What is no text has no instants that could be found.
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let aged = age::aged(&text, length, now);
        instants += aged.instants;
        if aged.instants > 0 {
            std::fs::write(&file, aged.text).map_err(broken)?;
        }
    }
    Ok(format!(
        "{instants} instants in the client's files are {length:?} earlier"
    ))
}

fn spoil_file(file: &Path, spoil: Spoil) -> std::io::Result<()> {
    match spoil {
        Spoil::Truncate => {
            let bytes = std::fs::read(file)?;
            std::fs::write(file, &bytes[..bytes.len() / 2])
        }
        Spoil::Garbage => std::fs::write(file, "\0\u{1}not what it was{{{\n"),
        Spoil::Empty => std::fs::write(file, ""),
    }
}
