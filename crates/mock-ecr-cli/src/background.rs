//! `mock-ecr background`: finishes work in the background of a running mock.

use std::process::ExitCode;

use clap::ValueEnum as _;
use serde_json::{Value, json};

use crate::args::{BackgroundCommand, BackgroundKind, BackgroundOptions};
use crate::error::Error;
use crate::table::table;
use crate::{control_client, stdout};

pub(crate) async fn background(options: BackgroundOptions) -> Result<ExitCode, Error> {
    let BackgroundCommand::Run { kinds } = options.action;
    let names: Vec<String> = kinds.into_iter().map(name).collect();
    let body = match names.is_empty() {
        true => json!({}),
        false => json!({ "kinds": names }),
    };
    let done = control_client::post(&options.target, "background/run", &body).await?;
    stdout::print_response(&options.output, &done, || work_table(&done))?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the name of a kind in the control API.
fn name(kind: BackgroundKind) -> String {
    let value = kind.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().replace('-', "_"))
}

fn work_table(done: &Value) -> String {
    let kinds = done.as_object().into_iter().flatten();
    let rows: Vec<_> = kinds
        .filter(|(_, number)| number.as_u64() != Some(0))
        .map(|(kind, number)| vec![kind.replace('_', "-"), number.to_string()])
        .collect();
    match rows.is_empty() {
        true => "no work in the background\n".to_owned(),
        false => table(&["KIND", "FINISHED"], &rows),
    }
}
