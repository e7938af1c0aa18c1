//! `mock-ecr clock`: the clock of a running mock.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::args::{ClockAction, ClockOptions};
use crate::failure::Failure;
use crate::{remote, stdout};

pub(crate) async fn clock(options: ClockOptions) -> Result<ExitCode, Failure> {
    let running = &options.running;
    let clock = match options.action.unwrap_or(ClockAction::Get) {
        ClockAction::Get => remote::get_json(running, "clock").await,
        ClockAction::Advance { by } => {
            remote::post(running, "clock/advance", &json!({ "by": by })).await
        }
        ClockAction::Set { to } => {
            let to = json!({ "to": to.to_string() });
            remote::post(running, "clock/set", &to).await
        }
        ClockAction::Freeze => remote::post(running, "clock/freeze", &json!({})).await,
        ClockAction::Run => remote::post(running, "clock/run", &json!({})).await,
    }?;
    stdout::print(&match options.output.json {
        true => format!("{clock:#}\n"),
        false => format!("{} {}\n", text(&clock, "now"), text(&clock, "state")),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn text<'a>(json: &'a Value, field: &str) -> &'a str {
    json[field].as_str().unwrap_or_default()
}
