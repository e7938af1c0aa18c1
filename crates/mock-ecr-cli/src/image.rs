//! `mock-ecr image`: lists the images of a running mock.

use std::process::ExitCode;

use serde_json::Value;

use crate::args::ImageAction;
use crate::control_client;
use crate::error::Error;
use crate::table::{field, print_list};

pub(crate) async fn image(action: ImageAction) -> Result<ExitCode, Error> {
    let ImageAction::List(options) = action;
    let name = options
        .repository
        .map(|name| ("repository", name.to_string()));
    let resource = control_client::with_query("images", name);
    let json = control_client::get_json(&options.list.target, &resource).await?;
    print_list(&options.list.output, &json, "images", &HEADING, row)?;
    Ok(ExitCode::SUCCESS)
}

const HEADING: [&str; 7] = [
    "REPOSITORY",
    "ACCOUNT",
    "REGION",
    "TAGS",
    "DIGEST",
    "BYTES",
    "PUSHED",
];

fn row(image: &Value) -> Vec<String> {
    let tags = image["tags"].as_array().into_iter().flatten();
    let tags: Vec<&str> = tags.filter_map(Value::as_str).collect();
    let tags = match tags.is_empty() {
        true => "-".to_owned(),
        false => tags.join(","),
    };
    let text = |name| field(image, name);
    vec![
        text("repository"),
        text("account"),
        text("region"),
        tags,
        text("digest"),
        text("size"),
        text("pushed"),
    ]
}
