//! What was typed for a mock that runs already.

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use mock_ecr::token::TokenId;
use mock_ecr::{AccountId, PrincipalArn, Region, Timestamp};

use crate::args::filters::{Filters, duration};
use crate::args::target::Target;

/// Whom to print for.
#[derive(Debug, Parser)]
pub(crate) struct Output {
    /// Prints JSON, as the mock tells it, instead of a table.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct ClockOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) action: Option<ClockAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClockAction {
    /// Tells what the clock shows; so does no word at all.
    Get,
    /// Moves the clock on.
    Advance {
        /// How far, such as 12h, 90m or 1500ms.
        #[arg(value_name = "DURATION", value_parser = duration)]
        by: String,
    },
    /// Makes the clock show an instant; it stands still or runs on from there, as it did before.
    Set {
        /// The instant, such as 2015-11-29T21:30:53.241Z.
        #[arg(value_name = "INSTANT")]
        to: Timestamp,
    },
    /// Lets the clock stand still at what it shows.
    Freeze,
    /// Lets the clock run on from what it shows.
    Run,
}

#[derive(Debug, Parser)]
pub(crate) struct TokensOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) action: Option<TokensAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokensAction {
    /// Lists the tokens that were issued or shown, with their uses; so does no word at all.
    List,
    /// Issues a token at the mock's time.
    Issue(IssueHere),
    /// Makes tokens worthless before their time.
    Revoke(RevokeOptions),
    /// Explains a token: whom it speaks for, where, how long, and whether the mock would take it. Exits with 1 if not.
    Inspect {
        /// The token, or the password in it; `-`, or nothing, reads it from stdin.
        #[arg(default_value = "-")]
        token: String,
    },
}

#[derive(Debug, Parser)]
pub(crate) struct IssueHere {
    /// Issues for the root user of this account; without it, for the first principal of the config.
    #[arg(long, value_name = "ID", conflicts_with = "principal")]
    pub(crate) account: Option<AccountId>,
    /// Issues for this user or role session.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// Issues for the registries of this region; without it, the configuration's.
    #[arg(long, value_name = "R")]
    pub(crate) region: Option<Region>,
    /// Prints the password in the token, as `docker login` takes it, instead of the token.
    #[arg(long)]
    pub(crate) password: bool,
}

#[derive(Debug, Parser)]
#[command(group = ArgGroup::new("which").required(true))]
pub(crate) struct RevokeOptions {
    /// One token, by the id that the request log shows.
    #[arg(group = "which", value_name = "ID")]
    pub(crate) id: Option<TokenId>,
    /// Every token of this principal, those to come as well.
    #[arg(long, group = "which", value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// Every token issued before an instant.
    #[arg(long, group = "which", value_name = "INSTANT")]
    pub(crate) issued_before: Option<Timestamp>,
}

#[derive(Debug, Parser)]
pub(crate) struct FaultsOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) action: Option<FaultsAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FaultsAction {
    /// Lists the faults that are set, with their counts; so does no word at all.
    List,
    /// Sets a fault behind those that are set.
    Add {
        /// The fault in TOML, such as `action = { error = "ThrottlingException" }`; `-` reads it from stdin.
        toml: String,
    },
    /// Takes a fault away.
    Remove {
        /// Its number.
        id: u64,
    },
    /// Takes all away.
    Clear,
}

#[derive(Debug, Parser)]
pub(crate) struct ResetOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    /// What to leave as it is.
    #[arg(long, value_enum)]
    pub(crate) keep: Option<Kept>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kept {
    /// The repositories and all that is in them.
    Images,
}

#[derive(Debug, Parser)]
pub(crate) struct RequestsOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// How many to print at most, the newest.
    #[arg(long, value_name = "N", conflicts_with_all = ["follow", "wait"])]
    pub(crate) limit: Option<usize>,
    /// Prints requests as they come, until the mock ends.
    #[arg(long, conflicts_with_all = ["har", "wait"])]
    pub(crate) follow: bool,
    /// Prints an HTTP Archive, which browsers can show.
    #[arg(long, conflicts_with = "wait")]
    pub(crate) har: bool,
    /// Waits until there are so many; exits with 1 when they do not come in time.
    #[arg(long, value_name = "N")]
    pub(crate) wait: Option<usize>,
    /// How long to wait, in real time; 30s unless told otherwise.
    #[arg(long, value_name = "DURATION", requires = "wait", value_parser = duration)]
    pub(crate) timeout: Option<String>,
    /// Forgets all requests so far, and prints none.
    #[arg(long, conflicts_with_all = ["Filters", "limit", "follow", "har", "wait"])]
    pub(crate) clear: bool,
}
