//! Performs the steps of a case in order, and checks the expectations of each step.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mock_ecr::Timestamp;
use mock_ecr::fault::Fault;
use tokio::time::sleep;

use crate::client::{Client, ClientResult, Outcome, docker_config};
use crate::clock;
use crate::file_start::read_start;
use crate::report::EventKind;
use crate::run::backdate;
use crate::run::checks::CheckContext;
use crate::run::evidence::Evidence;
use crate::run::files::{self, files_in};
use crate::sandbox::CACHE_DIRECTORY;
use crate::scenario::{Action, Corruption, LoginSource, Revoked, Scenario, Step};
use crate::testbed::Testbed;

/// The reason why a case ends before the client was tested.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The scenario does not apply to the client.
    NotApplicable(String),
    /// The step cannot be performed.
    SetUpError(String),
}

/// Performs all steps that have an action, and checks the expectations of these steps.
pub(crate) async fn run(
    testbed: &Testbed,
    scenario: &Scenario,
    client: &mut Client,
    evidence: &mut Evidence,
) -> Result<(), Stop> {
    for (index, step) in scenario.steps.iter().enumerate() {
        let number = index + 1;
        let Some(action) = step
            .action
            .as_ref()
            .filter(|_| step.is_for(testbed.client_type))
        else {
            continue;
        };
        let before = evidence.requests.len();
        let outcomes = act(testbed, client, action, evidence).await?;
        evidence.collect_requests(testbed);
        evidence.record_outcomes(number, &outcomes);
        client.settle().await;
        evidence.record_stderr(&client.log());
        if outcomes
            .iter()
            .any(|outcome| outcome.result == ClientResult::Unsupported)
        {
            let why = "the client does not support the request";
            return Err(Stop::NotApplicable(why.to_owned()));
        }
        let stderr = client.log();
        let requests = evidence.requests.split_off(before);
        let context = CheckContext {
            testbed,
            outcomes: &outcomes.iter().collect::<Vec<_>>(),
            requests: &requests,
            last_login: evidence.last_login.as_ref(),
            stderr: &stderr,
        };
        let findings = check(&context, scenario, step, number);
        evidence.requests.extend(requests);
        evidence.findings.extend(findings);
        let login = outcomes
            .iter()
            .rev()
            .find_map(|outcome| outcome.result.login());
        evidence.last_login = login.cloned().or(evidence.last_login.take());
    }
    Ok(())
}

/// Checks the expectations of the steps without an action. These expectations apply to the whole run.
pub(crate) fn check_whole_run(
    testbed: &Testbed,
    scenario: &Scenario,
    evidence: &mut Evidence,
    client: &Client,
) {
    let outcomes: Vec<Outcome> = evidence
        .outcomes
        .iter()
        .map(|(_, outcome)| outcome.clone())
        .collect();
    let stderr = client.log();
    for step in &scenario.steps {
        if step.action.is_some() || !step.is_for(testbed.client_type) {
            continue;
        }
        let context = CheckContext {
            testbed,
            outcomes: &outcomes.iter().collect::<Vec<_>>(),
            requests: &evidence.requests,
            last_login: None,
            stderr: &stderr,
        };
        let findings = check(&context, scenario, step, 0);
        evidence.findings.extend(findings);
    }
}

fn check(
    context: &CheckContext<'_>,
    scenario: &Scenario,
    step: &Step,
    number: usize,
) -> Vec<crate::report::Finding> {
    let expectations = step.expectations().flat_map(|(severity, expect)| {
        let severity = severity.unwrap_or(scenario.severity);
        // The severity of a scenario is lower than in its file if the client does not claim the tested capability.
        context.check(expect, severity.min(scenario.severity), number)
    });
    expectations.collect()
}

async fn act(
    testbed: &Testbed,
    client: &mut Client,
    action: &Action,
    evidence: &mut Evidence,
) -> Result<Vec<Outcome>, Stop> {
    let since = clock::now();
    let cannot_run = |error| Stop::SetUpError(format!("the client cannot be run: {error}"));
    let (kind, text) = match action {
        Action::Fetch(fetch)
            if !fetch.other_registries.is_empty() && !testbed.can_have_several() =>
        {
            let why =
                "the scenario has several registries: the client's command requires {registries}";
            return Err(Stop::NotApplicable(why.to_owned()));
        }
        Action::Fetch(fetch) => return client.fetch(testbed, fetch).await.map_err(cannot_run),
        Action::Run(args) => {
            let outcome = client.run(testbed, args).await.map_err(cannot_run)?;
            return Ok(vec![outcome]);
        }
        Action::Watch(length) => {
            return match client {
                Client::Refresher(daemon) => Ok(daemon.watch(testbed, *length).await),
                _ => Err(Stop::SetUpError("watch requires a refresher".to_owned())),
            };
        }
        Action::Use(LoginSource::DockerConfig) => {
            let used = docker_config::login(testbed, &testbed.placeholders).await;
            return Ok(vec![used.map_err(cannot_run)?]);
        }
        Action::Wait(length) => {
            let_time_pass(testbed, client, *length).await;
            (EventKind::Wait, format!("wait {length:?}"))
        }
        Action::Clock(shift) => {
            let now = testbed.ecr.clock().now();
            testbed.ecr.clock().set(shift.of(now));
            (
                EventKind::Mock,
                format!("the mock's clock moves by {}", String::from(*shift)),
            )
        }
        Action::Faults(faults) => (EventKind::Mock, set_faults(testbed, faults)?),
        Action::Revoke(Revoked::All) => {
            testbed.revoke_all();
            // Tokens that a principal receives in the same millisecond are identical. The next token must not be a revoked token.
            let_time_pass(testbed, client, Duration::from_millis(5)).await;
            (EventKind::Mock, "all tokens are revoked".to_owned())
        }
        Action::Corrupt(corruption) => (EventKind::Mock, corrupt_files(testbed, *corruption)?),
        Action::BackdateAnyCache(_) if !has_stored(testbed.home()) => {
            (EventKind::Mock, "the client has stored no file".to_owned())
        }
        Action::Backdate(length) | Action::BackdateAnyCache(length) => {
            (EventKind::Mock, backdate_files(testbed.home(), *length)?)
        }
    };
    evidence.record_event(since, kind, text);
    Ok(Vec::new())
}

/// Waits, or advances the clock for a library in this process.
async fn let_time_pass(testbed: &Testbed, client: &Client, length: Duration) {
    match client {
        // A library in this process uses the mock's clock.
        Client::InProcess(_) => testbed.ecr.clock().advance(length),
        _ => sleep(length.min(testbed.left())).await,
    }
}

fn set_faults(testbed: &Testbed, faults: &[Fault]) -> Result<String, Stop> {
    testbed.ecr.faults().clear();
    for fault in faults {
        let added = testbed.ecr.faults().add(fault.clone());
        added.map_err(|error| Stop::SetUpError(format!("a fault cannot be set: {error}")))?;
    }
    let fault_names: Vec<&str> = faults.iter().map(|fault| fault.action.name()).collect();
    Ok(match fault_names.is_empty() {
        true => "ECR has no faults".to_owned(),
        false => format!("ECR has faults: {}", fault_names.join(", ")),
    })
}

fn corrupt_files(testbed: &Testbed, corruption: Corruption) -> Result<String, Stop> {
    let failed =
        |error| Stop::SetUpError(format!("the client's files cannot be corrupted: {error}"));
    let files = files_with_logins(testbed);
    for file in &files {
        corrupt_file(file, corruption).map_err(failed)?;
    }
    Ok(format!(
        "{} of the client's files are corrupted: {corruption:?}",
        files.len()
    ))
}

/// Returns the files of the cache: those in its directory, and those that contain a login. Other files can be the program of the client or
/// the configuration of docker.
fn files_with_logins(testbed: &Testbed) -> Vec<PathBuf> {
    let cache = testbed.home().join(CACHE_DIRECTORY);
    let has_login = |file: &PathBuf| {
        let bytes = read_start(file).unwrap_or_default();
        testbed.has_login(&String::from_utf8_lossy(&bytes))
    };
    let files = files_in(testbed.home()).into_iter();
    files
        .filter(|file| file.starts_with(&cache) || has_login(file))
        .collect()
}

/// Returns whether the client has stored a file with content, other than a log, beside docker's configuration.
fn has_stored(home: &Path) -> bool {
    let is_stored = |file: &PathBuf| {
        let is_empty = std::fs::metadata(file).is_ok_and(|found| found.len() == 0);
        !is_empty && !files::is_log(home, file) && !file.ends_with(".docker/config.json")
    };
    files_in(home).iter().any(is_stored)
}

fn backdate_files(home: &Path, length: Duration) -> Result<String, Stop> {
    let failed =
        |error| Stop::SetUpError(format!("the client's files cannot be backdated: {error}"));
    let now = Timestamp::from(clock::system());
    let mut timestamps = 0;
    let files = files_in(home).into_iter();
    for file in files.filter(|file| !files::is_log(home, file)) {
        // Only text files are searched for timestamps. The times of a log are not those of a login.
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let backdated = backdate::backdate(&text, length, now);
        timestamps += backdated.timestamps;
        if backdated.timestamps > 0 {
            std::fs::write(&file, backdated.text).map_err(failed)?;
        }
    }
    if timestamps == 0 {
        return Err(Stop::NotApplicable(UNKNOWN_TIMES.to_owned()));
    }
    files::backdate(home, clock::system() - length);
    Ok(format!(
        "{timestamps} timestamps in the client's files, and the times of the files, are moved {length:?} into the past"
    ))
}

const UNKNOWN_TIMES: &str = "the client's files contain no time in a known format, so the suite cannot make its login expire: the scenario does not apply to a \
     client without a cache, or with a binary or encrypted one";

fn corrupt_file(file: &Path, corruption: Corruption) -> std::io::Result<()> {
    match corruption {
        Corruption::Truncate => {
            let bytes = read_start(file)?;
            std::fs::write(file, &bytes[..bytes.len() / 2])
        }
        Corruption::Garbage => std::fs::write(file, "\0\u{1}not what it was{{{\n"),
        Corruption::Empty => std::fs::write(file, ""),
    }
}
