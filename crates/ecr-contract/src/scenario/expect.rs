//! What is expected of a step, or of the whole run.

use std::time::Duration;

use mock_ecr::request_log::{OperationName, Service};
use serde::Deserialize;

use crate::scenario::range::{self, Count, Span};

/// What is expected of a step, or of the whole run; what is not there is not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Expect {
    /// What the client answers.
    pub(crate) result: Option<ExpectedResult>,
    /// The user of the login.
    pub(crate) username: Option<String>,
    /// The password of the login.
    pub(crate) secret: Option<Secret>,
    /// What the login is said to be for: a host, or a key of the kubelet's.
    pub(crate) key: Option<String>,
    /// How long the kubelet may keep the login.
    pub(crate) cache_for: Option<Span>,
    /// How it exits.
    pub(crate) exit: Option<Exit>,
    /// What is on stdout.
    pub(crate) stdout: Option<Output>,
    /// One of these is said, on stderr, on stdout or in a log.
    pub(crate) prints: Vec<Pattern>,
    /// None of these is said anywhere, as a program that crashes says them.
    pub(crate) never_prints: Vec<Pattern>,
    /// Where no login is handed out, one of these is said.
    pub(crate) error_text: Vec<Pattern>,
    /// How long a call takes at most.
    #[serde(deserialize_with = "range::optional_length")]
    pub(crate) within: Option<Duration>,
    /// How many calls of `GetAuthorizationToken` there are.
    pub(crate) calls: Option<Count>,
    /// The region in the scope of all signatures.
    pub(crate) region: Option<String>,
    /// The access key id of all signatures.
    pub(crate) signer: Option<String>,
    /// The host that all calls of the API are for; not looked at where the client was given an endpoint.
    pub(crate) api_host: Option<String>,
    /// The registries that a call may name; it may name none.
    pub(crate) registry_ids: Option<Vec<String>>,
    /// How long the pauses between calls are.
    pub(crate) gaps: Option<Gaps>,
    /// How many tunnels were asked for.
    pub(crate) tunnels: Option<Count>,
    /// How often the machine's metadata service was asked so far, which never answers; there is one where a fence is needed.
    pub(crate) metadata_calls: Option<Count>,
    /// How often a registry is named at least, of those that calls have named at all.
    pub(crate) calls_per_registry: Option<Count>,
    /// Requests of a kind, and how many.
    pub(crate) requests: Vec<RequestFilter>,
    /// Where no secret may stand.
    pub(crate) leaks: Option<Leaks>,
    /// What becomes of files at home that have a secret.
    pub(crate) files: Option<Files>,
    /// How many passwords that ECR has issued are kept in files at home.
    pub(crate) stored_passwords: Option<Count>,
    /// Of an image tool: how often it asks its credential helper.
    pub(crate) helper_calls: Option<Count>,
    /// Of a caller of `docker login`: how often it logs in to one host at most.
    pub(crate) logins_per_host: Option<Count>,
    /// Of a caller of `docker login`: how often it logs out.
    pub(crate) logouts: Option<Count>,
    /// Of a caller of `docker login`: how the password comes to docker.
    pub(crate) password_via: Option<PasswordVia>,
    /// Of a caller of `docker login`: what docker has on stdin, where the password comes that way.
    pub(crate) docker_stdin: Option<Pattern>,
}

/// What a client answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ExpectedResult {
    /// A login, and nothing else.
    Login,
    /// No login, and an exit code or text that says so.
    Error,
    /// One or the other, but nothing misshapen.
    LoginOrError,
    /// That there are no credentials, in the words of the protocol.
    NoCredentials,
    /// A refusal that cannot be taken for there being no credentials.
    OtherError,
}

/// Which password.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Secret {
    /// One that the mock has issued.
    Issued,
    /// The one that the mock has issued last.
    Newest,
    /// One that opens the registry now.
    Valid,
    /// The same as the login before.
    Same,
    /// Another than the login before, and issued.
    Different,
    /// This one.
    Is(String),
    /// Of several answers, the one of the registry that was asked for.
    OfRegistry,
    /// None of these, whole or cut.
    Not(Vec<String>),
}

/// How a client exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Exit {
    /// With 0.
    Zero,
    /// With anything else, but of itself: not by a signal, and not at its deadline.
    NonZero,
    /// With 0, or with anything else and a text that says why.
    ZeroOrMessage,
    /// Of itself.
    Any,
}

/// What is on stdout.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Output {
    /// Nothing.
    Empty,
    /// One object of JSON.
    Json,
    /// This text, without the white space around it.
    Is(String),
    /// Something else than this, without the white space around it.
    IsNot(String),
    /// What fits an expression.
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
            .map_err(|error| format!("{text:?} is no regular expression: {error}"))
    }
}

/// Pauses between calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Gaps {
    /// The last is longer than the first, so that a service has time to recover.
    Growing,
    /// Each has this length.
    Each(Span),
    /// Together they have this length.
    Total(Span),
    /// The longest is so much longer than the shortest.
    Spread(Span),
}

/// Requests of a kind.
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
    /// Whether an `Authorization` header came.
    pub(crate) authorization: Option<bool>,
    /// How many there are.
    pub(crate) count: Count,
}

/// Where no secret may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Leaks {
    /// Neither on stderr, nor in a log, nor among docker's arguments.
    None,
}

/// What becomes of files at home that have a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Files {
    /// Nobody else can read them.
    Private,
    /// Those whose names end in `.json` are JSON, whether they have a secret or not.
    ValidJson,
}

/// How a password comes to docker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PasswordVia {
    /// On stdin.
    Stdin,
}
