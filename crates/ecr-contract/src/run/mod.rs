//! One run of a scenario: its steps, and the checks of what they did.

mod age;
mod evidence;
mod files;
mod judge;
mod mask;
mod steps;

use mock_ecr::MockEcr;

use crate::client::{Client, quoted};
use crate::clock;
use crate::error_chain::error_chain;
use crate::order::Order;
use crate::report::{CaseReport, Verdict};
use crate::run::evidence::Evidence;
use crate::scenario::{RedirectMode, Scenario};
use crate::surroundings::Fence;
use crate::testbed::Stage;

/// Runs one case, and says what came of it.
pub(crate) async fn play(order: &Order, fence: Option<&Fence>) -> CaseReport {
    let client = |_: &MockEcr| Client::of(order.client_type);
    play_with(order, fence, |_| Ok(()), client).await
}

/// Runs one case with a client that is made for its mock, if the scenario can be fitted to it.
pub(crate) async fn play_with(
    order: &Order,
    fence: Option<&Fence>,
    fit: impl FnOnce(&mut Scenario) -> Result<(), String>,
    client: impl FnOnce(&MockEcr) -> Client,
) -> CaseReport {
    let started = clock::now();
    let outcome = match scenario(order) {
        Err(why) => Outcome::of(Verdict::BrokenSetUp, why),
        Ok(mut scenario) => {
            let fitted = fit(&mut scenario).and_then(|()| way(order, &scenario, fence));
            match fitted {
                Err(why) => Outcome::of(Verdict::NotApplicable, why),
                Ok(redirect) => on_stage(order, &scenario, redirect, fence, client).await,
            }
        }
    };
    outcome.report(order, clock::millis_since(started))
}

fn scenario(order: &Order) -> Result<Scenario, String> {
    let cases = order.source.cases().map_err(|error| error.to_string())?;
    let found = cases.into_iter().find(|(name, _)| *name == order.case);
    found
        .map(|(_, scenario)| scenario)
        .ok_or_else(|| "there is no such case".to_owned())
}

/// How the client is led: as it was asked for, unless the scenario makes sense in other ways alone.
fn way(order: &Order, scenario: &Scenario, fence: Option<&Fence>) -> Result<RedirectMode, String> {
    if scenario.needs_fence && fence.is_none() {
        return Err("it takes a fence, which cannot be made here".to_owned());
    }
    let asked = order.redirect;
    if scenario.redirect.is_empty() || scenario.redirect.contains(&asked) {
        return Ok(asked);
    }
    let possible = |way: &&RedirectMode| **way != RedirectMode::Hosts || fence.is_some();
    let found = scenario.redirect.iter().find(possible).copied();
    found.ok_or_else(|| "it takes --redirect hosts, which cannot be had here".to_owned())
}

async fn on_stage(
    order: &Order,
    scenario: &Scenario,
    redirect: RedirectMode,
    fence: Option<&Fence>,
    client: impl FnOnce(&MockEcr) -> Client,
) -> Outcome {
    let stage = match Stage::set(order, scenario, redirect, fence).await {
        Ok(stage) => stage,
        Err(error) => return Outcome::of(Verdict::BrokenSetUp, error_chain(&error)),
    };
    let mut client = client(&stage.ecr);
    let mut evidence = Evidence::new(&stage);
    let played = steps::play(&stage, scenario, &mut client, &mut evidence).await;
    client.end().await;
    evidence.gather(&stage);
    match played {
        Ok(()) => Outcome::judged(&stage, scenario, evidence, &client),
        Err(steps::Stop::NotApplicable(why)) => Outcome {
            evidence: Some(evidence.masked(&stage)),
            ..Outcome::of(Verdict::NotApplicable, why)
        },
        Err(steps::Stop::Broken(why)) => Outcome {
            evidence: Some(evidence.masked(&stage)),
            ..Outcome::of(Verdict::BrokenSetUp, why)
        },
    }
}

/// What came of it, before it is a report.
struct Outcome {
    verdict: Verdict,
    reason: Option<String>,
    evidence: Option<Evidence>,
}

impl Outcome {
    fn of(verdict: Verdict, reason: String) -> Self {
        Outcome {
            verdict,
            reason: Some(reason),
            evidence: None,
        }
    }

    /// Looks at the run as a whole, and says what the findings amount to.
    fn judged(stage: &Stage, scenario: &Scenario, mut evidence: Evidence, client: &Client) -> Self {
        steps::look_back(stage, scenario, &mut evidence, client);
        if evidence.findings.is_empty() {
            let why = "the client has told nothing of what is looked at";
            return Outcome {
                evidence: Some(evidence.masked(stage)),
                ..Outcome::of(Verdict::NotApplicable, why.to_owned())
            };
        }
        Outcome {
            verdict: judge::verdict(scenario.severity, &evidence.findings),
            reason: None,
            evidence: Some(evidence.masked(stage)),
        }
    }

    fn report(self, order: &Order, took_ms: u64) -> CaseReport {
        let (findings, runs, timeline) = match self.evidence {
            Some(evidence) => (evidence.findings, evidence.runs, evidence.events),
            None => Default::default(),
        };
        CaseReport {
            name: order.case.clone(),
            verdict: self.verdict,
            reason: self.reason,
            took_ms,
            findings,
            runs,
            timeline,
            repeat: repeat(order),
        }
    }
}

/// The command that runs this one again.
fn repeat(order: &Order) -> String {
    let words = [
        "mock-ecr",
        "contract",
        "--client-type",
        order.client_type.name(),
    ];
    let words = words.map(str::to_owned).into_iter();
    let rest = order.options.iter().cloned();
    let rest = rest
        .chain(["--".to_owned()])
        .chain(order.client.iter().cloned());
    let words: Vec<String> = words.chain(rest).map(|word| quoted(&word)).collect();
    words.join(" ")
}
