//! The options that filter requests.

use std::time::Duration;

use clap::Parser;
use mock_ecr::Timestamp;
use mock_ecr::config::{DurationError, TimestampError, parse_duration};
use mock_ecr::request_log::{OperationName, UnknownOperation};
use mock_ecr::request_log::{Service, UnknownService};
use mock_ecr::token::{TokenId, TokenIdError};

/// Filters of requests. Invalid values are rejected before the mock is called.
#[derive(Debug, Parser)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filters {
    /// The service that received the request: `ecr`, `ecr-public`, `sts`, `registry`, `proxy`, `control` or `unknown`. Default: all except
    /// `control`.
    #[arg(long, value_name = "NAME", value_parser = service)]
    service: Option<String>,
    /// How the request reached the mock: `http`, `https` or `connect`.
    #[arg(long, value_parser = ["http", "https", "connect"], hide_possible_values = true)]
    ingress: Option<String>,
    /// The HTTP method.
    #[arg(long)]
    method: Option<String>,
    /// The host of the request, with the port if the request contains a port.
    #[arg(long)]
    host: Option<String>,
    /// A text that the path with the query string contains.
    #[arg(long, value_name = "TEXT")]
    target: Option<String>,
    /// A text that the User-Agent header contains.
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
    /// The operation of the API, such as GetAuthorizationToken.
    #[arg(long, value_name = "NAME", value_parser = operation)]
    operation: Option<String>,
    /// A text that the input of the operation contains.
    #[arg(long, value_name = "TEXT")]
    input: Option<String>,
    /// The route of the registry: `ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`.
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// `true`: requests with an Authorization header. `false`: requests without this header.
    #[arg(long, value_name = "BOOL", value_parser = ["true", "false"], hide_possible_values = true)]
    authorization: Option<String>,
    /// The ARN of the verified caller.
    #[arg(long, value_name = "ARN")]
    caller: Option<String>,
    /// The ID of the token that was issued or presented.
    #[arg(long, value_name = "ID", value_parser = token_id)]
    token: Option<String>,
    /// The ARN of the principal of the presented token.
    #[arg(long, value_name = "ARN")]
    bearer: Option<String>,
    /// The status code of the response.
    #[arg(long, value_parser = status)]
    status: Option<String>,
    /// The error code of the response.
    #[arg(long, value_name = "CODE")]
    error: Option<String>,
    /// A part of the message that describes why the presented token is invalid, such as `expired`.
    #[arg(long, value_name = "TEXT")]
    token_error: Option<String>,
    /// The request ID that the API returned.
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// Only requests that were received at or after this time of the mock's clock.
    #[arg(long, value_name = "TIMESTAMP", value_parser = timestamp)]
    since: Option<String>,
    /// Only requests that were received before this time of the mock's clock.
    #[arg(long, value_name = "TIMESTAMP", value_parser = timestamp)]
    until: Option<String>,
    /// Only requests for which the mock took at least this duration to produce the response, in real time. Delays by faults are not included.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    slower_than: Option<String>,
}

impl Filters {
    /// Returns the query parameters of the control API.
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
    let expected = "expected a status code, such as 403";
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

fn timestamp(text: &str) -> Result<String, TimestampError> {
    text.parse().map(|_: Timestamp| text.to_owned())
}

/// Checks a duration and returns its text.
pub(super) fn duration(text: &str) -> Result<String, DurationError> {
    parse_duration(text).map(|_: Duration| text.to_owned())
}
