//! `mock-ecr reset`: resets a running mock to its initial state.

use std::process::ExitCode;

use serde_json::json;

use crate::args::{Preserved, ResetOptions};
use crate::error::Error;
use crate::{control_client, stdout};

pub(crate) async fn reset(options: ResetOptions) -> Result<ExitCode, Error> {
    let keep = match options.keep {
        Some(Preserved::Images) => "images",
        None => "nothing",
    };
    let done = control_client::post(&options.target, "reset", &json!({ "keep": keep })).await?;
    stdout::print_response(&options.output, &done, || {
        let text = match options.keep {
            Some(Preserved::Images) => "the mock is reset; its images are preserved\n",
            None => "the mock is reset\n",
        };
        text.to_owned()
    })?;
    Ok(ExitCode::SUCCESS)
}
