//! Parses the command line.

mod client;
mod config;
mod contract;
mod control;
mod filters;
mod listen;
mod passwords;
mod redirect;
mod renamed;
mod serve;
mod stored;
mod target;
mod token;

use clap::{Parser, Subcommand, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

pub(crate) use client::{CaOptions, EnvOptions, Format, LoginOptions};
pub(crate) use config::default_ca;
pub(crate) use contract::ContractOptions;
pub(crate) use control::{
    BackgroundCommand, BackgroundKind, BackgroundOptions, ClockAction, ClockOptions, FaultCommand,
    FaultOptions, HealthOptions, Output, Preserved, RequestOptions, ResetOptions,
    ScanResultCommand, ScanResultOptions,
};
pub(crate) use redirect::{EnvRedirect, RedirectMode};
pub(crate) use serve::{Home, RunOptions, ServeOptions};
pub(crate) use stored::{ImageAction, RepositoryAction};
pub(crate) use target::Target;
pub(crate) use token::{InspectOptions, IssueOptions, RevokeOptions, TokenAction};

/// An offline mock of Amazon ECR for tests.
#[derive(Debug, Parser)]
// Other packages of the workspace enable the wrapping of clap. Without it, the help does not depend on how the program is built.
#[command(name = "mock-ecr", version, term_width = 0)]
pub(crate) struct Args {
    /// The level of the log on stderr.
    #[arg(long, global = true, value_enum, default_value_t = LogLevel::Warn)]
    pub(crate) log: LogLevel,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Args {
    /// Parses the command line. Exits if it is invalid. If an option was renamed, the message contains the new name.
    pub(crate) fn parse_or_exit() -> Self {
        Args::try_parse().unwrap_or_else(|error| {
            let error = renamed::with_new_name(error);
            passwords::without_passwords(error).exit()
        })
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a mock until Ctrl-C or SIGTERM.
    Serve(Box<ServeOptions>),
    /// Runs a mock and a command. If the command, or a program that it starts, is an AWS client, it sends its requests to the mock.
    Run(Box<RunOptions>),
    /// Tests an unmodified ECR client against throttling, expiry, revocation, malformed responses and other failures.
    Contract(Box<ContractOptions>),
    /// Reads the request to run one case of `contract` from stdin, and runs the case.
    #[command(hide = true)]
    ContractRun,
    /// Prints the environment variables that redirect clients to a running mock. To set them in a shell, run `eval "$(mock-ecr env)"`.
    Env(EnvOptions),
    /// Prints the CA certificate that clients must trust when they connect to the mock over TLS.
    Ca(CaOptions),
    /// Logs in to a running mock as `docker login` does: writes a login to docker's `config.json`.
    Login(LoginOptions),
    /// Reads and changes the clock of a running mock.
    Clock(ClockOptions),
    /// Finishes work in the background of a running mock, such as scans and replications.
    Background(BackgroundOptions),
    /// Checks that a mock is running. The exit code is 0 if the mock is healthy and 1 otherwise. Does not need the control key.
    Health(HealthOptions),
    /// Issues, inspects, lists and revokes tokens.
    #[command(subcommand)]
    Token(TokenAction),
    /// Lists, adds and removes the faults of a running mock.
    Fault(FaultOptions),
    /// Lists the repositories of a running mock.
    #[command(subcommand)]
    Repository(RepositoryAction),
    /// Lists the images of a running mock.
    #[command(subcommand)]
    Image(ImageAction),
    /// Sets the results of the scans of images of a running mock.
    ScanResult(ScanResultOptions),
    /// Prints or clears the request log of a running mock.
    Request(Box<RequestOptions>),
    /// Restores the initial state of a running mock: clock, tokens, revocations, sessions, faults, request log, repositories, and
    /// settings of accounts and registries.
    Reset(ResetOptions),
    /// Lists all operations of ECR, ECR Public and STS, and whether the mock implements them.
    ///
    /// The support of an operation is the source of its output: `recorded` (a public record of a response of AWS), `modelled` (the service model
    /// and the API reference) or `assumed` (none). The response to an operation that is `missing` has status 501.
    Supports {
        /// Prints JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => LevelFilter::OFF,
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        }
    }
}
