//! Runs one case: performs the steps, and checks the results.

mod backdate;
mod byte_array;
mod checks;
mod condensed;
mod escapes;
mod evidence;
mod explanation;
mod files;
mod reading;
mod redaction;
mod sequences;
mod steps;

use mock_ecr::MockEcr;
use mock_ecr::fault::{Fault, FaultAction, TokenFault};

use crate::client::Client;
use crate::clock;
use crate::error_chain::error_chain;
use crate::report::{CaseReport, Verdict};
use crate::run::evidence::Evidence;
use crate::sandbox::Sandbox;
use crate::scenario::{RedirectMode, Scenario, Step};
use crate::shell_word::quoted;
use crate::testbed::Testbed;
use crate::worker_request::WorkerRequest;

/// Runs a case with a client program, and returns its report.
pub(crate) async fn run_case(request: &WorkerRequest, sandbox: Option<&Sandbox>) -> CaseReport {
    let client = |_: &MockEcr| Client::of(request.client_type);
    run_case_with(request, sandbox, |_| Ok(()), client).await
}

/// Runs a case, and returns its report. `client` creates the client for the mock. `fit` adapts the scenario to the client, or returns the
/// reason why the scenario is not applicable.
pub(crate) async fn run_case_with(
    request: &WorkerRequest,
    sandbox: Option<&Sandbox>,
    fit: impl FnOnce(&mut Scenario) -> Result<(), String>,
    client: impl FnOnce(&MockEcr) -> Client,
) -> CaseReport {
    let started = clock::now();
    let outcome = match scenario(request) {
        Err(why) => Outcome::of(Verdict::SetUpError, why),
        Ok(mut scenario) => {
            let fitted =
                fit(&mut scenario).and_then(|()| redirect_mode(request, &scenario, sandbox));
            match fitted {
                Err(why) => Outcome::of(Verdict::NotApplicable, why),
                Ok(redirect) => run_on_testbed(request, &scenario, redirect, sandbox, client).await,
            }
        }
    };
    outcome.report(request, clock::millis_since(started))
}

fn scenario(request: &WorkerRequest) -> Result<Scenario, String> {
    let cases = request.source.cases().map_err(|error| error.to_string())?;
    let mut cases = cases.into_iter();
    let found = cases.find(|(name, _)| *name == request.case);
    let (_, mut scenario) = found.ok_or_else(|| "unknown case".to_owned())?;
    scenario.fit_client(request.client_type, &request.claims);
    request.timing.fit(&mut scenario);
    Ok(scenario)
}

/// Returns the redirection mode: the requested mode if the scenario supports it, otherwise the first possible mode that the scenario
/// supports.
fn redirect_mode(
    request: &WorkerRequest,
    scenario: &Scenario,
    sandbox: Option<&Sandbox>,
) -> Result<RedirectMode, String> {
    if scenario.needs_sandbox && sandbox.is_none() {
        return Err("requires a sandbox, which cannot be created here".to_owned());
    }
    if request.docker.is_some() && request.redirect == RedirectMode::Env {
        return Err("docker finds the registry only with --redirect sandbox or proxy".to_owned());
    }
    if let Some(why) = request
        .docker
        .as_ref()
        .and_then(|_| without_real_docker(scenario))
    {
        return Err(why.to_owned());
    }
    let requested = request.redirect;
    if scenario.redirect.is_empty() || scenario.redirect.contains(&requested) {
        return Ok(requested);
    }
    let possible = |mode: &&RedirectMode| **mode != RedirectMode::Sandbox || sandbox.is_some();
    let found = scenario.redirect.iter().find(possible).copied();
    found.ok_or_else(|| "requires --redirect sandbox, which is not available here".to_owned())
}

/// Returns the reason why a scenario cannot be run with the docker CLI, which sends each password to the registry.
fn without_real_docker(scenario: &Scenario) -> Option<&'static str> {
    let is_changed =
        |fault: &Fault| matches!(fault.action, FaultAction::Token(TokenFault::Login(_)));
    if scenario.faults().any(is_changed) {
        return Some("the registry would reject the changed password: requires --docker shim");
    }
    let mut expectations = scenario.steps.iter().flat_map(Step::expectations);
    let is_restricted = expectations.any(|(_, expect)| !expect.never_logs_in_to.is_empty());
    is_restricted
        .then_some("docker stores no login for a host that it cannot reach: requires --docker shim")
}

async fn run_on_testbed(
    request: &WorkerRequest,
    scenario: &Scenario,
    redirect: RedirectMode,
    sandbox: Option<&Sandbox>,
    client: impl FnOnce(&MockEcr) -> Client,
) -> Outcome {
    let testbed = match Testbed::set_up(request, scenario, redirect, sandbox).await {
        Ok(testbed) => testbed,
        Err(error) => return Outcome::of(Verdict::SetUpError, error_chain(&error)),
    };
    let mut client = client(&testbed.ecr);
    let mut evidence = Evidence::new(&testbed);
    let finished = steps::run(&testbed, scenario, &mut client, &mut evidence).await;
    client.end().await;
    evidence.record_stderr(&client.log());
    evidence.collect_requests(&testbed);
    match finished {
        Ok(()) => Outcome::from_evidence(&testbed, scenario, evidence, &client),
        Err(steps::Stop::NotApplicable(why)) => Outcome {
            evidence: Some(evidence.redacted(&testbed)),
            ..Outcome::of(Verdict::NotApplicable, why)
        },
        Err(steps::Stop::SetUpError(why)) => Outcome {
            evidence: Some(evidence.redacted(&testbed)),
            ..Outcome::of(Verdict::SetUpError, why)
        },
    }
}

/// The result of a case, from which the report is created.
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

    /// Checks the expectations for the whole run, and derives the verdict from the findings.
    fn from_evidence(
        testbed: &Testbed,
        scenario: &Scenario,
        mut evidence: Evidence,
        client: &Client,
    ) -> Self {
        steps::check_whole_run(testbed, scenario, &mut evidence, client);
        if evidence.findings.is_empty() {
            let why = "the client returned none of the values that the scenario checks";
            return Outcome {
                evidence: Some(evidence.redacted(testbed)),
                ..Outcome::of(Verdict::NotApplicable, why.to_owned())
            };
        }
        Outcome {
            verdict: checks::verdict(scenario.severity, &evidence.findings),
            reason: None,
            evidence: Some(evidence.redacted(testbed)),
        }
    }

    fn report(self, request: &WorkerRequest, took_ms: u64) -> CaseReport {
        let (findings, runs, timeline) = match self.evidence {
            Some(evidence) => (evidence.findings, evidence.runs, evidence.events),
            None => Default::default(),
        };
        CaseReport {
            name: request.case.clone(),
            verdict: self.verdict,
            reason: self.reason,
            took_ms,
            findings,
            runs,
            timeline,
            repeat: repeat(request),
        }
    }
}

/// Returns the command that repeats the case.
fn repeat(request: &WorkerRequest) -> String {
    let words = [
        "mock-ecr",
        "contract",
        "--client-type",
        request.client_type.name(),
    ];
    let words = words.map(str::to_owned).into_iter();
    let rest = request.options.iter().cloned();
    let rest = rest
        .chain(["--".to_owned()])
        .chain(request.client.iter().cloned());
    let words: Vec<String> = words.chain(rest).map(|word| quoted(&word)).collect();
    words.join(" ")
}
