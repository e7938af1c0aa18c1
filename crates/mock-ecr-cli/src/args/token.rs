//! The options of `mock-ecr token`.

use clap::{ArgGroup, Parser, Subcommand};
use mock_ecr::config::Secret;
use mock_ecr::token::TokenId;
use mock_ecr::{AccountId, PrincipalArn, Timestamp};

use crate::args::config::IssuerOptions;
use crate::args::control::Output;
use crate::args::target::Target;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenAction {
    /// Lists the tokens that a running mock has issued or received, and how often each was presented.
    List(ListOptions),
    /// Issues a token. Without `--url`, no mock is called: a mock with the same seed accepts the token.
    Issue(Box<IssueOptions>),
    /// Prints what a token contains and whether it is valid. Exits with 1 if it is not.
    ///
    /// Without `--url`, no mock is called: the token is verified with the seed.
    Inspect(Box<InspectOptions>),
    /// Revokes tokens of a running mock.
    Revoke(RevokeOptions),
}

#[derive(Debug, Parser)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Parser)]
pub(crate) struct IssueOptions {
    #[command(flatten)]
    pub(crate) target: OptionalTarget,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Issues the token to the root user of this account. Default: to the first principal of the configuration.
    #[arg(long, value_name = "ID", conflicts_with = "principal")]
    pub(crate) account: Option<AccountId>,
    /// Issues the token to this user or role session.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// The time of issue. Default: now, by the configuration's clock.
    #[arg(long, value_name = "TIMESTAMP", conflicts_with = "url")]
    pub(crate) at: Option<Timestamp>,
    /// Prints the password of the token, which `docker login` expects, instead of the token.
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
    /// The token or its password. `-` reads it from stdin.
    #[arg(default_value = "-")]
    pub(crate) token: String,
    /// The time of verification. Default: now, by the configuration's clock.
    #[arg(long, value_name = "TIMESTAMP", conflicts_with = "url")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) issuer: IssuerOptions,
}

/// A mock that is called only if its URL is given.
#[derive(Debug, Parser)]
pub(crate) struct OptionalTarget {
    /// The URL of a running mock, which issues or verifies the token. The other options of the configuration do not apply then.
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "seed", "token_ttl", "clock", "auth"])]
    url: Option<String>,
    /// The control key of the running mock.
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
        let (url, control_key) = (self.url.clone()?, self.control_key.clone());
        Some(Target { url, control_key })
    }
}

#[derive(Debug, Parser)]
#[command(group = ArgGroup::new("which").required(true))]
pub(crate) struct RevokeOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Revokes one token. The request log and `mock-ecr token list` contain its id.
    #[arg(group = "which", value_name = "ID")]
    pub(crate) id: Option<TokenId>,
    /// Revokes every token of this principal, including tokens that are issued later.
    #[arg(long, group = "which", value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// Revokes every token that was issued before this time.
    #[arg(long, group = "which", value_name = "TIMESTAMP")]
    pub(crate) issued_before: Option<Timestamp>,
}
