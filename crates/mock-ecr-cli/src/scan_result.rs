//! `mock-ecr scan-result`: sets the results of the scans of images of a running mock.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use crate::args::{ScanResultCommand, ScanResultOptions};
use crate::error::Error;
use crate::stdin::argument_or_stdin;
use crate::{control_client, stdout};

pub(crate) async fn scan_result(options: ScanResultOptions) -> Result<ExitCode, Error> {
    let ScanResultCommand::Set { file } = &options.action;
    let result: Value = serde_json::from_str(&read(file)?).map_err(|cause| Error::ScanResult {
        file: file.clone(),
        cause,
    })?;
    let set = control_client::post(&options.target, "scan-results", &result).await?;
    stdout::print_response(&options.output, &set, || {
        let text = |field: &str| set[field].as_str().unwrap_or_default().to_owned();
        format!("{}@{}\n", text("repository"), text("digest"))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<String, Error> {
    if file == Path::new("-") {
        return argument_or_stdin("-");
    }
    fs::read_to_string(file).map_err(|cause| Error::Unreadable {
        path: file.to_owned(),
        cause,
    })
}
