//! The expectations of a step, or of the whole run.

use std::time::Duration;

use mock_ecr::request_log::{OperationName, Service};
use serde::Deserialize;

use crate::scenario::range::{self, Count, Span};

/// The expectations of a step, or of the whole run. Absent ones are not checked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Expect {
    /// The result of the request for a login.
    pub(crate) result: Option<ExpectedResult>,
    /// The username of the login.
    pub(crate) username: Option<String>,
    /// The password of the login.
    pub(crate) secret: Option<Secret>,
    /// The registry that the login names: a host, or a key of the kubelet's `auth`.
    pub(crate) key: Option<String>,
    /// How long the kubelet may cache the login.
    pub(crate) cache_for: Option<Span>,
    /// The exit code.
    pub(crate) exit: Option<Exit>,
    /// The text on stdout.
    pub(crate) stdout: Option<Output>,
    /// Patterns, one of which matches the output: stderr, stdout or a log.
    pub(crate) prints: Vec<Pattern>,
    /// Patterns, none of which matches the output, such as the messages of a crash.
    pub(crate) never_prints: Vec<Pattern>,
    /// Patterns, one of which matches the output if the result is not a login.
    pub(crate) error_text: Vec<Pattern>,
    /// The longest duration of a call.
    #[serde(deserialize_with = "range::optional_length")]
    pub(crate) within: Option<Duration>,
    /// The number of calls of `GetAuthorizationToken`.
    pub(crate) calls: Option<Count>,
    /// The region in the credential scope of all signatures.
    pub(crate) region: Option<String>,
    /// The access key id of all signatures.
    pub(crate) signer: Option<String>,
    /// The host of all API calls. Not checked with `--redirect env`, which sets the endpoint.
    pub(crate) api_host: Option<String>,
    /// The registry ids that a call may contain. A call without ids passes.
    pub(crate) registry_ids: Option<Vec<String>>,
    /// The intervals between calls.
    pub(crate) gaps: Option<Gaps>,
    /// The number of `CONNECT` requests.
    pub(crate) tunnels: Option<Count>,
    /// The number of connections to the metadata service since the start of the case. The service exists only in scenarios with
    /// `needs_sandbox`, and never responds.
    pub(crate) metadata_calls: Option<Count>,
    /// The number of calls for each registry that a call names.
    pub(crate) calls_per_registry: Option<Count>,
    /// Filters for requests, each with the expected number of matches.
    pub(crate) requests: Vec<RequestFilter>,
    /// Where a secret must not appear.
    pub(crate) leaks: Option<Leaks>,
    /// The state of the files in the client's home directory.
    pub(crate) files: Option<Files>,
    /// The number of issued passwords in files of the client's home directory.
    pub(crate) stored_passwords: Option<Count>,
    /// For an image tool: the number of calls of its credential helper.
    pub(crate) helper_calls: Option<Count>,
    /// For a caller of `docker login`: the largest number of logins to one host.
    pub(crate) logins_per_host: Option<Count>,
    /// For a caller of `docker login`: the number of logouts.
    pub(crate) logouts: Option<Count>,
    /// For a caller of `docker login`: how it passes the password to docker.
    pub(crate) password_via: Option<PasswordVia>,
    /// For a caller of `docker login`: a pattern for docker's stdin, if the password is passed there.
    pub(crate) docker_stdin: Option<Pattern>,
}

/// The result of a request for a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ExpectedResult {
    /// A login.
    Login,
    /// An error: an exit code or a message says that there is no login.
    Error,
    /// A login or an error, but no malformed response.
    LoginOrError,
    /// The protocol's message for "no credentials".
    NoCredentials,
    /// An error other than "no credentials".
    OtherError,
}

/// The password of a login.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Secret {
    /// A password that the mock issued.
    Issued,
    /// The password that the mock issued last.
    Newest,
    /// A password that is valid when the client returns it.
    Valid,
    /// The password of the previous login.
    Same,
    /// An issued password that is not that of the previous login.
    Different,
    /// This text.
    Is(String),
    /// A password that was issued for the requested registry.
    OfRegistry,
    /// None of these texts.
    Not(Vec<String>),
}

/// How a client exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Exit {
    /// With code 0.
    Zero,
    /// With another code, but not by a signal or at the deadline.
    NonZero,
    /// With code 0, or with another code and an error message.
    ZeroOrMessage,
    /// With any code, but not by a signal or at the deadline.
    Any,
}

/// The text on stdout.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Output {
    /// Nothing but white space.
    Empty,
    /// One JSON object.
    Json,
    /// This text, apart from white space at both ends.
    Is(String),
    /// Any other text, apart from white space at both ends.
    IsNot(String),
    /// A text that matches the pattern.
    Matches(Pattern),
}

/// A regular expression.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(pub(crate) regex_lite::Regex);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let compiled = regex_lite::Regex::new(&text);
        compiled
            .map(Pattern)
            .map_err(|error| format!("{text:?} is not a valid regular expression: {error}"))
    }
}

/// The intervals between calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gaps {
    /// The last interval is longer than the first, so that a service can recover.
    Growing,
    /// Each interval has this duration.
    Each(Span),
    /// The intervals have this duration in total.
    Total(Span),
    /// The difference between the longest and the shortest interval.
    Spread(Span),
}

/// A filter for requests. Absent fields match every request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestFilter {
    pub(crate) service: Option<Service>,
    pub(crate) operation: Option<OperationName>,
    pub(crate) route: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) host: Option<Pattern>,
    /// Whether the request has an `Authorization` header.
    pub(crate) authorization: Option<bool>,
    /// The expected number of matching requests.
    pub(crate) count: Count,
}

/// Where a secret must not appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Leaks {
    /// Not on stderr, not in a log, and not in docker's arguments.
    None,
}

/// The state of the files in the client's home directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Files {
    /// Files with a secret are readable only by their owner.
    Private,
    /// All files with the extension `.json` are valid JSON, with a secret or without.
    ValidJson,
}

/// How the password is passed to docker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PasswordVia {
    /// On stdin.
    Stdin,
}
