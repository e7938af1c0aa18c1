//! Runs the selected cases in parallel, each in a worker process.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use crate::catalog::{self, Cases, Catalog};
use crate::claim::Claim;
use crate::client_program;
use crate::client_type::ClientType;
use crate::clock;
use crate::report::{
    Calibration, CaseReport, FinishedCase, Report, ScenarioReport, SkippedScenario, Verdict,
};
use crate::sandbox::SandboxError;
use crate::scenario::{RedirectMode, ScenarioError, Source};
use crate::suite_number::SuiteNumber;
use crate::timing::Timing;
use crate::worker;
use crate::worker_request::WorkerRequest;

/// A run of a client program: the client's command, the selected scenarios, and the settings. [`Suite::new`] sets the defaults.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Suite {
    /// The type of the client.
    pub client_type: ClientType,
    /// The client's command and its arguments.
    ///
    /// These placeholders are replaced: `{registry}`, `{account}`, `{region}`, `{image}`, `{file}` (the file in which a refresher stores
    /// its login) and `{home}` (the client's temporary home directory). The argument `{registries}` is replaced by one argument for each
    /// registry of the request.
    pub client: Vec<String>,
    /// How the client is redirected to the mock. If `None`, which is the default, the sandbox is used. If the sandbox cannot be created,
    /// the proxy is used. If a scenario does not support the selected mode, it uses the first mode in its list `redirect` that can be used
    /// on this system.
    pub redirect: Option<RedirectMode>,
    /// The suite: its scenarios are those of its number and of all lower numbers. The default is [`SuiteNumber::DEFAULT`].
    pub number: SuiteNumber,
    /// Patterns for scenario IDs, or for cases in the form `ID/CASE`. `*` matches any text. If the list is empty, which is the default,
    /// all scenarios for the client type are run.
    pub only: Vec<String>,
    /// A directory with additional scenario files (`*.toml`). If `None`, which is the default, only the built-in scenarios are used.
    pub scenarios: Option<PathBuf>,
    /// The seed from which the seeds of all mocks are derived. The default is `mock-ecr`.
    pub seed: String,
    /// The maximum number of cases that run at the same time; 0 is treated as 1. If `None`, which is the default, the number depends on
    /// the number of processors and on the start-up time of the client, and a case does not start while the system is busy.
    pub jobs: Option<usize>,
    /// The start-up time of the client, by which the time limits of the scenarios are extended. If `None`, which is the default, it is
    /// measured before the scenarios are run.
    pub startup: Option<Duration>,
    /// The program `docker` of a caller of `docker login`. The default is [`DockerProgram::Shim`].
    pub docker: DockerProgram,
    /// The capabilities that the client claims. The default is none.
    pub claims: Vec<Claim>,
    /// The program and the arguments that start a worker: a process that calls [`run_worker`](crate::run_worker).
    pub worker: Vec<String>,
}

/// The program `docker` on the `PATH` of a client of the type [`ClientType::DockerLoginCaller`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DockerProgram {
    /// A program that parses its command line and stdin as docker does, and contacts no registry.
    #[default]
    Shim,
    /// The docker CLI on the `PATH` of the suite. It sends each login to the registry of the mock.
    Real,
}

/// The error returned when a suite cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// A scenario file is invalid, or a file or the directory of scenarios cannot be read.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// No scenario of the suite for the client type matches the patterns.
    #[error(
        "no scenario of suite {number} for client type {client_type} matches {only:?}: `mock-ecr contract --list` lists the scenarios"
    )]
    NoneFits {
        /// The number of the suite.
        number: SuiteNumber,
        /// The client type.
        client_type: ClientType,
        /// The patterns, separated by spaces.
        only: String,
    },
    /// The sandbox was requested but cannot be created. The field contains the message of the [`SandboxError`].
    #[error("{0}")]
    NoSandbox(String),
    /// The sandbox was requested, but the system is not Linux.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// Clients of this type cannot run in the process of a test. Only clients of the type [`ClientType::Library`] can.
    #[error(
        "client type {0} requires a separate process: use `mock-ecr contract --client-type {0}`"
    )]
    NotInProcess(ClientType),
    /// The client's program does not exist.
    #[error("the client {0:?} does not exist: expected a program on PATH or the path of a program")]
    NoClient(String),
    /// The docker CLI was requested, but is not on the `PATH`.
    #[error("docker does not exist: expected the docker CLI on PATH for --docker real")]
    NoDocker,
    /// The worker process that checks whether the sandbox can be created cannot be started, or its reply is missing or
    /// invalid.
    #[error("cannot run a worker process: {0}")]
    Worker(std::io::Error),
}

/// A selected scenario with its cases.
#[derive(Clone, Debug)]
pub(crate) struct SelectedScenario {
    pub(crate) source: Source,
    pub(crate) cases: Cases,
}

impl Suite {
    /// Creates a suite that runs all scenarios for a client type, with the default settings.
    ///
    /// `client` is the command of the client, see [`Suite::client`]. `worker` is the command that starts a worker, see
    /// [`Suite::worker`].
    pub fn new(client_type: ClientType, client: Vec<String>, worker: Vec<String>) -> Self {
        Suite {
            client_type,
            client,
            redirect: None,
            number: SuiteNumber::DEFAULT,
            only: Vec::new(),
            scenarios: None,
            seed: "mock-ecr".to_owned(),
            jobs: None,
            startup: None,
            docker: DockerProgram::Shim,
            claims: Vec::new(),
            worker,
        }
    }

    /// Runs the suite. Calls `on_finished` each time that a case has finished.
    ///
    /// # Errors
    ///
    /// Returns an error if the client's program does not exist, a scenario is invalid, no scenario matches, the sandbox
    /// was requested but cannot be created, or the worker that checks the sandbox fails. If the worker of a case fails,
    /// the case has the verdict `set_up_error`.
    ///
    /// # Panics
    ///
    /// Panics if it is called outside a tokio runtime.
    pub async fn run(
        &self,
        mut on_finished: impl FnMut(FinishedCase<'_>),
    ) -> Result<Report, SuiteError> {
        self.check_client()?;
        let started = clock::now();
        let (selected, skipped) = self.select()?;
        let sandbox = worker::probe(&self.worker)
            .await
            .map_err(SuiteError::Worker)?;
        let redirect = self.redirect_mode(sandbox.as_deref())?;
        let total = selected.iter().map(|one| one.cases.len()).sum();
        let mut calibration = self.calibrate(total, redirect).await;
        let (measurement, attempts) = self.measure_attempts(&selected, redirect);
        let mut running = self.start(&selected, redirect, &calibration, &attempts);
        let mut done: Vec<(usize, usize, CaseReport)> = Vec::with_capacity(total);
        let mut sandboxed = total > 0;
        while let Some(finished) = running.join_next().await {
            let (scenario, case, completed) = finished.expect("a case does not panic");
            on_finished(FinishedCase {
                done: done.len() + 1,
                total,
                id: &selected[scenario].cases[0].1.id,
                case: &completed.case,
            });
            sandboxed &= completed.sandboxed;
            done.push((scenario, case, completed.case));
        }
        if let Some(measurement) = measurement {
            calibration.set_attempts(measurement.await.ok().flatten());
        }
        let mut report = self.report(&selected, done, skipped, redirect, started);
        report.sandboxed = sandboxed;
        report.later = self.later()?;
        calibration.longest_factor = longest_factor(&selected, calibration.timing());
        report.calibration = calibration;
        Ok(report)
    }

    /// Returns the report. The scenarios are in the order in which they were selected.
    pub(crate) fn report(
        &self,
        selected: &[SelectedScenario],
        mut done: Vec<(usize, usize, CaseReport)>,
        skipped: Vec<SkippedScenario>,
        redirect: RedirectMode,
        started: Instant,
    ) -> Report {
        done.sort_by_key(|(scenario, case, _)| (*scenario, *case));
        Report {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            suite: self.number,
            client_type: self.client_type,
            client: self.client.clone(),
            redirect: redirect.name().to_owned(),
            sandboxed: false,
            seed: self.seed.clone(),
            took_ms: clock::millis_since(started),
            calibration: Calibration::default(),
            scenarios: scenarios(selected, done),
            skipped,
            later: Vec::new(),
        }
    }

    /// Returns the IDs of the selected scenarios of later suites.
    pub(crate) fn later(&self) -> Result<Vec<String>, ScenarioError> {
        let catalog = Catalog {
            suite: SuiteNumber::LATEST,
            ..self.catalog()
        };
        let scenarios = catalog.scenarios()?.into_iter();
        let scenarios = scenarios.filter_map(|(_, cases)| cases.into_iter().next());
        let later = scenarios.filter(|(_, scenario)| {
            scenario.suite > Some(self.number) && scenario.client_types.contains(&self.client_type)
        });
        Ok(later.map(|(_, scenario)| scenario.id).collect())
    }

    /// Returns the IDs of all scenarios, including the scenarios that are not selected.
    ///
    /// # Errors
    ///
    /// Returns an error if a scenario is invalid.
    pub fn ids(&self) -> Result<Vec<String>, ScenarioError> {
        let catalog = Catalog {
            suite: SuiteNumber::LATEST,
            only: &[],
            ..self.catalog()
        };
        let scenarios = catalog.scenarios()?.into_iter();
        Ok(scenarios.map(|(_, cases)| cases[0].1.id.clone()).collect())
    }

    fn catalog(&self) -> Catalog<'_> {
        Catalog {
            suite: self.number,
            only: &self.only,
            folder: self.scenarios.as_deref(),
        }
    }

    /// Checks that the client's program exists. Otherwise every scenario would report the same set-up error.
    fn check_client(&self) -> Result<(), SuiteError> {
        match self.client.first() {
            Some(program) if !client_program::exists(program) => {
                Err(SuiteError::NoClient(program.clone()))
            }
            _ if self.docker == DockerProgram::Real && client_program::path("docker").is_none() => {
                Err(SuiteError::NoDocker)
            }
            _ => Ok(()),
        }
    }

    /// Returns the path of the docker CLI if the client uses it.
    pub(crate) fn real_docker(&self) -> Option<PathBuf> {
        let is_caller = self.client_type == ClientType::DockerLoginCaller;
        let is_real = is_caller && self.docker == DockerProgram::Real;
        is_real.then(|| client_program::path("docker"))?
    }

    fn redirect_mode(&self, no_sandbox: Option<&str>) -> Result<RedirectMode, SuiteError> {
        match (self.redirect, no_sandbox) {
            (Some(RedirectMode::Sandbox), Some(_)) if cfg!(not(target_os = "linux")) => {
                Err(SandboxError::Unsupported.into())
            }
            (Some(RedirectMode::Sandbox), Some(why)) => Err(SuiteError::NoSandbox(why.to_owned())),
            (Some(mode), _) => Ok(mode),
            (None, None) => Ok(RedirectMode::Sandbox),
            (None, Some(_)) => Ok(RedirectMode::Proxy),
        }
    }

    pub(crate) fn select(
        &self,
    ) -> Result<(Vec<SelectedScenario>, Vec<SkippedScenario>), SuiteError> {
        let (mut selected, mut skipped) = (Vec::new(), Vec::new());
        for (source, mut cases) in self.catalog().scenarios()? {
            for (_, scenario) in &mut cases {
                scenario.fit_client(self.client_type, &self.claims);
            }
            let (_, scenario) = &cases[0];
            if !scenario.client_types.contains(&self.client_type) {
                continue;
            }
            match catalog::skip_reason(scenario, self.client_type) {
                Some(reason) => skipped.push(SkippedScenario {
                    id: scenario.id.clone(),
                    suite: scenario.suite,
                    title: scenario.title.clone(),
                    reason,
                }),
                None => selected.push(SelectedScenario { source, cases }),
            }
        }
        match selected.is_empty() && skipped.is_empty() {
            true => Err(SuiteError::NoneFits {
                number: self.number,
                client_type: self.client_type,
                only: self.only.join(" "),
            }),
            false => Ok((selected, skipped)),
        }
    }

    /// Returns a request for each selected case, with the index of the scenario and the index of the case. Long cases are first.
    pub(crate) fn requests(
        &self,
        selected: &[SelectedScenario],
        redirect: RedirectMode,
        timing: Timing,
    ) -> Vec<(usize, usize, WorkerRequest)> {
        let mut requests = Vec::new();
        for (index, number) in longest_first(selected) {
            let one = &selected[index];
            let (case, scenario) = &one.cases[number];
            let request = WorkerRequest {
                timing,
                ..self.request(one, case.as_deref(), &scenario.id, redirect)
            };
            requests.push((index, number, request));
        }
        requests
    }

    fn request(
        &self,
        one: &SelectedScenario,
        case: Option<&str>,
        id: &str,
        redirect: RedirectMode,
    ) -> WorkerRequest {
        let name = case.map_or_else(|| id.to_owned(), |case| format!("{id}/{case}"));
        let mut options = vec!["--redirect".to_owned(), redirect.name().to_owned()];
        options.extend(["--suite".to_owned(), self.number.to_string()]);
        options.extend(["--scenario".to_owned(), name.clone()]);
        if self.seed != "mock-ecr" {
            options.extend(["--seed".to_owned(), self.seed.clone()]);
        }
        if self.docker == DockerProgram::Real {
            options.extend(["--docker", "real"].map(str::to_owned));
        }
        for claim in &self.claims {
            options.extend(["--claims".to_owned(), claim.to_string()]);
        }
        if let Some(startup) = self.startup {
            options.extend(["--startup".to_owned(), format!("{}ms", startup.as_millis())]);
        }
        if let Some(folder) = &self.scenarios {
            options.extend(["--scenarios".to_owned(), folder.display().to_string()]);
        }
        WorkerRequest {
            source: one.source.clone(),
            case: case.map(str::to_owned),
            client_type: self.client_type,
            client: self.client.clone(),
            redirect,
            seed: format!("{}/{name}", self.seed),
            options,
            docker: self.real_docker(),
            claims: self.claims.clone(),
            timing: Timing::default(),
        }
    }
}

/// Returns the indices of all cases, longest first. A long case that starts last would extend the run.
fn longest_first(selected: &[SelectedScenario]) -> Vec<(usize, usize)> {
    let numbered = selected.iter().enumerate();
    let mut cases: Vec<(usize, usize)> = numbered
        .flat_map(|(index, one)| (0..one.cases.len()).map(move |number| (index, number)))
        .collect();
    cases.sort_by_key(|(index, number)| {
        let (_, scenario) = &selected[*index].cases[*number];
        std::cmp::Reverse(scenario.length())
    });
    cases
}

fn scenarios(
    selected: &[SelectedScenario],
    done: Vec<(usize, usize, CaseReport)>,
) -> Vec<ScenarioReport> {
    let mut reports: Vec<ScenarioReport> = selected
        .iter()
        .map(|one| {
            let (_, scenario) = &one.cases[0];
            ScenarioReport {
                id: scenario.id.clone(),
                suite: scenario.suite,
                title: scenario.title.clone(),
                severity: scenario.severity,
                why: scenario.why.clone(),
                fix: scenario.fix.clone(),
                verdict: Verdict::NotApplicable,
                known: false,
                cases: Vec::new(),
            }
        })
        .collect();
    for (index, _, case) in done {
        let report = &mut reports[index];
        report.verdict = report.verdict.max(case.verdict);
        report.cases.push(case);
    }
    reports
}

/// Returns the largest factor by which the durations of a case were multiplied.
fn longest_factor(selected: &[SelectedScenario], timing: Timing) -> u32 {
    let cases = selected.iter().flat_map(|one| &one.cases);
    let factors = cases.map(|(_, scenario)| timing.factor(scenario));
    factors.max().unwrap_or(1)
}
