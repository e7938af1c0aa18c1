//! Adapts the durations of a scenario to the speed of the client.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::client_type::ClientType;
use crate::scenario::{Action, Expect, Scenario, Step};

/// The measured speed of a client. A duration that was not measured is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timing {
    /// The duration of a request for a login to a mock without faults. It includes the start of the client's process.
    pub(crate) startup: Duration,
    /// The time after which the client returns an error if every call is throttled, without the start-up time.
    pub(crate) retries: Duration,
}

/// The attempts of a client whose calls are all throttled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempts {
    pub(crate) count: usize,
    /// The duration of all attempts, with the start-up time.
    pub(crate) took: Duration,
}

impl Timing {
    /// Extends the durations of a scenario. The durations in the file are those for a client that starts at once.
    pub(crate) fn fit(&self, scenario: &mut Scenario) {
        let factor = self.factor(scenario);
        let written = times_for_calls(scenario);
        let mut added = Duration::ZERO;
        for step in &mut scenario.steps {
            added += self.fit_step(step, factor);
        }
        if factor > 1 {
            scenario.config.token_ttl *= factor;
        }
        scenario.deadline += added;
        extend_counts(scenario, &written);
    }

    /// Returns the factor for all durations of a scenario in which a token expires. The token must not expire while the client starts, or
    /// while it repeats a request during an outage.
    pub(crate) fn factor(&self, scenario: &Scenario) -> u32 {
        if scenario.config.token_ttl >= LONG_TTL {
            return 1;
        }
        let retries = scenario.retries_within;
        let for_retries = retries.map_or(1, |limit| times(self.longest_retries(), limit));
        for_retries.max(times(self.startup, USUAL_STARTUP))
    }

    /// Returns the time that the attempts can take. The pauses of many clients are random: AWS CLI v1 gives up after 5 s once, and after 15 s
    /// another time.
    fn longest_retries(&self) -> Duration {
        let usual = self.retries.max(Duration::from_secs(15));
        usual.min(self.retries * 3)
    }

    /// Returns the time that is added to the deadline.
    fn fit_step(&self, step: &mut Step, factor: u32) -> Duration {
        let slack = self.slack();
        for expect in step.all_expectations_mut() {
            extend_limit(expect, slack);
        }
        match &mut step.action {
            Some(Action::Wait(length) | Action::Watch(length)) => {
                let before = *length;
                *length *= factor;
                *length - before
            }
            Some(Action::Fetch(fetch)) => {
                fetch.timeout = Some(fetch.timeout() + slack);
                slack
            }
            Some(Action::Run(_)) => slack,
            _ => Duration::ZERO,
        }
    }

    /// Returns the time for the start of the client, which is added to each limit. Several clients start at the same time, so a start can
    /// take longer than the measured one.
    pub(crate) fn slack(&self) -> Duration {
        let tenths = (self.startup * 2).as_millis().div_ceil(100);
        Duration::from_millis(u64::try_from(tenths * 100).unwrap_or(0))
    }
}

/// Permits more calls of a refresher, which makes calls in the added time too. Other clients make calls only when they are called.
fn extend_counts(scenario: &mut Scenario, written: &[Duration]) {
    let actual = times_for_calls(scenario);
    for (index, step) in scenario.steps.iter_mut().enumerate() {
        let time = |of: &[Duration]| match step.action {
            Some(_) => of[index],
            None => of.iter().sum(),
        };
        let (written, actual) = (time(written), time(&actual));
        if step.client_types == [ClientType::Refresher] {
            for expect in step.all_expectations_mut() {
                let calls = expect.calls;
                expect.calls = calls.map(|calls| calls.in_longer_time(written, actual));
            }
        }
    }
}

/// Returns for each step the time in which a refresher can make calls.
fn times_for_calls(scenario: &Scenario) -> Vec<Duration> {
    let time = |step: &Step| match &step.action {
        _ if !step.is_for(ClientType::Refresher) => Duration::ZERO,
        Some(Action::Wait(length) | Action::Watch(length)) => *length,
        Some(Action::Fetch(fetch)) => fetch.timeout(),
        _ => Duration::ZERO,
    };
    scenario.steps.iter().map(time).collect()
}

fn extend_limit(expect: &mut Expect, slack: Duration) {
    if let Some(within) = &mut expect.within {
        *within += slack;
    }
}

/// Returns how often `unit` must be repeated to contain `length`, from 1 to [`MAX_FACTOR`].
fn times(length: Duration, unit: Duration) -> u32 {
    let times = length.as_millis().div_ceil(unit.as_millis().max(1));
    u32::try_from(times)
        .unwrap_or(MAX_FACTOR)
        .clamp(1, MAX_FACTOR)
}

/// A token with this TTL does not expire during a scenario.
const LONG_TTL: Duration = Duration::from_secs(3600);
/// The start-up time for which the durations in the files are sufficient.
const USUAL_STARTUP: Duration = Duration::from_secs(1);
/// With a larger factor, a scenario would take minutes.
const MAX_FACTOR: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::builtin;

    fn fitted(id: &str, timing: Timing) -> Scenario {
        let mut sources = builtin::all();
        let source = sources.find(|source| source.file.contains(id)).unwrap();
        let (_, mut scenario) = source.cases().unwrap().remove(0);
        timing.fit(&mut scenario);
        scenario
    }

    fn starting_in(millis: u64) -> Timing {
        Timing {
            startup: Duration::from_millis(millis),
            ..Timing::default()
        }
    }

    fn within(scenario: &Scenario) -> Duration {
        let mut expectations = scenario.steps.iter().flat_map(Step::expectations);
        expectations.find_map(|(_, expect)| expect.within).unwrap()
    }

    #[test]
    fn a_limit_does_not_include_the_start() {
        assert_eq!(
            within(&fitted("OBS-02", Timing::default())),
            Duration::from_secs(35)
        );
        let slow = fitted("OBS-02", starting_in(3000));
        assert_eq!(within(&slow), Duration::from_secs(41));
        assert_eq!(slow.deadline, Duration::from_secs(37 + 2 * 6));
    }

    /// A refresher also makes calls in the time that is added for its start.
    #[test]
    fn more_calls_are_permitted_in_a_longer_time() {
        let slow = fitted("NET-07", starting_in(3600));
        let refresher = slow.steps.last().unwrap();
        let calls = refresher.expect.as_ref().and_then(|expect| expect.calls);
        let calls = calls.unwrap();
        // The refresher has 11.2 s instead of 4 s.
        assert!(calls.has(16) && !calls.has(17), "{calls}");
        let quick = fitted("NET-07", Timing::default());
        assert_eq!(
            quick.steps.last().unwrap().expect.as_ref().unwrap().calls,
            "1..=6".parse().ok()
        );
    }

    #[test]
    fn a_token_outlives_the_start_of_a_slow_client() {
        assert_eq!(
            fitted("EXP-05", starting_in(900)).config.token_ttl,
            Duration::from_secs(36)
        );
        let slow = fitted("EXP-05", starting_in(2500));
        assert_eq!(slow.config.token_ttl, Duration::from_secs(108));
        let waits = slow.steps.iter().filter_map(|step| match step.action {
            Some(Action::Wait(length)) => Some(length),
            _ => None,
        });
        assert_eq!(waits.sum::<Duration>(), Duration::from_secs(57));
        let endless = fitted("EXP-05", starting_in(600_000));
        assert_eq!(endless.config.token_ttl, Duration::from_secs(144));
    }

    #[test]
    fn a_token_outlives_the_attempts_during_an_outage() {
        let patient = Timing {
            retries: Duration::from_secs(30),
            ..Timing::default()
        };
        let scenario = fitted("EXP-05", patient);
        assert_eq!(scenario.config.token_ttl, Duration::from_secs(72));
        let lucky = Timing {
            retries: Duration::from_secs(6),
            ..Timing::default()
        };
        assert_eq!(
            fitted("EXP-05", lucky).config.token_ttl,
            Duration::from_secs(36)
        );
        // No token expires in this scenario.
        assert_eq!(patient.factor(&fitted("TOK-01", Timing::default())), 1);
    }
}
