//! What was typed.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use mock_ecr::{
    AccountId, AuthMode, ClockStart, Dialect, PrincipalArn, ProxyEndpoint, Region, S3Access,
    Secret, StoreLocation, Timestamp, World, WorldError, parse_duration,
};
use tracing_subscriber::filter::LevelFilter;

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
    /// Mints tokens and explains them, without a running mock.
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Mints the token that a mock with the same seed would issue, and accepts.
    Mint(MintOptions),
    /// Explains a token: whom it speaks for, where, how long, and whether it is worth anything. Exits with 1 if not.
    Inspect(InspectOptions),
}

#[derive(Debug, Parser)]
pub(crate) struct ServeOptions {
    /// The address to listen on; port 0 is a free one.
    #[arg(long, value_name = "ADDR", default_value_t = (Ipv4Addr::LOCALHOST, 4566).into())]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) world: WorldOptions,
}

#[derive(Debug, Parser)]
pub(crate) struct RunOptions {
    /// The address to listen on; port 0 is a free one.
    #[arg(long, value_name = "ADDR", default_value_t = (Ipv4Addr::LOCALHOST, 0).into())]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) world: WorldOptions,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Parser)]
pub(crate) struct MintOptions {
    /// Mints for the root user of this account; without it, for the first principal of the world.
    #[arg(long, value_name = "ID", conflicts_with = "principal")]
    pub(crate) account: Option<AccountId>,
    /// Mints for this user or role session.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// When the token is issued; without it, now, by the world's clock.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<Timestamp>,
    /// Prints the password in the token, as `docker login` takes it, instead of the token.
    #[arg(long)]
    pub(crate) password: bool,
    #[command(flatten)]
    pub(crate) world: WorldOptions,
}

#[derive(Debug, Parser)]
pub(crate) struct InspectOptions {
    /// The token, or the password in it; `-`, or nothing, reads it from stdin.
    #[arg(default_value = "-")]
    pub(crate) token: String,
    /// The instant at which it is judged; without it, now, by the world's clock.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) world: WorldOptions,
}

/// The options that make a world; each goes before what the file says.
#[derive(Debug, Parser)]
pub(crate) struct WorldOptions {
    /// A TOML file that describes the world.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// What all keys and random choices come from.
    #[arg(long, value_name = "S")]
    seed: Option<String>,
    /// How long a token lives, such as 12h or 90m.
    #[arg(long, value_name = "LIFE", value_parser = parse_duration)]
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
    /// How the registry speaks: as ECR was recorded to, or as OCI Distribution 1.1 has it.
    #[arg(long, value_enum)]
    dialect: Option<DialectName>,
    /// Lets a push make the repository that it needs.
    #[arg(long)]
    create_on_push: bool,
}

impl WorldOptions {
    pub(crate) fn world(self) -> Result<World, WorldError> {
        let mut world = match self.world {
            Some(file) => World::from_file(file)?,
            None => World::default(),
        };
        replace(&mut world.seed, self.seed);
        replace(&mut world.token_life, self.token_ttl);
        replace(&mut world.clock, self.clock);
        replace(&mut world.auth, self.auth.map(Into::into));
        replace(&mut world.region, self.region);
        replace(&mut world.proxy_endpoint, self.proxy_endpoint);
        replace(&mut world.store, self.store);
        world.s3_access = s3_access();
        replace(&mut world.dialect, self.dialect.map(Into::into));
        world.create_on_push |= self.create_on_push;
        Ok(world)
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
    Some(S3Access {
        region: either("AWS_REGION", "AWS_DEFAULT_REGION")
            .unwrap_or_else(|| "us-east-1".to_owned()),
        endpoint: either("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
        access_key_id: variable("AWS_ACCESS_KEY_ID")?,
        secret_access_key: variable("AWS_SECRET_ACCESS_KEY")?.into(),
        session_token: variable("AWS_SESSION_TOKEN").map(Secret::from),
    })
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
