//! `mock-ecr fault`: injects faults into a running mock.

use std::process::ExitCode;

use ecr_contract::sanitize_line;
use mock_ecr::fault::Fault;
use serde_json::{Value, json};

use crate::args::{FaultCommand, FaultOptions, Target};
use crate::error::Error;
use crate::stdin::argument_or_stdin;
use crate::table::table;
use crate::{control_client, stdout};

pub(crate) async fn fault(options: FaultOptions) -> Result<ExitCode, Error> {
    let target = &options.target;
    let json = match options.action.unwrap_or(FaultCommand::List) {
        FaultCommand::List => control_client::get_json(target, "faults").await,
        FaultCommand::Add { toml } => add(target, &toml).await,
        FaultCommand::Remove { id } => remove(target, id).await,
        FaultCommand::Clear => control_client::delete(target, "faults").await,
    }?;
    stdout::print_response(&options.output, &json, || fault_table(&json))?;
    Ok(ExitCode::SUCCESS)
}

async fn add(target: &Target, toml: &str) -> Result<Value, Error> {
    let fault = Fault::from_toml(&argument_or_stdin(toml)?).map_err(Error::Fault)?;
    control_client::post(target, "faults", &json!(fault)).await
}

async fn remove(target: &Target, id: u64) -> Result<Value, Error> {
    let removed = control_client::delete(target, &format!("faults?id={id}")).await?;
    match removed["faults"].as_array().is_some_and(Vec::is_empty) {
        true => Err(Error::NoFault(id)),
        false => Ok(removed),
    }
}

/// Formats one fault or a list of faults.
fn fault_table(json: &Value) -> String {
    let one = std::slice::from_ref(json);
    let faults = json["faults"].as_array().map_or(one, Vec::as_slice);
    let rows: Vec<_> = faults.iter().map(row).collect();
    if rows.is_empty() {
        return "no faults\n".to_owned();
    }
    let mut text = table(&["FAULT", "ACTION", "MATCH", "MATCHED", "TRIGGERED"], &rows);
    for fault in faults {
        if let Some(sentence) = fault["text"].as_str() {
            text += &format!("{}: {}\n", fault["id"], sanitize_line(sentence));
        }
    }
    text
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
