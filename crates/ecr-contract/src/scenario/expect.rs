//! The expectations of a step, or of the whole run.

use std::time::Duration;

use mock_ecr::request_log::{OperationName, Service};
use serde::{Deserialize, Deserializer};

use crate::scenario::range::{self, CacheSpan, Count, Span};

/// The expectations of a step, or of the whole run. An expectation that is absent is not checked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Expect {
    /// The result of the request for a login.
    pub(crate) result: Option<ExpectedResult>,
    /// The username of the login.
    pub(crate) username: Option<String>,
    /// The password of the login.
    pub(crate) secret: Option<Secret>,
    /// The registry that the login contains: a host, or a key of `auth` in the response to the kubelet. It is not checked for a caller of
    /// `docker login` whose command does not contain the registry.
    pub(crate) key: Option<String>,
    /// The duration for which the kubelet may cache the login.
    pub(crate) cache_for: Option<CacheSpan>,
    /// How the client exits.
    pub(crate) exit: Option<Exit>,
    /// The text on stdout.
    pub(crate) stdout: Option<Output>,
    /// Patterns. At least one pattern must match the output: stderr, stdout or a log.
    pub(crate) prints: Vec<Pattern>,
    /// Patterns, for example for the messages of a crash. No pattern may match the output, unless the client also returns a login or a
    /// proper error: it may log a stack trace.
    pub(crate) never_prints: Vec<Pattern>,
    /// Patterns. If the result is not a login, at least one pattern must match the output.
    pub(crate) error_text: Vec<Pattern>,
    /// The maximum duration of a call.
    #[serde(deserialize_with = "range::optional_length")]
    pub(crate) within: Option<Duration>,
    /// The number of calls of `GetAuthorizationToken`.
    pub(crate) calls: Option<Count>,
    /// The Region in the credential scope of all signatures.
    pub(crate) region: Option<String>,
    /// The access key ID of all signatures.
    pub(crate) signer: Option<String>,
    /// The host of all API calls, or a list of hosts. They are not checked with `--redirect env`, since this mode sets the endpoint.
    #[serde(deserialize_with = "one_or_several")]
    pub(crate) api_host: Vec<String>,
    /// The registry IDs that a call may contain. A call without registry IDs passes.
    pub(crate) registry_ids: Option<Vec<String>>,
    /// The intervals between calls.
    pub(crate) gaps: Option<Gaps>,
    /// The number of `CONNECT` requests.
    pub(crate) tunnels: Option<Count>,
    /// The number of connections to the metadata service since the start of the case. Only scenarios with `needs_sandbox` have such a
    /// service. It never responds.
    pub(crate) metadata_calls: Option<Count>,
    /// The number of calls for each registry. Only registries whose ID is in a call are checked.
    pub(crate) calls_per_registry: Option<Count>,
    /// Filters for requests. Each filter has the expected number of matching requests.
    pub(crate) requests: Vec<RequestFilter>,
    /// The places that must not contain a secret.
    pub(crate) leaks: Option<Leaks>,
    /// The required state of the files in the client's home directory.
    pub(crate) files: Option<Files>,
    /// The number of issued passwords that the files in the client's home directory contain.
    pub(crate) stored_passwords: Option<Count>,
    /// For an image tool: the number of calls of the credential helper.
    pub(crate) helper_calls: Option<Count>,
    /// For a caller of `docker login`: the maximum number of logins to one host.
    pub(crate) logins_per_host: Option<Count>,
    /// For a caller of `docker login`: patterns. No login of docker may have a host that matches one of them.
    pub(crate) never_logs_in_to: Vec<Pattern>,
    /// For a caller of `docker login`: the number of logouts.
    pub(crate) logouts: Option<Count>,
    /// For a caller of `docker login`: how it passes the password to docker.
    pub(crate) password_via: Option<PasswordVia>,
    /// For a caller of `docker login`: a pattern for the text on docker's stdin. It is checked only if the password is passed on stdin.
    pub(crate) docker_stdin: Option<Pattern>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

fn one_or_several<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrSeveral::deserialize(from)? {
        OneOrSeveral::One(text) => vec![text],
        OneOrSeveral::Several(texts) => texts,
    })
}

/// The expected result of a request for a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ExpectedResult {
    /// A login.
    Login,
    /// An error. The exit code or a message reports that there is no login.
    Error,
    /// A login or an error. A malformed response fails.
    LoginOrError,
    /// The message that the protocol defines for "no credentials".
    NoCredentials,
    /// An error other than "no credentials".
    OtherError,
}

/// The expected password of a login.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Secret {
    /// A password that the mock has issued.
    Issued,
    /// The password that the mock has issued last.
    Newest,
    /// A password that is valid at the time at which the client returns it.
    Valid,
    /// The password of the previous login.
    Same,
    /// An issued password that differs from the password of the previous login.
    Different,
    /// This text.
    Is(String),
    /// A password that the mock has issued for the requested registry.
    OfRegistry,
    /// None of these texts.
    Not(Vec<String>),
}

/// The expected exit of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Exit {
    /// The exit code is 0.
    Zero,
    /// The exit code is not 0. The client is not ended by a signal or at the deadline.
    NonZero,
    /// The exit code is 0, or it is not 0 and there is an error message.
    ZeroOrMessage,
    /// The client exits with any code. It is not ended by a signal or at the deadline.
    Any,
}

/// The expected text on stdout.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Output {
    /// No text, or only white space.
    Empty,
    /// One JSON object.
    Json,
    /// One JSON object if the exit code is 0. A client that fails may print any text.
    JsonUnlessFailed,
    /// This text. White space at the start and at the end is ignored.
    Is(String),
    /// Any text except this text. White space at the start and at the end is ignored.
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

/// The expected intervals between calls. If there are too few intervals, nothing is checked.
///
/// Clients draw each interval at random, so the difference between two intervals shows nothing about their growth.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gaps {
    /// Each interval has this duration.
    Each(Span),
    /// The first four intervals have this duration in total.
    FirstFour(Span),
    /// The difference between the longest and the shortest interval.
    Spread(Span),
}

/// A filter for requests. A field that is absent matches every request.
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

/// The places that must not contain a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Leaks {
    /// Stderr, logs and a stdout that is a log must not contain a secret.
    None,
}

/// The required state of the files in the client's home directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Files {
    /// Files that contain a secret are readable only by their owner.
    Private,
    /// All files with the extension `.json` contain valid JSON, whether they contain a secret or not.
    ValidJson,
}

/// How the password is passed to docker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PasswordVia {
    /// On stdin.
    Stdin,
}
