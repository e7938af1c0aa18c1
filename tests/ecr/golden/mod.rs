//! Repeats the recorded runs of AWS CLI v1 (`fixtures/awscli`) with `ecr` under the name `aws`.
//!
//! `GOLDEN_ONLY='cfg/*'` runs only the cases that match the pattern. `GOLDEN_BLESS=1` writes `known-failures.txt`.

mod case;
mod comparison;
mod deviations;
mod fixtures;
mod known_failures;
mod program;
mod report;
mod schedule;
mod server;
mod tls;
mod workspace;

use std::env;

use deviations::{Deviations, matches};
use known_failures::KnownFailures;
use report::{Verdict, print_line};

#[test]
fn every_recorded_case_passes() {
    let only = env::var("GOLDEN_ONLY").ok();
    let shared = fixtures::shared();
    let deviations = Deviations::load();
    let mut cases = fixtures::cases();
    deviations.assert_all_used(cases.keys());
    cases.retain(|name, _| only.as_ref().is_none_or(|only| matches(only, name)));
    assert!(!cases.is_empty(), "GOLDEN_ONLY matches no case");

    let runs = schedule::run_all(&cases, &shared);
    let verdicts: Vec<_> = runs
        .into_iter()
        .map(|(name, run)| {
            let level = deviations.level(name);
            let differences = comparison::differences(&run.recorded, &run.observed, level);
            Verdict::new(name, &cases[name], level, differences)
        })
        .collect();

    print_line(&report::summary(&verdicts));
    match only {
        Some(_) => report::assert_all_pass(&verdicts),
        None if env::var_os("GOLDEN_BLESS").is_some() => KnownFailures::write(&verdicts),
        None => KnownFailures::load().assert_exact(&verdicts),
    }
}
