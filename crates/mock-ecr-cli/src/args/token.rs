//! The options of `mock-ecr token`.

use std::time::Duration;

use clap::{ArgGroup, Parser, Subcommand};
use mock_ecr::config::{Secret, parse_duration};
use mock_ecr::token::TokenId;
use mock_ecr::{AccountId, PrincipalArn, Region, Timestamp};

use crate::args::config::IssuerOptions;
use crate::args::control::{ListOptions, Output};
use crate::args::target::Target;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenAction {
    /// Lists the tokens that a running mock has issued or received, and how often each was presented.
    List(ListOptions),
    /// Issues a token. If `--url` is not given, the command issues the token itself, with the seed of `--seed` or of the configuration.
    ///
    /// A mock with the same seed accepts the token until it expires, so anyone who knows the seed can issue tokens. The principal of the token
    /// must exist in the mock: in its configuration, as the root user of one of its accounts, or as a session that was added to the mock.
    /// With `--auth lenient`, every principal exists.
    /// With `--url`, the running mock issues the token, with its own seed, TTL and clock.
    Issue(Box<IssueOptions>),
    /// Prints the content of a token and whether the token is valid. Exits with code 1 if it is invalid.
    ///
    /// If `--url` is not given, the command verifies the token itself, with the seed and the principals of the configuration. With `--url`,
    /// the running mock verifies the token, with its own seed, principals and clock. It rejects tokens that it has revoked.
    Inspect(Box<InspectOptions>),
    /// Revokes tokens of a running mock.
    Revoke(RevokeOptions),
}

#[derive(Debug, Parser)]
pub(crate) struct IssueOptions {
    #[command(flatten)]
    pub(crate) target: OptionalTarget,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Issues the token to the root user of this account. If neither `--account` nor `--principal` is given, the token is issued to the first
    /// principal of the configuration.
    #[arg(long, value_name = "ID", conflicts_with = "principal")]
    pub(crate) account: Option<AccountId>,
    /// Issues the token to this IAM user or role session.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// The Region of the token. Default: the Region of the configuration, or of the running mock if `--url` is given.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<Region>,
    /// The TTL of the token, such as 12h or 90m. Default: `token_ttl` of the configuration, or 12h if it is not set. Cannot be combined
    /// with `--url`.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, conflicts_with = "url")]
    pub(crate) token_ttl: Option<Duration>,
    /// The time of issue. Default: the current time of the configured clock. Cannot be combined with `--url`.
    #[arg(long, value_name = "TIMESTAMP", conflicts_with = "url")]
    pub(crate) at: Option<Timestamp>,
    /// Prints the password for `docker login` instead of the token.
    #[arg(long, conflicts_with = "json")]
    pub(crate) password: bool,
    #[command(flatten)]
    pub(crate) issuer: IssuerOptions,
}

#[derive(Debug, Parser)]
pub(crate) struct InspectOptions {
    #[command(flatten)]
    pub(crate) target: OptionalTarget,
    #[command(flatten)]
    pub(crate) output: Output,
    /// The token or its password. `-` reads the token from stdin.
    #[arg(default_value = "-")]
    pub(crate) token: String,
    /// The time of verification. Default: the current time of the configured clock. Cannot be combined with `--url`.
    #[arg(long, value_name = "TIMESTAMP", conflicts_with = "url")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) issuer: IssuerOptions,
}

/// A running mock that is called only if `--url` is given.
#[derive(Debug, Parser)]
pub(crate) struct OptionalTarget {
    /// The URL of a running mock, which issues or verifies the token instead of the command. Cannot be combined with `--at`, `--config`,
    /// `--seed` or `--clock`.
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "seed", "clock"])]
    url: Option<String>,
    /// The control key of the running mock. Required with `--url` if the mock was started with a control key.
    #[arg(
        long,
        value_name = "KEY",
        env = "MOCK_ECR_CONTROL_KEY",
        hide_env_values = true
    )]
    control_key: Option<Secret>,
}

impl OptionalTarget {
    pub(crate) fn target(&self) -> Option<Target> {
        Some(Target::new(self.url.clone()?, self.control_key.clone()))
    }
}

#[derive(Debug, Parser)]
#[command(group = ArgGroup::new("which").required(true))]
pub(crate) struct RevokeOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    /// The ID of the token to revoke. `mock-ecr token list` and the request log contain the IDs of tokens.
    #[arg(group = "which", value_name = "ID")]
    pub(crate) id: Option<TokenId>,
    /// Revokes all tokens of this principal, including tokens that are issued later.
    #[arg(long, group = "which", value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// Revokes all tokens that were issued before this time.
    #[arg(long, group = "which", value_name = "TIMESTAMP")]
    pub(crate) issued_before: Option<Timestamp>,
}
