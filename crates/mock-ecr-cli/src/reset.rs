//! `mock-ecr reset`: a running mock as it was when it started.

use std::process::ExitCode;

use serde_json::json;

use crate::args::{Kept, ResetOptions};
use crate::error::Error;
use crate::{control_client, stdout};

pub(crate) async fn reset(options: ResetOptions) -> Result<ExitCode, Error> {
    let keep = match options.keep {
        Some(Kept::Images) => "images",
        None => "nothing",
    };
    let done = control_client::post(&options.target, "reset", &json!({ "keep": keep })).await?;
    stdout::print(&match (options.output.json, options.keep) {
        (true, _) => format!("{done:#}\n"),
        (false, Some(Kept::Images)) => "the mock is as it was, but for its images\n".to_owned(),
        (false, None) => "the mock is as it was\n".to_owned(),
    })?;
    Ok(ExitCode::SUCCESS)
}
