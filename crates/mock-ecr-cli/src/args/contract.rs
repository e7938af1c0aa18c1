//! The arguments of `mock-ecr contract`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use ecr_contract::report::{ReportTarget, Strictness};
use ecr_contract::{Claim, ClientType, SuiteNumber};

use crate::args::redirect::RedirectMode;

/// The program `docker` of a caller of `docker login`.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum DockerProgram {
    #[default]
    Shim,
    Real,
}

#[derive(Debug, Parser)]
pub(crate) struct ContractOptions {
    /// The type of the client: token-printer, docker-credential, kubelet, library, image-tool, refresher or docker-login-caller.
    #[arg(
        long = "client-type",
        value_name = "TYPE",
        required_unless_present = "list"
    )]
    pub(crate) client_type: Option<ClientType>,
    /// How the client is redirected to the mock. Default: sandbox, or proxy if the system does not support a sandbox.
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) redirect: Option<RedirectMode>,
    /// The suite: the built-in scenarios of this number and of all lower numbers. A suite does not grow after its release, so that an upgrade
    /// of this program adds no failure.
    #[arg(long, value_name = "N", default_value_t = SuiteNumber::DEFAULT)]
    pub(crate) suite: SuiteNumber,
    /// Runs only the scenarios whose ID matches the pattern, and the cases of scenarios whose `ID/CASE` matches it. * matches any text. Can
    /// be repeated.
    #[arg(long = "scenario", value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Also runs the scenarios in this directory, in addition to the built-in scenarios.
    #[arg(long, value_name = "DIR")]
    pub(crate) scenarios: Option<PathBuf>,
    /// Writes a report in the format human (text), junit, tap, json, markdown, html or sarif. `-` as FILE is stdout. Can be repeated.
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub(crate) reports: Vec<ReportTarget>,
    /// Opens the HTML report in a browser after the run: the file of `--report html=FILE`, or a new file in the directory for temporary files,
    /// whose path is printed to stderr. The environment variable BROWSER can contain the command of the browser. Default: the browser that is
    /// set on the system. If the browser cannot be opened, a warning is printed. It does not affect the exit code.
    #[arg(long, conflicts_with = "list")]
    pub(crate) open: bool,
    /// The run also fails if an expectation with the severity `should` is not met.
    #[arg(long)]
    strict: bool,
    /// A file of known failures. The run does not fail because of a failure in this file. Each line is `TYPE ID` or `TYPE ID/CASE`, with an
    /// optional comment after #.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Writes the failures of this run to a file of known failures.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// The seed from which the seeds of all mocks are derived.
    #[arg(long, value_name = "S", value_parser = NonEmptyStringValueParser::new(), default_value = "mock-ecr")]
    pub(crate) seed: String,
    /// The maximum number of cases that run at the same time. Default: depends on the number of processors, the start-up time of the client
    /// and the load of the system.
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// The start-up time of the client, such as 500ms. Time limits are extended by twice this duration. Default: measured before the run.
    #[arg(long, value_name = "DURATION", value_parser = mock_ecr::config::parse_duration)]
    pub(crate) startup: Option<Duration>,
    /// The program `docker` of a client of the type docker-login-caller: a program that only parses its command line as docker does (shim), or
    /// the docker CLI on the PATH (real).
    #[arg(long, value_name = "PROGRAM", value_enum, default_value_t)]
    docker: DockerProgram,
    /// A capability that the client claims: refresh (a docker-login-caller renews its logins). Without it, DKR-04 only reports its results. Can
    /// be repeated.
    #[arg(long, value_name = "CLAIM")]
    pub(crate) claims: Vec<Claim>,
    /// Lists the scenarios without running them. Without `--client-type`, lists the scenarios of all client types.
    #[arg(long)]
    pub(crate) list: bool,
    /// The command of the client and its arguments. The placeholders {registry}, {account}, {region}, {image}, {file} and {home} are replaced;
    /// {registries} is replaced by one argument for each registry.
    #[arg(
        required_unless_present = "list",
        trailing_var_arg = true,
        value_name = "CLIENT"
    )]
    pub(crate) client: Vec<String>,
}

impl ContractOptions {
    pub(crate) fn strictness(&self) -> Strictness {
        match self.strict {
            true => Strictness::Should,
            false => Strictness::Must,
        }
    }

    pub(crate) fn docker(&self) -> ecr_contract::DockerProgram {
        match self.docker {
            DockerProgram::Shim => ecr_contract::DockerProgram::Shim,
            DockerProgram::Real => ecr_contract::DockerProgram::Real,
        }
    }

    pub(crate) fn redirect(&self) -> Option<ecr_contract::RedirectMode> {
        self.redirect.map(|mode| match mode {
            RedirectMode::Env => ecr_contract::RedirectMode::Env,
            RedirectMode::Proxy => ecr_contract::RedirectMode::Proxy,
            RedirectMode::Sandbox => ecr_contract::RedirectMode::Sandbox,
        })
    }
}
