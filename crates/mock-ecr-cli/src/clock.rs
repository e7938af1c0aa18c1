//! `mock-ecr clock`: reads and changes the clock of a running mock.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::args::{ClockAction, ClockOptions};
use crate::error::Error;
use crate::{control_client, stdout};

pub(crate) async fn clock(options: ClockOptions) -> Result<ExitCode, Error> {
    let target = &options.target;
    let clock = match options.action.unwrap_or(ClockAction::Get) {
        ClockAction::Get => control_client::get_json(target, "clock").await,
        ClockAction::Advance { by } => {
            control_client::post(target, "clock/advance", &json!({ "by": by })).await
        }
        ClockAction::Set { to } => {
            let to = json!({ "to": to.to_string() });
            control_client::post(target, "clock/set", &to).await
        }
        ClockAction::Freeze => control_client::post(target, "clock/freeze", &json!({})).await,
        ClockAction::Run => control_client::post(target, "clock/run", &json!({})).await,
    }?;
    stdout::print_response(&options.output, &clock, || {
        format!("{} {}\n", text(&clock, "now"), text(&clock, "state"))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn text<'a>(json: &'a Value, field: &str) -> &'a str {
    json[field].as_str().unwrap_or_default()
}
