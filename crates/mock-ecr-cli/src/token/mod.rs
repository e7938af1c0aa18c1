//! `mock-ecr token`: issues, inspects, lists and revokes tokens.

mod local;

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::args::{InspectOptions, IssueOptions, Output, RevokeOptions, TokenAction};
use crate::error::Error;
use crate::stdin::argument_or_stdin;
use crate::table::{field, print_list};
use crate::{control_client, stdout};

pub(crate) async fn token(action: TokenAction) -> Result<ExitCode, Error> {
    match action {
        TokenAction::List(options) => {
            let json = control_client::get_json(&options.target, "tokens").await?;
            print_list(&options.output, &json, "tokens", &HEADING, row)?;
            Ok(ExitCode::SUCCESS)
        }
        TokenAction::Issue(options) => issue(*options).await,
        TokenAction::Inspect(options) => inspect(*options).await,
        TokenAction::Revoke(options) => revoke(options).await,
    }
}

fn print(output: &Output, json: &Value, text: String) -> Result<ExitCode, Error> {
    stdout::print_response(output, json, || text)?;
    Ok(ExitCode::SUCCESS)
}

const HEADING: [&str; 7] = [
    "TOKEN",
    "PRINCIPAL",
    "REGION",
    "ISSUED",
    "PRESENTED",
    "LAST PRESENTED",
    "STATE",
];

fn row(token: &Value) -> Vec<String> {
    let text = |name: &str| field(token, name);
    let error = token["error"].as_str();
    vec![
        text("id"),
        text("principal"),
        text("region"),
        text("issued"),
        text("presented"),
        text("last_presented"),
        error.map_or_else(|| format!("valid until {}", text("expires")), str::to_owned),
    ]
}

async fn issue(options: IssueOptions) -> Result<ExitCode, Error> {
    let (output, password) = (Output { ..options.output }, options.password);
    let json = match options.target.target() {
        Some(target) => control_client::post(&target, "tokens", &issue_request(&options)).await?,
        None => local::issue(options)?,
    };
    let field = match password {
        true => "password",
        false => "authorization_token",
    };
    let text = format!("{}\n", json[field].as_str().unwrap_or_default());
    print(&output, &json, text)
}

/// Returns the body of `POST /_mock/tokens`.
fn issue_request(options: &IssueOptions) -> Value {
    let account = options.account.as_ref().map(ToString::to_string);
    let principal = options.principal.as_ref().map(ToString::to_string);
    let region = options.region.as_ref().map(ToString::to_string);
    let members = [
        ("account", account),
        ("principal", principal),
        ("region", region),
    ];
    let members = members.into_iter();
    let members = members.filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    Value::Object(members.collect::<Map<_, _>>())
}

async fn inspect(options: InspectOptions) -> Result<ExitCode, Error> {
    let output = Output { ..options.output };
    let token = argument_or_stdin(&options.token)?;
    let token = token.trim();
    let json = match options.target.target() {
        Some(target) => {
            let body = json!({ "token": token });
            control_client::post(&target, "tokens/inspect", &body).await?
        }
        None => local::inspect(options, token)?,
    };
    print(&output, &json, description(&json))?;
    let is_valid = json["valid"] == Value::Bool(true);
    Ok(if is_valid { 0 } else { 1 }.into())
}

fn description(json: &Value) -> String {
    let claims = json["claims"].as_object().into_iter().flatten();
    let claims =
        claims.map(|(name, value)| format!("{name:<10} {}\n", value.as_str().unwrap_or_default()));
    let state = match json["error"].as_str() {
        Some(error) => format!("invalid: {error}"),
        None => "valid".to_owned(),
    };
    claims.collect::<String>() + &format!("{:<10} {state}\n", "state")
}

async fn revoke(options: RevokeOptions) -> Result<ExitCode, Error> {
    let body = match (options.id, options.principal, options.issued_before) {
        (Some(id), ..) => json!({ "id": id.to_string() }),
        (_, Some(arn), _) => json!({ "principal": arn.to_string() }),
        (_, _, before) => json!({ "issued_before": before.map(|time| time.to_string()) }),
    };
    let json = control_client::post(&options.target, "tokens/revoke", &body).await?;
    let text = format!("{} tokens are still valid\n", json["valid"]);
    print(&options.output, &json, text)
}
