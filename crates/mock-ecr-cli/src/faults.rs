//! `mock-ecr faults`: what goes wrong in a running mock.

use std::process::ExitCode;

use mock_ecr::fault::Fault;
use serde_json::{Value, json};

use crate::args::{FaultsAction, FaultsOptions, Running};
use crate::failure::Failure;
use crate::table::table;
use crate::token::read_stdin;
use crate::{remote, stdout};

pub(crate) async fn faults(options: FaultsOptions) -> Result<ExitCode, Failure> {
    let running = &options.running;
    let json = match options.action.unwrap_or(FaultsAction::List) {
        FaultsAction::List => remote::get_json(running, "faults").await,
        FaultsAction::Add { toml } => add(running, &toml).await,
        FaultsAction::Remove { id } => remove(running, id).await,
        FaultsAction::Clear => remote::delete(running, "faults").await,
    }?;
    stdout::print(&match options.output.json {
        true => format!("{json:#}\n"),
        false => for_people(&json),
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn add(running: &Running, toml: &str) -> Result<Value, Failure> {
    let toml = match toml {
        "-" => read_stdin()?,
        _ => toml.to_owned(),
    };
    let fault = Fault::from_toml(&toml).map_err(Failure::Fault)?;
    remote::post(running, "faults", &json!(fault)).await
}

async fn remove(running: &Running, id: u64) -> Result<Value, Failure> {
    let removed = remote::delete(running, &format!("faults?id={id}")).await?;
    match removed["faults"].as_array().is_some_and(Vec::is_empty) {
        true => Err(Failure::NoFault(id)),
        false => Ok(removed),
    }
}

/// One fault, or a list of them.
fn for_people(json: &Value) -> String {
    let one = std::slice::from_ref(json);
    let faults = json["faults"].as_array().map_or(one, Vec::as_slice);
    let rows: Vec<_> = faults.iter().map(row).collect();
    table(&["FAULT", "ACTION", "MATCH", "MATCHED", "TRIGGERED"], &rows)
}

fn row(fault: &Value) -> Vec<String> {
    let matcher = fault["match"].as_object().into_iter().flatten();
    let matcher: Vec<String> = matcher
        .map(|(name, value)| format!("{name}={}", plain(value)))
        .collect();
    let action = match &fault["action"] {
        Value::Object(action) => {
            let parts = action
                .iter()
                .map(|(name, value)| format!("{name}={}", plain(value)));
            parts.collect::<Vec<_>>().join(" ")
        }
        action => plain(action),
    };
    vec![
        fault["id"].to_string(),
        action,
        matcher.join(" "),
        fault["matched"].to_string(),
        fault["triggered"].to_string(),
    ]
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
