//! `mock-ecr contract`: any client, run through what ECR does on good and bad days.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use ecr_contract::Suite;
use ecr_contract::baseline::Baseline;
use ecr_contract::report::{
    Colour, Details, Outcome, Progress, ProgressLine, Report, Stale, Summary,
};
use tokio::runtime::Runtime;

use crate::args::ContractOptions;
use crate::error::Error;
use crate::stdout;

pub(crate) fn contract(options: &ContractOptions) -> Result<ExitCode, Error> {
    let suite = suite(options)?;
    if options.list {
        return list(&suite);
    }
    let baseline = baseline(options, &suite)?;
    for target in &options.reports {
        target.check()?;
    }
    let mut report = run(&suite)?;
    let strictness = options.strictness();
    if let Some(file) = &options.write_baseline {
        baseline.write_to(file, &report, strictness)?;
    }
    let stale = baseline.apply(&mut report, strictness);
    for target in &options.reports {
        target.write(&report, strictness)?;
    }
    print(options, &report, &stale)?;
    Ok(match report.outcome(strictness) {
        Outcome::Passed => ExitCode::SUCCESS,
        Outcome::Failed { .. } => 1.into(),
        Outcome::SetUpError => 2.into(),
    })
}

/// Each run is a process of this program's.
fn suite(options: &ContractOptions) -> Result<Suite, Error> {
    let program = std::env::current_exe().map_err(Error::system("cannot find this program"))?;
    let program = program.to_string_lossy().into_owned();
    // What its mock logs belongs to nobody here.
    let arguments = ["--log", "off", "contract-run"].map(str::to_owned);
    let worker = [program].into_iter().chain(arguments).collect();
    let mut suite = Suite::new(options.client_type, options.client.clone(), worker);
    suite.redirect = options.redirect();
    suite.only.clone_from(&options.only);
    suite.scenarios.clone_from(&options.scenarios);
    suite.seed.clone_from(&options.seed);
    suite.jobs = options.jobs;
    Ok(suite)
}

fn list(suite: &Suite) -> Result<ExitCode, Error> {
    let lines = suite.list()?.into_iter();
    let lines: String = lines
        .map(|(id, title)| format!("{id}  {title}\n"))
        .collect();
    stdout::print(&lines)?;
    Ok(ExitCode::SUCCESS)
}

/// What is known already; a file that is yet to be written knows of nothing.
fn baseline(options: &ContractOptions, suite: &Suite) -> Result<Baseline, Error> {
    let to_be_written = options.write_baseline.as_ref().filter(|file| file.exists());
    let Some(file) = options.baseline.as_ref().or(to_be_written) else {
        return Ok(Baseline::default());
    };
    let ids = suite.ids().map_err(ecr_contract::SuiteError::from)?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Ok(Baseline::read(file, &ids)?)
}

fn run(suite: &Suite) -> Result<Report, Error> {
    let runtime = Runtime::new().map_err(Error::system("cannot start a runtime"))?;
    let line = match io::stderr().is_terminal() {
        true => ProgressLine::Rewritten,
        false => ProgressLine::Silent,
    };
    let mut progress = Progress::new(io::stderr(), line, colour(&io::stderr()));
    let report = runtime.block_on(suite.run(|finished| progress.update(&finished)));
    progress.clear();
    Ok(report?)
}

/// The summary on stdout, unless a report has taken its place; of a single scenario, all there is.
fn print(options: &ContractOptions, report: &Report, stale: &[Stale]) -> Result<(), Error> {
    if options.reports.iter().any(|target| target.file.is_none()) {
        return Ok(());
    }
    let colour = colour(&io::stdout());
    let mut text = String::new();
    if let ([_], [scenario]) = (&*options.only, &*report.scenarios) {
        text = format!("{}\n", Details { scenario, colour });
    }
    let strictness = options.strictness();
    let summary = Summary {
        report,
        strictness,
        stale,
        colour,
    };
    stdout::print(&(text + &summary.to_string()))
}

/// `NO_COLOR` counts when it is not empty. Source: no-color.org.
fn colour(to: &impl io::IsTerminal) -> Colour {
    let is_rejected = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match to.is_terminal() {
        true if !is_rejected => Colour::Ansi,
        _ => Colour::Plain,
    }
}
