//! Which requests are meant, as it was typed.

use std::time::Duration;

use clap::Parser;
use mock_ecr::Timestamp;
use mock_ecr::config::{DurationError, TimestampError, parse_duration};
use mock_ecr::request_log::{OperationName, UnknownOperation};
use mock_ecr::request_log::{Service, UnknownService};
use mock_ecr::token::{TokenId, TokenIdError};

/// Which requests are meant. The mock reads the values again: what it would refuse is refused before it is asked.
#[derive(Debug, Parser)]
#[command(next_help_heading = "Which requests")]
pub(crate) struct Filters {
    /// The service: `ecr`, `ecr-public`, `sts`, `registry`, `proxy`, `control` or `unknown`. Without this option, all but `control`.
    #[arg(long, value_name = "NAME", value_parser = service)]
    service: Option<String>,
    /// How they came: `http`, `https` or `connect`.
    #[arg(long, value_parser = ["http", "https", "connect"], hide_possible_values = true)]
    ingress: Option<String>,
    /// The HTTP method.
    #[arg(long)]
    method: Option<String>,
    /// The host, with its port if it was sent with one.
    #[arg(long)]
    host: Option<String>,
    /// A part of path and query.
    #[arg(long, value_name = "TEXT")]
    target: Option<String>,
    /// A part of what the client calls itself.
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
    /// The operation of the API, such as GetAuthorizationToken.
    #[arg(long, value_name = "NAME", value_parser = operation)]
    operation: Option<String>,
    /// A part of the operation's input.
    #[arg(long, value_name = "TEXT")]
    input: Option<String>,
    /// What of the registry was asked for: `ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`.
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// Whether an Authorization header came: `true` or `false`.
    #[arg(long, value_name = "BOOL", value_parser = ["true", "false"], hide_possible_values = true)]
    authorization: Option<String>,
    /// Who has proved who they are.
    #[arg(long, value_name = "ARN")]
    caller: Option<String>,
    /// The id of the token that was issued or shown.
    #[arg(long, value_name = "ID", value_parser = token_id)]
    token: Option<String>,
    /// Whom the token speaks for that was shown.
    #[arg(long, value_name = "ARN")]
    bearer: Option<String>,
    /// The status of the answer.
    #[arg(long, value_parser = status)]
    status: Option<String>,
    /// The code of the error that was answered.
    #[arg(long, value_name = "CODE")]
    error: Option<String>,
    /// A part of what was wrong with the token that was shown.
    #[arg(long, value_name = "TEXT")]
    token_error: Option<String>,
    /// What the API calls the request.
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// Received at this instant of the mock's clock, or later.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    since: Option<String>,
    /// Received before this instant of the mock's clock.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    until: Option<String>,
    /// Took at least so long to answer, in real time.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    slower_than: Option<String>,
}

impl Filters {
    /// The parameters that say the same to the mock.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'static str, String)> {
        let all = [
            ("service", &self.service),
            ("ingress", &self.ingress),
            ("method", &self.method),
            ("host", &self.host),
            ("target", &self.target),
            ("user_agent", &self.user_agent),
            ("operation", &self.operation),
            ("input", &self.input),
            ("route", &self.route),
            ("authorization", &self.authorization),
            ("caller", &self.caller),
            ("token", &self.token),
            ("bearer", &self.bearer),
            ("status", &self.status),
            ("error", &self.error),
            ("token_error", &self.token_error),
            ("request_id", &self.request_id),
            ("since", &self.since),
            ("until", &self.until),
            ("slower_than", &self.slower_than),
        ];
        let given = all.map(|(name, value)| Some((name, value.clone()?)));
        given.into_iter().flatten()
    }
}

fn service(text: &str) -> Result<String, UnknownService> {
    text.parse().map(|_: Service| text.to_owned())
}

fn status(text: &str) -> Result<String, String> {
    let expected = "expected the number of a status, such as 403";
    let number: Result<u16, _> = text.parse();
    number
        .map(|_| text.to_owned())
        .map_err(|_| expected.to_owned())
}

fn operation(text: &str) -> Result<String, UnknownOperation> {
    text.parse().map(|_: OperationName| text.to_owned())
}

fn token_id(text: &str) -> Result<String, TokenIdError> {
    text.parse().map(|_: TokenId| text.to_owned())
}

fn instant(text: &str) -> Result<String, TimestampError> {
    text.parse().map(|_: Timestamp| text.to_owned())
}

/// A length of time, as it was written: the mock reads it again.
pub(super) fn duration(text: &str) -> Result<String, DurationError> {
    parse_duration(text).map(|_: Duration| text.to_owned())
}
