//! Runs real clients, and compares their verdicts with the records in `fixtures/verdicts`. `scripts/verdicts` installs the clients and starts
//! this program.

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
use std::time::Instant;

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
    write(record)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the clients that are chosen, one after the other, because the suite measures their speed.
fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let clients = arguments.chosen()?;
    if arguments.list {
        clients.iter().for_each(|client| println!("{client}"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut different = 0;
    for client in &clients {
        let started = Instant::now();
        let report = client.run()?;
        let seconds = started.elapsed().as_secs();
        if arguments.record {
            println!("{client}: {seconds} s");
            write(Record::of(
                &client.name,
                client.installed_version()?,
                &report,
            ))?;
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

/// Prints and returns whether the verdicts of a run are those of the record.
fn is_recorded(client: &Client, report: &Report, seconds: u64) -> Result<bool, String> {
    let differences = differences(client, report)?;
    let result = match differences.len() {
        0 => "as recorded",
        _ => "DIFFERENT",
    };
    println!("{client}: {result}, {seconds} s");
    differences.iter().for_each(|line| println!("  {line}"));
    Ok(differences.is_empty())
}

fn write(record: Record) -> Result<(), String> {
    let name = record.file_name();
    let open = record.write(&folder())?;
    if open.is_empty() {
        println!("  wrote {name}");
    } else {
        println!("  wrote {name}, without a review of {}", open.join(", "));
    }
    Ok(())
}
