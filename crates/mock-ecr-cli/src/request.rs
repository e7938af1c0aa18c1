//! `mock-ecr request`: prints the request log of a running mock.

use std::process::ExitCode;

use ecr_contract::sanitize_line;
use serde_json::Value;

use crate::args::{Output, RequestOptions, Target};
use crate::error::Error;
use crate::table::{line, print_list};
use crate::{control_client, stdout};

pub(crate) async fn request(options: RequestOptions) -> Result<ExitCode, Error> {
    let RequestOptions { target, output, .. } = &options;
    match Action::of(&options) {
        Action::Clear => clear(target, output).await?,
        Action::Follow => follow(&options, "requests/stream").await?,
        Action::Archive => {
            let har = control_client::get_json(target, &resource(&options, "requests.har")).await?;
            stdout::print_json(&format!("{har:#}\n"))?;
        }
        Action::Wait => list(&options, "requests/wait").await?,
        Action::List => list(&options, "requests").await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What to do with the requests.
enum Action {
    Clear,
    Follow,
    Archive,
    Wait,
    List,
}

impl Action {
    /// Returns the action of the options, which exclude each other.
    fn of(options: &RequestOptions) -> Self {
        match options {
            options if options.clear => Action::Clear,
            options if options.follow => Action::Follow,
            options if options.har => Action::Archive,
            options if options.wait.is_some() => Action::Wait,
            _ => Action::List,
        }
    }
}

fn resource(options: &RequestOptions, name: &str) -> String {
    let number = |name, number: Option<usize>| Some((name, number?.to_string()));
    let timeout = options.timeout.clone();
    let more = [
        number("limit", options.limit),
        number("count", options.wait),
        timeout.map(|timeout| ("timeout", timeout)),
    ];
    let filters = options.filters.parameters();
    control_client::with_query(name, filters.chain(more.into_iter().flatten()))
}

async fn clear(target: &Target, output: &Output) -> Result<(), Error> {
    let done = control_client::delete(target, "requests").await?;
    stdout::print_response(output, &done, || {
        format!("removed {} requests\n", done["cleared"])
    })
}

async fn list(options: &RequestOptions, name: &str) -> Result<(), Error> {
    let RequestOptions {
        target,
        output,
        explain,
        ..
    } = options;
    let (explain, resource) = (*explain, resource(options, name));
    let json = control_client::get_json(target, &resource).await?;
    match explain && !output.json {
        true => print_explained(&json)?,
        false => print_list(output, &json, "requests", &HEADING, row)?,
    }
    match json["forgotten"].as_u64() {
        Some(0) | None => Ok(()),
        _ if output.json => Ok(()),
        Some(n) => stdout::print(&format!(
            "{n} older requests were removed to limit memory\n"
        )),
    }
}

async fn follow(options: &RequestOptions, name: &str) -> Result<(), Error> {
    let RequestOptions {
        target,
        output,
        explain,
        ..
    } = options;
    control_client::follow(target, &resource(options, name), |entry| {
        match (output.json, entry["missed"].as_u64()) {
            (true, _) => stdout::print_json(&format!("{entry}\n")),
            (false, Some(n)) => stdout::print(&format!(
                "{n} requests are missing: they were removed before they could be sent\n"
            )),
            (false, None) if *explain => stdout::print(&explained(&entry)),
            (false, None) => stdout::print(&line(&row(&entry), &WIDTHS)),
        }
    })
    .await
}

/// Prints the requests with the widths of `--follow`, and the explanations below them.
fn print_explained(json: &Value) -> Result<(), Error> {
    let requests = json["requests"].as_array().into_iter().flatten();
    let text: String = requests.map(explained).collect();
    stdout::print(match text.is_empty() {
        true => "no requests\n",
        false => &text,
    })
}

/// Formats a request, and its explanation and advice on the lines below.
fn explained(entry: &Value) -> String {
    let mut text = line(&row(entry), &WIDTHS);
    for field in ["text", "advice"] {
        if let Some(sentence) = entry["explanation"][field].as_str() {
            text += &format!("  {}\n", sanitize_line(sentence));
        }
    }
    text
}

const HEADING: [&str; 8] = [
    "RECEIVED",
    "STATUS",
    "METHOD",
    "SERVICE",
    "HOST",
    "TARGET",
    "OPERATION",
    "CALLER/ERROR",
];

/// The widths of the columns of `--follow`, which prints each row before it knows the next ones.
const WIDTHS: [usize; 8] = [24, 6, 6, 10, 15, 12, 22, 0];

fn row(entry: &Value) -> Vec<String> {
    let text = |field: &str| entry[field].as_str();
    let one_of = |fields: &[&str]| {
        let found = fields.iter().find_map(|field| text(field));
        found.unwrap_or("-").to_owned()
    };
    vec![
        one_of(&["received"]),
        entry["status"].to_string(),
        one_of(&["method"]),
        one_of(&["service"]),
        one_of(&["host"]),
        one_of(&["target"]),
        one_of(&["operation", "route"]),
        one_of(&["token_error", "error", "caller"]),
    ]
}
