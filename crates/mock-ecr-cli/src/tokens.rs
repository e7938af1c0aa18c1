//! `mock-ecr tokens`: the tokens of a running mock.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::args::{IssueHere, RevokeOptions, Target, TokensAction, TokensOptions};
use crate::error::Error;
use crate::table::table;
use crate::token::read_stdin;
use crate::{control_client, stdout};

pub(crate) async fn tokens(options: TokensOptions) -> Result<ExitCode, Error> {
    let target = &options.target;
    let (json, text) = match options.action.unwrap_or(TokensAction::List) {
        TokensAction::List => list(target).await,
        TokensAction::Issue(issue) => issued(target, issue).await,
        TokensAction::Revoke(revoke) => revoked(target, revoke).await,
        TokensAction::Inspect { token } => inspected(target, token).await,
    }?;
    stdout::print(&match options.output.json {
        true => format!("{json:#}\n"),
        false => text,
    })?;
    // Only what was inspected can be dead as a whole.
    let is_dead = json["valid"] == Value::Bool(false);
    Ok(if is_dead { 1 } else { 0 }.into())
}

/// What the mock says, and the same for people.
type Printed = (Value, String);

async fn list(target: &Target) -> Result<Printed, Error> {
    let json = control_client::get_json(target, "tokens").await?;
    let rows = json["tokens"].as_array().into_iter().flatten().map(row);
    let rows: Vec<_> = rows.collect();
    Ok((json, table(&HEADING, &rows)))
}

const HEADING: [&str; 7] = [
    "TOKEN",
    "PRINCIPAL",
    "REGION",
    "ISSUED",
    "SHOWN",
    "LAST SHOWN",
    "STATE",
];

fn row(token: &Value) -> Vec<String> {
    let text = |field: &str| token[field].as_str().unwrap_or("-").to_owned();
    let rejection = token["error"].as_str();
    vec![
        text("id"),
        text("principal"),
        text("region"),
        text("issued"),
        token["presented"].to_string(),
        text("last_presented"),
        rejection.map_or_else(|| format!("alive until {}", text("expires")), str::to_owned),
    ]
}

async fn issued(target: &Target, issue: IssueHere) -> Result<Printed, Error> {
    let mut body = Map::new();
    let mut give = |name: &str, value: Option<String>| {
        let value = value.map(Value::String);
        body.extend(value.map(|value| (name.to_owned(), value)));
    };
    give("account", issue.account.map(|id| id.to_string()));
    give("principal", issue.principal.map(|arn| arn.to_string()));
    give("region", issue.region.map(|region| region.to_string()));
    let json = control_client::post(target, "tokens", &Value::Object(body)).await?;
    let wanted = match issue.password {
        true => "password",
        false => "authorization_token",
    };
    let text = format!("{}\n", json[wanted].as_str().unwrap_or_default());
    Ok((json, text))
}

async fn revoked(target: &Target, revoke: RevokeOptions) -> Result<Printed, Error> {
    let body = match (revoke.id, revoke.principal, revoke.issued_before) {
        (Some(id), ..) => json!({ "id": id.to_string() }),
        (_, Some(arn), _) => json!({ "principal": arn.to_string() }),
        (_, _, before) => json!({ "issued_before": before.map(|instant| instant.to_string()) }),
    };
    let json = control_client::post(target, "tokens/revoke", &body).await?;
    let text = format!("{} tokens are still valid\n", json["valid"]);
    Ok((json, text))
}

async fn inspected(target: &Target, token: String) -> Result<Printed, Error> {
    let token = match token.as_str() {
        "-" => read_stdin()?,
        _ => token,
    };
    let body = json!({ "token": token.trim() });
    let json = control_client::post(target, "tokens/inspect", &body).await?;
    let claims = json["claims"].as_object().into_iter().flatten();
    let claims =
        claims.map(|(name, value)| format!("{name:<10} {}\n", value.as_str().unwrap_or_default()));
    let verdict = json["error"].as_str().unwrap_or("valid");
    let text = claims.collect::<String>() + &format!("{:<10} {verdict}\n", "verdict");
    Ok((json, text))
}
