//! `mock-ecr contract`: runs the contract tests for a client.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use ecr_contract::baseline::Baseline;
use ecr_contract::report::{
    Colour, Details, Outcome, Progress, ProgressLine, Report, Screen, Stale, Summary,
};
use ecr_contract::{Catalog, ClientType, ListedScenario, Suite, SuiteError};
use terminal_size::{Height, Width, terminal_size_of};
use tokio::runtime::Runtime;

use crate::args::ContractOptions;
use crate::error::Error;
use crate::opened_report::OpenedReport;
use crate::stdout;
use crate::table::table;

pub(crate) fn contract(options: &ContractOptions) -> Result<ExitCode, Error> {
    if options.list {
        return list(options);
    }
    let suite = suite(options)?;
    let baseline = baseline(options, &suite)?;
    let mut targets = options.reports.clone();
    let opened = options.open.then(|| OpenedReport::of(&mut targets));
    let opened = opened.transpose()?;
    for target in &targets {
        target.check()?;
    }
    let mut report = run(&suite)?;
    let strictness = options.strictness();
    if let Some(file) = &options.write_baseline {
        baseline.write_to(file, &report, strictness)?;
    }
    let stale = baseline.apply(&mut report, strictness);
    for target in &targets {
        target.write(&report, strictness)?;
    }
    print(options, &report, &stale)?;
    opened.into_iter().for_each(OpenedReport::open);
    Ok(match report.outcome(strictness) {
        Outcome::Passed => ExitCode::SUCCESS,
        Outcome::Failed { .. } => 1.into(),
        Outcome::SetUpError => 2.into(),
    })
}

/// Creates the suite. Its workers are processes of this program.
fn suite(options: &ContractOptions) -> Result<Suite, Error> {
    let program =
        std::env::current_exe().map_err(Error::system("cannot find the path of this program"))?;
    let program = program.to_string_lossy().into_owned();
    // The log of a worker's mock would mix with the output of this command.
    let arguments = ["--log", "off", "contract-run"].map(str::to_owned);
    let worker = [program].into_iter().chain(arguments).collect();
    let client_type = options.client_type;
    let client_type = client_type.expect("clap requires a client type without --list");
    let mut suite = Suite::new(client_type, options.client.clone(), worker);
    suite.redirect = options.redirect();
    suite.number = options.suite;
    suite.only.clone_from(&options.only);
    suite.scenarios.clone_from(&options.scenarios);
    suite.seed.clone_from(&options.seed);
    suite.jobs = options.jobs;
    suite.startup = options.startup;
    suite.docker = options.docker();
    suite.claims.clone_from(&options.claims);
    Ok(suite)
}

fn list(options: &ContractOptions) -> Result<ExitCode, Error> {
    let catalog = Catalog {
        suite: options.suite,
        only: &options.only,
        folder: options.scenarios.as_deref(),
    };
    let mut scenarios = catalog.list().map_err(SuiteError::from)?;
    if let Some(client_type) = options.client_type {
        scenarios.retain(|one| one.client_types.contains(&client_type));
    }
    if scenarios.is_empty() {
        return Err(Error::NoScenario(options.only.join(" ")));
    }
    let rows: Vec<_> = scenarios.iter().map(row).collect();
    let heading = ["SCENARIO", "SUITE", "TITLE", "CLIENT TYPES"];
    // If a client type is given, all scenarios have it.
    let columns = if options.client_type.is_some() { 3 } else { 4 };
    stdout::print(&table(&heading[..columns], &rows))?;
    Ok(ExitCode::SUCCESS)
}

fn row(scenario: &ListedScenario) -> Vec<String> {
    let title = match &scenario.skipped {
        Some(reason) => format!("{} (skipped: {reason})", scenario.title),
        None => scenario.title.clone(),
    };
    let suite = scenario.suite.map(|number| number.to_string());
    let suite = suite.unwrap_or_else(|| "-".to_owned());
    vec![
        scenario.id.clone(),
        suite,
        title,
        types(&scenario.client_types),
    ]
}

/// Formats client types as a list of names, or as `all`.
fn types(types: &[ClientType]) -> String {
    let is_all = ClientType::ALL.iter().all(|one| types.contains(one));
    let names: Vec<&str> = types.iter().map(|one| one.name()).collect();
    match is_all {
        true => "all".to_owned(),
        false => names.join(","),
    }
}

/// Reads the known failures. A file that is still to be written contains none.
fn baseline(options: &ContractOptions, suite: &Suite) -> Result<Baseline, Error> {
    let existing = options.write_baseline.as_ref().filter(|file| file.exists());
    let Some(file) = options.baseline.as_ref().or(existing) else {
        return Ok(Baseline::default());
    };
    let ids = suite.ids().map_err(SuiteError::from)?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Ok(Baseline::read(file, &ids)?)
}

fn run(suite: &Suite) -> Result<Report, Error> {
    let runtime = Runtime::new().map_err(Error::system("cannot start the async runtime"))?;
    let line = match io::stderr().is_terminal() {
        true => ProgressLine::Rewritten,
        false => ProgressLine::Silent,
    };
    let mut progress = Progress::new(
        io::stderr(),
        line,
        screen(&io::stderr(), terminal_size_of(io::stderr())),
    );
    let report = runtime.block_on(suite.run(|finished| progress.update(&finished)));
    progress.clear();
    Ok(report?)
}

/// Prints the summary to stdout, unless a report is written there. If one scenario was selected, prints its details first.
fn print(options: &ContractOptions, report: &Report, stale: &[Stale]) -> Result<(), Error> {
    if options.reports.iter().any(|target| target.file.is_none()) {
        return Ok(());
    }
    let screen = screen(&io::stdout(), terminal_size_of(io::stdout()));
    let mut text = String::new();
    if let ([_], [scenario]) = (&*options.only, &*report.scenarios) {
        text = format!("{}\n", Details { scenario, screen });
    }
    let strictness = options.strictness();
    let summary = Summary {
        report,
        strictness,
        stale,
        screen,
    };
    stdout::print_escaped(&(text + &summary.to_string()))
}

/// Returns the width of a terminal, and its colour: `NO_COLOR` disables colours if it is not empty. Source: no-color.org.
fn screen(to: &impl IsTerminal, size: Option<(Width, Height)>) -> Screen {
    let is_disabled = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = match to.is_terminal() {
        true if !is_disabled => Colour::Ansi,
        _ => Colour::Plain,
    };
    let columns = size.map_or(Screen::default().columns(), |(Width(columns), _)| {
        columns.into()
    });
    Screen::new(colour, columns)
}
