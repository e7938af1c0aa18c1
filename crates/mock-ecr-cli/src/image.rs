//! `mock-ecr image`: lists the images of a running mock.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::args::{ImageAction, Target};
use crate::control_client;
use crate::error::Error;
use crate::table::{field, print_list};

pub(crate) async fn image(action: ImageAction) -> Result<ExitCode, Error> {
    let ImageAction::List(options) = action;
    let name = options.repository.map(|name| name.to_string());
    let images = all(&options.list.target, name.as_deref()).await?;
    let json = json!({ "images": images });
    print_list(&options.list.output, &json, "images", &HEADING, row)?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the images of all pages.
async fn all(target: &Target, repository: Option<&str>) -> Result<Vec<Value>, Error> {
    let repository = repository.map(|name| ("repository", name.to_owned()));
    let (mut images, mut after) = (Vec::new(), None);
    loop {
        let parameters = repository.clone().into_iter().chain(after);
        let resource = control_client::with_query("images", parameters);
        let mut page = control_client::get_json(target, &resource).await?;
        if let Some(page) = page["images"].as_array_mut() {
            images.append(page);
        }
        match page["next"].as_str() {
            Some(next) => after = Some(("after", next.to_owned())),
            None => return Ok(images),
        }
    }
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
