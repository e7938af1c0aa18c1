//! The options of the commands that configure a client of a running mock: `env`, `ca` and `login`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use mock_ecr::MockEcr;
use mock_ecr::config::CaLocation;

use crate::args::redirect::EnvRedirect;
use crate::args::target::Target;

#[derive(Debug, Parser)]
pub(crate) struct EnvOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// How clients are redirected to the mock.
    #[arg(long, value_enum, default_value_t = EnvRedirect::Env)]
    pub(crate) redirect: EnvRedirect,
    /// Prints only the endpoint variable of this service, such as `ecr`. Use it for clients that also call another emulator. `mock-ecr
    /// supports` lists the services.
    #[arg(long, value_name = "SERVICE", value_parser = implemented_service, conflicts_with = "redirect")]
    pub(crate) only: Option<String>,
    /// The format of the output.
    #[arg(long, value_enum, default_value_t = Format::Sh)]
    pub(crate) format: Format,
}

/// Parses the name of a service of which the mock implements an operation.
fn implemented_service(name: &str) -> Result<String, String> {
    let services = MockEcr::supported_operations().map(|(service, _)| service.to_string());
    let services: BTreeSet<String> = services.collect();
    if services.contains(name) {
        return Ok(name.to_owned());
    }
    let names: Vec<_> = services.into_iter().collect();
    Err(format!("expected one of {}", names.join(", ")))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Commands for POSIX shells, such as sh, bash and zsh.
    Sh,
    /// Commands for fish.
    Fish,
    /// Commands for PowerShell.
    #[value(name = "powershell")]
    Pwsh,
    /// NAME=VALUE lines in the format of Docker Compose. This format can set variables but cannot remove variables.
    Dotenv,
    /// A JSON object. If a value is `null`, the program that reads the object must remove this variable from the environment.
    Json,
    /// Lines for the environment file of GitHub Actions (`GITHUB_ENV`). This format can set variables but cannot remove variables.
    Github,
}

#[derive(Debug, Parser)]
pub(crate) struct CaOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Reads the CA from `file:DIR` instead of calling a mock, and prints its certificate. Creates the CA if it does not exist.
    #[arg(long, value_name = "LOCATION")]
    pub(crate) tls: Option<CaLocation>,
    /// Prints the path of the certificate file instead of the certificate.
    #[arg(long)]
    pub(crate) path: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct LoginOptions {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The host of the registry. Default: the host and port in the `proxyEndpoint` of the mock, such as localhost:4566.
    #[arg(long, value_name = "HOST")]
    pub(crate) registry: Option<String>,
    /// Configures a credential helper, such as `ecr-login`, for the registry instead of storing a token.
    #[arg(long, value_name = "NAME")]
    pub(crate) helper: Option<String>,
    /// The directory that contains `config.json`. Default: `.docker` in the home directory.
    #[arg(long, value_name = "DIR", env = "DOCKER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}
