//! Runs a library in the process of a Rust test.

use std::path::PathBuf;

use futures_util::StreamExt as _;
use mock_ecr::MockEcr;
use mock_ecr::config::ClockStart;

use crate::client::{Client, InProcessLibrary, Library};
use crate::client_type::ClientType;
use crate::clock;
use crate::report::{CaseReport, Report};
use crate::run;
use crate::scenario::{Action, RedirectMode, Scenario};
use crate::suite::{Suite, SuiteError};
use crate::suite_number::SuiteNumber;
use crate::timing::Timing;
use crate::worker_request::WorkerRequest;

/// Returns a suite that runs a library in the process of a test. `client_type` must be [`ClientType::Library`]; for other types,
/// [`InProcess::run`] returns an error.
///
/// Each case has a separate mock with a frozen clock. Where a scenario waits, the suite advances this clock and does not sleep.
///
/// A scenario is not applicable if it requires a separate process, for example because it sets other credentials or a proxy in the client's
/// environment. `mock-ecr contract --client-type library` runs these scenarios too.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use ecr_contract::{ClientType, LibraryRequest, LibraryLogin, suite};
///
/// let report = suite(ClientType::Library)
///     .scenario("TOK-01")
///     .run(|ecr| {
///         // A real library would send its requests to `ecr.url()`, or use `ecr.sdk_config()`.
///         let password = ecr.issue_token().password();
///         move |ask: LibraryRequest| {
///             let password = password.clone();
///             async move { Ok::<_, String>(LibraryLogin::new("AWS", password)) }
///         }
///     })
///     .await?;
/// // The scenario expects a call of `GetAuthorizationToken`. This library makes no call, so an expectation fails.
/// assert_eq!(report.scenarios[0].id, "TOK-01");
/// assert!(report.scenarios[0].cases[0].findings.iter().any(|finding| !finding.passed));
/// # Ok(())
/// # }
/// ```
pub fn suite(client_type: ClientType) -> InProcess {
    InProcess(Suite::new(client_type, Vec::new(), Vec::new()))
}

/// A suite that runs a library in the process of a test. [`suite()`] creates it with the defaults of [`Suite`].
#[derive(Clone, Debug)]
#[must_use = "a suite does nothing until it is run"]
pub struct InProcess(Suite);

impl InProcess {
    /// Adds a pattern for scenario IDs, or for cases in the form `ID/CASE`. `*` matches any text. This method can be called several times.
    ///
    /// By default, all scenarios for the client type are run.
    pub fn scenario(mut self, glob: &str) -> Self {
        self.0.only.push(glob.to_owned());
        self
    }

    /// Sets the number of the suite. The default is [`SuiteNumber::DEFAULT`].
    pub fn number(mut self, number: SuiteNumber) -> Self {
        self.0.number = number;
        self
    }

    /// Sets a directory with additional scenario files (`*.toml`).
    pub fn scenarios(mut self, folder: impl Into<PathBuf>) -> Self {
        self.0.scenarios = Some(folder.into());
        self
    }

    /// Sets the seed from which the seeds of all mocks are derived. The default is `mock-ecr`.
    pub fn seed(mut self, seed: impl Into<String>) -> Self {
        self.0.seed = seed.into();
        self
    }

    /// Runs the suite. For each case, `library` creates the library under test; it is called with the mock of the case.
    ///
    /// # Errors
    ///
    /// Returns an error if the client type is not [`ClientType::Library`], a scenario is invalid, or no scenario matches.
    ///
    /// # Panics
    ///
    /// Panics if it is called outside a tokio runtime.
    pub async fn run<L: Library + 'static>(
        self,
        library: impl Fn(&MockEcr) -> L,
    ) -> Result<Report, SuiteError> {
        let suite = self.0;
        if suite.client_type != ClientType::Library {
            return Err(SuiteError::NotInProcess(suite.client_type));
        }
        let started = clock::now();
        let (selected, skipped) = suite.select()?;
        let library = &library;
        let runs = suite.requests(&selected, RedirectMode::Env, Timing::default());
        let runs = runs.into_iter();
        let runs = runs.map(|(scenario, case, request)| async move {
            let make = |ecr: &MockEcr| Client::InProcess(InProcessLibrary::new(library(ecr)));
            (scenario, case, run_case(&request, make).await)
        });
        let at_once =
            futures_util::stream::iter(runs).buffer_unordered(suite.jobs.unwrap_or(JOBS).max(1));
        let done: Vec<(usize, usize, CaseReport)> = at_once.collect().await;
        let mut report = suite.report(&selected, done, skipped, RedirectMode::Env, started);
        report.later = suite.later()?;
        Ok(report)
    }
}

async fn run_case(request: &WorkerRequest, make: impl FnOnce(&MockEcr) -> Client) -> CaseReport {
    let in_process = |scenario: &mut Scenario| match requires_a_process(scenario) {
        true => Err("requires a client in a separate process".to_owned()),
        false => {
            scenario.config.clock = ClockStart::Frozen(mock_ecr::Clock::frozen().now());
            Ok(())
        }
    };
    run::run_case_with(request, None, in_process, make).await
}

/// Returns whether a scenario sets the client's environment, or has an action that requires a separate process.
fn requires_a_process(scenario: &Scenario) -> bool {
    let by_environment = scenario.steps.iter().any(|step| match &step.action {
        Some(Action::Fetch(fetch)) => !fetch.env.is_empty() || fetch.principal.is_some(),
        Some(Action::Run(_) | Action::Corrupt(_) | Action::Watch(_)) => true,
        _ => false,
    });
    let is_redirected_by_env =
        scenario.redirect.is_empty() || scenario.redirect.contains(&RedirectMode::Env);
    // The attempts of a library take real time, although the clock of its mock is frozen.
    let is_timed = scenario.retries_within.is_some();
    by_environment
        || is_timed
        || !scenario.env.is_empty()
        || scenario.needs_sandbox
        || !is_redirected_by_env
}

/// The number of cases that run at the same time. They share one thread and never sleep for long.
const JOBS: usize = 8;
