//! `mock-ecr request`: prints the request log of a running mock.

use std::process::ExitCode;

use serde_json::Value;

use crate::args::{Output, RequestOptions, Target};
use crate::error::Error;
use crate::table::{line, print_list};
use crate::{control_client, stdout};

pub(crate) async fn request(options: RequestOptions) -> Result<ExitCode, Error> {
    let RequestOptions { target, output, .. } = &options;
    match Action::of(&options) {
        Action::Clear => clear(target, output).await?,
        Action::Follow => follow(target, output, &resource(&options, "requests/stream")).await?,
        Action::Archive => {
            let har = control_client::get_json(target, &resource(&options, "requests.har")).await?;
            stdout::print_json(&format!("{har:#}\n"))?;
        }
        Action::Wait => list(target, output, &resource(&options, "requests/wait")).await?,
        Action::List => list(target, output, &resource(&options, "requests")).await?,
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

async fn list(target: &Target, output: &Output, resource: &str) -> Result<(), Error> {
    let json = control_client::get_json(target, resource).await?;
    print_list(output, &json, "requests", &HEADING, row)?;
    match json["forgotten"].as_u64() {
        Some(0) | None => Ok(()),
        _ if output.json => Ok(()),
        Some(n) => stdout::print(&format!(
            "{n} older requests were removed to limit memory\n"
        )),
    }
}

async fn follow(target: &Target, output: &Output, resource: &str) -> Result<(), Error> {
    control_client::follow(target, resource, |entry| {
        match (output.json, entry["missed"].as_u64()) {
            (true, _) => stdout::print_json(&format!("{entry}\n")),
            (false, Some(n)) => stdout::print(&format!(
                "{n} requests are missing: they were removed before they could be sent\n"
            )),
            (false, None) => stdout::print(&line(&row(&entry), &WIDTHS)),
        }
    })
    .await
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
