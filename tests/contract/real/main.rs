//! Runs real clients, and compares their verdicts with the records in `fixtures/verdicts`. `scripts/verdicts` installs the clients and starts
//! this program.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program is a command"
)]

mod arguments;
mod clients;
mod compare;
#[path = "../failures.rs"]
mod failures;
mod import;
mod record;
mod runs;
mod verdicts;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use ecr_contract::report::Report;

use crate::arguments::Arguments;
use crate::clients::Client;
use crate::compare::differences;
use crate::verdicts::{Record, folder};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.record_report {
        Some(report) => import(&arguments, report),
        None => run(&arguments),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

fn import(arguments: &Arguments, report: &Path) -> Result<ExitCode, String> {
    let (record, unused) = arguments.description()?.record(report)?;
    for message in unused {
        eprintln!("warning: {message}");
    }
    write(record, &arguments.into())?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the clients that are chosen, one after the other, because the suite measures their speed.
fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let clients = arguments.chosen()?;
    if arguments.list {
        clients.iter().for_each(|client| println!("{client}"));
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.every_test {
        println!("without {}, which take long", LONG.join(", "));
    }
    let mut different = 0;
    for client in &clients {
        let report = client.run(&scenarios(arguments, client)?)?;
        let seconds = report.took_ms / 1000;
        if arguments.record {
            println!("{client}: {seconds} s");
            let record = Record::of(&client.name, client.installed_version()?, &report);
            write(record, &arguments.into())?;
            println!("  timeline: {}", client.report_file("html")?.display());
        } else if !is_recorded(client, &report, seconds)? {
            different += 1;
        }
    }
    if different == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{different} of {} clients differ from fixtures/verdicts. installed:\n{}",
        clients.len(),
        runs::versions()?
    );
    Ok(ExitCode::FAILURE)
}

/// The suite waits for 35 s in these scenarios, which is more than in all others together. `scripts/test` runs them with correct clients only.
const LONG: [&str; 3] = ["DHP-05", "NET-01", "OBS-02"];

/// Returns the IDs of the scenarios to run. None means all.
fn scenarios(arguments: &Arguments, client: &Client) -> Result<Vec<String>, String> {
    if !arguments.every_test {
        return Ok(Vec::new());
    }
    let recorded = Record::read(&folder().join(client.file_name()))?;
    let ids = recorded.verdicts.into_keys();
    Ok(ids.filter(|id| !LONG.contains(&id.as_str())).collect())
}

/// Prints and returns whether the verdicts of a run are those of the record.
fn is_recorded(client: &Client, report: &Report, seconds: u64) -> Result<bool, String> {
    let differences = differences(client, report)?;
    let result = match differences.len() {
        0 => "as recorded",
        _ => "DIFFERENT",
    };
    println!("{client}: {result}, {seconds} s");
    differences.iter().for_each(|line| println!("  {line}"));
    if !differences.is_empty() {
        println!("  timeline: {}", client.report_file("html")?.display());
    }
    Ok(differences.is_empty())
}

fn write(record: Record, folder: &Path) -> Result<(), String> {
    let name = record.file_name();
    let open = record.write(folder)?;
    if open.is_empty() {
        println!("  wrote {name}");
    } else {
        println!("  wrote {name}, without a review of {}", open.join(", "));
    }
    Ok(())
}
