//! `mock-ecr repository`: lists the repositories of a running mock.

use std::process::ExitCode;

use serde_json::Value;

use crate::args::RepositoryAction;
use crate::control_client;
use crate::error::Error;
use crate::table::{field, print_list};

pub(crate) async fn repository(action: RepositoryAction) -> Result<ExitCode, Error> {
    let RepositoryAction::List(options) = action;
    let json = control_client::get_json(&options.target, "repositories").await?;
    print_list(&options.output, &json, "repositories", &HEADING, row)?;
    Ok(ExitCode::SUCCESS)
}

const HEADING: [&str; 5] = ["REPOSITORY", "ACCOUNT", "REGION", "IMAGES", "CREATED"];

fn row(repository: &Value) -> Vec<String> {
    let fields = ["name", "account", "region", "images", "created"];
    fields.map(|name| field(repository, name)).into()
}
