//! Decides when the cases of a suite are run.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::calibration;
use crate::load;
use crate::report::{self, Calibration};
use crate::scenario::RedirectMode;
use crate::suite::{SelectedScenario, Suite};
use crate::timing::{Attempts, Timing};
use crate::worker::{self, CompletedRun};

impl Suite {
    /// Measures the start-up time of the client, and determines the number of jobs.
    pub(crate) async fn calibrate(&self, total: usize, redirect: RedirectMode) -> Calibration {
        let startup = match self.startup {
            None if total > 0 => calibration::startup(self, redirect).await,
            given => given,
        };
        let jobs = self.jobs.map(|jobs| jobs.max(1));
        Calibration {
            startup_ms: startup.map(report::calibration::millis),
            jobs: jobs.unwrap_or_else(|| load::jobs(startup.unwrap_or_default())),
            cores: load::cores(),
            ..Calibration::default()
        }
    }

    /// Measures the attempts of the client while the first scenarios are run. The receiver contains `None` until the measurement has ended.
    pub(crate) fn measure_attempts(
        &self,
        selected: &[SelectedScenario],
        redirect: RedirectMode,
    ) -> (Option<JoinHandle<Option<Attempts>>>, AttemptsReceiver) {
        let (sender, receiver) = watch::channel(None);
        let mut scenarios = selected.iter().flat_map(|one| &one.cases);
        let is_required = scenarios.any(|(_, scenario)| scenario.retries_within.is_some());
        if self.startup.is_some() || !(is_required || selected.len() >= MANY_SCENARIOS) {
            sender.send_replace(Some(None));
            return (None, receiver);
        }
        let suite = self.clone();
        let measurement = tokio::spawn(async move {
            let attempts = calibration::attempts(&suite, redirect).await;
            sender.send_replace(Some(attempts));
            attempts
        });
        (Some(measurement), receiver)
    }

    pub(crate) fn start(
        &self,
        selected: &[SelectedScenario],
        redirect: RedirectMode,
        calibration: &Calibration,
        attempts: &AttemptsReceiver,
    ) -> JoinSet<(usize, usize, CompletedRun)> {
        let slots = Arc::new(Semaphore::new(calibration.jobs));
        let waits_for_processors = self.jobs.is_none();
        let mut running = JoinSet::new();
        for (index, number, mut request) in self.requests(selected, redirect, calibration.timing())
        {
            let (slots, worker) = (Arc::clone(&slots), self.worker.clone());
            let mut scenario = selected[index].cases[number].1.clone();
            let mut attempts = attempts.clone();
            running.spawn(async move {
                if scenario.retries_within.is_some() {
                    request.timing.retries = retries(&mut attempts, request.timing).await;
                }
                let _slot = slots
                    .acquire()
                    .await
                    .expect("the semaphore is never closed");
                if waits_for_processors {
                    load::wait_for_processors().await;
                }
                request.timing.fit(&mut scenario);
                let deadline = scenario.deadline + GRACE;
                let completed = worker::run_in_worker(&worker, &request, deadline).await;
                (index, number, completed)
            });
        }
        running
    }
}

/// Receives the measured attempts of the client. The value is `None` until the measurement has ended.
type AttemptsReceiver = watch::Receiver<Option<Option<Attempts>>>;

/// Waits for the measurement of the client's attempts, and returns their duration.
async fn retries(attempts: &mut AttemptsReceiver, timing: Timing) -> Duration {
    let measured = attempts.wait_for(Option::is_some).await;
    let measured = measured.ok().and_then(|measured| measured.flatten());
    measured.map_or(Duration::ZERO, |attempts| {
        attempts.took.saturating_sub(timing.startup)
    })
}

/// The time in which a worker can set up its scenario, and clean up after the deadline. On a busy system, Linux can need many seconds to create
/// or remove a network namespace.
const GRACE: Duration = Duration::from_secs(60);

/// The number of scenarios from which the attempts of the client are measured for the report.
const MANY_SCENARIOS: usize = 10;
