//! Everything that AWS CLI v1 was recorded to do (`fixtures/awscli`), done again by `ecr` under the name `aws`.
//!
//! `GOLDEN_ONLY='cfg/*'` runs the cases that the pattern matches, `GOLDEN_BLESS=1` writes `not-yet.txt` anew.

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
