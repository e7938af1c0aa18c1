//! The options of the commands that configure a client of a running mock: `env`, `ca` and `login`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use mock_ecr::config::AuthorityLocation;

use crate::args::redirect::EnvRedirect;
use crate::args::target::Target;

#[derive(Debug, Parser)]
pub(crate) struct EnvOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// How clients are redirected to the mock.
    #[arg(long, value_enum, default_value_t = EnvRedirect::Env)]
    pub(crate) redirect: EnvRedirect,
    /// The format of the output.
    #[arg(long, value_enum, default_value_t = Format::Sh)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Commands for POSIX shells: sh, bash, zsh.
    Sh,
    /// Commands for fish.
    Fish,
    /// Commands for PowerShell.
    #[value(name = "powershell")]
    Pwsh,
    /// NAME=VALUE lines, as Docker Compose reads them. This format cannot remove a variable.
    Dotenv,
    /// A JSON object. `null` means that the variable must be removed.
    Json,
    /// Lines for the file `$GITHUB_ENV` of GitHub Actions. This format cannot remove a variable.
    Github,
}

#[derive(Debug, Parser)]
pub(crate) struct CaOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Reads the certificate authority in `file:DIR` instead of calling a running mock. Creates the authority if it does not exist.
    #[arg(long, value_name = "LOCATION")]
    pub(crate) tls: Option<AuthorityLocation>,
    /// Prints the path of a file with the certificate instead of the certificate.
    #[arg(long)]
    pub(crate) path: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct LoginOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The registry host to log in to. Default: the host of the mock's URL.
    #[arg(long, value_name = "HOST")]
    pub(crate) registry: Option<String>,
    /// Configures this credential helper, such as `ecr-login`, for the registry instead of storing a token.
    #[arg(long, value_name = "NAME")]
    pub(crate) helper: Option<String>,
    /// The directory of `config.json`. Default: `.docker` in the home directory.
    #[arg(long, value_name = "DIR", env = "DOCKER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}
