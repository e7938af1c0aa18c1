//! What was typed.

mod contract;
mod control;
mod filters;
mod redirect;
mod target;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use mock_ecr::config::{
    AuthMode, AuthorityLocation, AuthorityLocationError, ClockStart, ConfigError, Dialect,
    ProxyEndpoint, S3Access, Secret, StoreLocation, parse_duration,
};
use mock_ecr::{AccountId, Config, PrincipalArn, Region, Timestamp};
use tracing_subscriber::filter::LevelFilter;

pub(crate) use contract::ContractOptions;
pub(crate) use control::{
    ClockAction, ClockOptions, FaultsAction, FaultsOptions, IssueHere, Kept, Output,
    RequestsOptions, ResetOptions, RevokeOptions, TokensAction, TokensOptions,
};
pub(crate) use redirect::RedirectMode;
pub(crate) use target::Target;

/// An offline Amazon ECR whose authorization token means something.
#[derive(Debug, Parser)]
#[command(name = "mock-ecr", version)]
pub(crate) struct Args {
    /// What to log on stderr.
    #[arg(long, global = true, value_enum, default_value_t = LogLevel::Warn)]
    pub(crate) log: LogLevel,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a mock until it is told to end, by Ctrl-C or SIGTERM.
    Serve(ServeOptions),
    /// Runs a command with a mock around it: AWS's tools and SDKs, started by the command, call the mock.
    Run(RunOptions),
    /// Runs any client of ECR, unmodified, through what ECR does on good and bad days, and says what it survived.
    Contract(Box<ContractOptions>),
    /// One run of `contract`, told on stdin.
    #[command(hide = true)]
    ContractRun,
    /// Prints the environment in which clients call a running mock, for `eval "$(mock-ecr env)"`.
    Env(EnvOptions),
    /// Prints the certificate that clients must trust to speak TLS with the mock.
    Ca(CaOptions),
    /// Logs docker and its like in to a running mock, as `docker login` would.
    Login(LoginOptions),
    /// Reads and moves the clock of a running mock.
    Clock(ClockOptions),
    /// Lists, issues, revokes and explains the tokens of a running mock.
    Tokens(TokensOptions),
    /// Lets things go wrong in a running mock, and tells how often they did.
    Faults(FaultsOptions),
    /// Prints the requests that a running mock has answered, waits for them, or follows them.
    Requests(Box<RequestsOptions>),
    /// Makes a running mock as it was when it started: clock, tokens, revocations, requests, repositories.
    Reset(ResetOptions),
    /// Prints the operations that the mock implements; other operations of these services are answered 501.
    Supports,
    /// Issues tokens and explains them, without a running mock.
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Issues the token that a mock with the same seed would issue, and accepts.
    Issue(IssueOptions),
    /// Explains a token: whom it speaks for, where, how long, and whether it is worth anything. Exits with 1 if not.
    Inspect(InspectOptions),
}

#[derive(Debug, Parser)]
pub(crate) struct ServeOptions {
    /// The address to listen on; port 0 is a free one.
    #[arg(long, value_name = "ADDR", default_value_t = (Ipv4Addr::LOCALHOST, 4566).into())]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) control: ControlOptions,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
}

#[derive(Debug, Parser)]
pub(crate) struct ControlOptions {
    /// What whoever asks for /_mock/ must send, as `Authorization: Bearer KEY`; without it, they must be on this machine, and the mock on
    /// a loopback address.
    #[arg(
        long,
        value_name = "KEY",
        env = "MOCK_ECR_CONTROL_KEY",
        hide_env_values = true
    )]
    pub(crate) control_key: Option<Secret>,
}

#[derive(Debug, Parser)]
pub(crate) struct RunOptions {
    /// The address to listen on; port 0 is a free one.
    #[arg(long, value_name = "ADDR", default_value_t = (Ipv4Addr::LOCALHOST, 0).into())]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) control: ControlOptions,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
    /// How the command is led to the mock.
    #[arg(long, value_enum, default_value_t = RedirectMode::Env)]
    pub(crate) redirect: RedirectMode,
    /// Gives the command an empty home, and no file of any client's; with `--redirect hosts` this is the default.
    #[arg(long, overrides_with = "no_isolate")]
    isolate: bool,
    /// Leaves the command its home.
    #[arg(long)]
    no_isolate: bool,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

impl RunOptions {
    pub(crate) fn home(&self) -> Home {
        let is_fenced = self.redirect == RedirectMode::Hosts;
        match self.isolate || (is_fenced && !self.no_isolate) {
            true => Home::Fresh,
            false => Home::Own,
        }
    }
}

/// Which files of clients a command finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// Those of whoever runs it.
    Own,
    /// None.
    Fresh,
}

#[derive(Debug, Parser)]
pub(crate) struct EnvOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// How clients are led to the mock; with `hosts` the system must know the names, this prints the rest.
    #[arg(long, value_enum, default_value_t = RedirectMode::Env)]
    pub(crate) redirect: RedirectMode,
    /// For whom to print.
    #[arg(long, value_enum, default_value_t = Shell::Sh)]
    pub(crate) format: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// sh, bash, zsh and their like.
    Sh,
    /// fish.
    Fish,
    /// PowerShell.
    #[value(name = "powershell")]
    Pwsh,
    /// A file of NAME=VALUE lines, as docker compose reads it; it cannot remove a variable.
    Dotenv,
    /// An object, in which null stands for what must be removed.
    Json,
    /// The file that $GITHUB_ENV names in GitHub Actions; it cannot remove a variable.
    Github,
}

#[derive(Debug, Parser)]
pub(crate) struct CaOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Makes the authority in this directory if it is not there, and asks no running mock: `file:` and a directory.
    #[arg(long, value_name = "LOCATION")]
    pub(crate) tls: Option<AuthorityLocation>,
    /// Prints the path of the certificate instead.
    #[arg(long)]
    pub(crate) path: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct LoginOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The host to log in to; without it, that of the mock's URL.
    #[arg(long, value_name = "HOST")]
    pub(crate) registry: Option<String>,
    /// Names a credential helper, such as `ecr-login`, instead of writing a token.
    #[arg(long, value_name = "NAME")]
    pub(crate) helper: Option<String>,
    /// The directory that holds `config.json`.
    #[arg(long, value_name = "DIR", env = "DOCKER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Parser)]
pub(crate) struct IssueOptions {
    /// Issues for the root user of this account; without it, for the first principal of the config.
    #[arg(long, value_name = "ID", conflicts_with = "principal")]
    pub(crate) account: Option<AccountId>,
    /// Issues for this user or role session.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// When the token is issued; without it, now, by the configuration's clock.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<Timestamp>,
    /// Prints the password in the token, as `docker login` takes it, instead of the token.
    #[arg(long)]
    pub(crate) password: bool,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
}

#[derive(Debug, Parser)]
pub(crate) struct InspectOptions {
    /// The token, or the password in it; `-`, or nothing, reads it from stdin.
    #[arg(default_value = "-")]
    pub(crate) token: String,
    /// The instant at which it is verified; without it, now, by the configuration's clock.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
}

/// The options that make a configuration; each goes before what the file says.
#[derive(Debug, Parser)]
pub(crate) struct ConfigOptions {
    /// A TOML file that describes the configuration.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What all keys and random choices come from.
    #[arg(long, value_name = "S")]
    seed: Option<String>,
    /// How long a token lives, such as 12h or 90m.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    token_ttl: Option<Duration>,
    /// `system`, `frozen`, or an instant to stand still at.
    #[arg(long)]
    clock: Option<ClockStart>,
    /// How much of a signature must be right.
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// The region of clients that name none.
    #[arg(long, value_name = "R")]
    region: Option<Region>,
    /// What `proxyEndpoint` is made from: a URL with {account}, {region}, {dns_suffix} and {port}.
    #[arg(long, value_name = "TEMPLATE")]
    proxy_endpoint: Option<ProxyEndpoint>,
    /// Where images are kept: `memory`, `file:` and a directory, or `s3://BUCKET/PREFIX`, which is reached as AWS_ENDPOINT_URL_S3,
    /// AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN say.
    #[arg(long, value_name = "LOCATION")]
    store: Option<StoreLocation>,
    /// Speaks TLS as well, on the same port, with a private authority in `memory`, or in `file:` and a directory; without a value, beside
    /// the images.
    #[arg(long, value_name = "LOCATION", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    tls: Option<TlsOption>,
    /// How the registry speaks: as ECR was recorded to, or as OCI Distribution 1.1 has it.
    #[arg(long, value_enum)]
    dialect: Option<DialectName>,
    /// Lets a push make the repository that it needs.
    #[arg(long)]
    create_on_push: bool,
}

impl ConfigOptions {
    pub(crate) fn config(self) -> Result<Config, ConfigError> {
        let mut config = match self.config {
            Some(file) => Config::from_file(file)?,
            None => Config::default(),
        };
        replace(&mut config.seed, self.seed);
        replace(&mut config.token_ttl, self.token_ttl);
        replace(&mut config.clock, self.clock);
        replace(&mut config.auth, self.auth.map(Into::into));
        replace(&mut config.region, self.region);
        replace(&mut config.proxy_endpoint, self.proxy_endpoint);
        replace(&mut config.store, self.store);
        config.s3_access = s3_access();
        replace(&mut config.dialect, self.dialect.map(Into::into));
        if let Some(TlsOption(location)) = self.tls {
            config.tls = Some(location.unwrap_or_else(|| beside(&config.store)));
        }
        config.create_on_push |= self.create_on_push;
        Ok(config)
    }
}

/// `--tls`, with or without a location.
#[derive(Clone, Debug)]
struct TlsOption(Option<AuthorityLocation>);

impl FromStr for TlsOption {
    type Err = AuthorityLocationError;

    fn from_str(text: &str) -> Result<Self, AuthorityLocationError> {
        let location = (!text.is_empty()).then(|| text.parse()).transpose()?;
        Ok(TlsOption(location))
    }
}

/// Where an authority is kept of which nobody has said where.
pub(crate) fn beside(store: &StoreLocation) -> AuthorityLocation {
    match store {
        StoreLocation::Directory(path) => AuthorityLocation::Directory(path.join("tls")),
        _ => AuthorityLocation::Memory,
    }
}

fn replace<T>(value: &mut T, option: Option<T>) {
    if let Some(option) = option {
        *value = option;
    }
}

/// How the environment says that buckets are reached, as it says it to AWS's own tools.
fn s3_access() -> Option<S3Access> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let either = |one, other| variable(one).or_else(|| variable(other));
    let region =
        either("AWS_REGION", "AWS_DEFAULT_REGION").unwrap_or_else(|| "us-east-1".to_owned());
    let (id, key) = (
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
    );
    let mut access = S3Access::new(region, id, key);
    access.endpoint = either("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
    access.session_token = variable("AWS_SESSION_TOKEN").map(Secret::from);
    Some(access)
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Auth {
    /// Known keys, and a signature that is verified.
    Strict,
    /// Any key; the signature is not looked at.
    Lenient,
}

impl From<Auth> for AuthMode {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::Strict => AuthMode::Strict,
            Auth::Lenient => AuthMode::Lenient,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DialectName {
    /// With ECR's quirks.
    Ecr,
    /// To the letter of the specification.
    Oci,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Ecr => Dialect::Ecr,
            DialectName::Oci => Dialect::Oci,
        }
    }
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
