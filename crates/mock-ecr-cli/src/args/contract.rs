//! What was typed after `mock-ecr contract`.

use std::path::PathBuf;

use clap::Parser;
use ecr_contract::ClientType;
use ecr_contract::report::{ReportTarget, Strictness};

use crate::args::redirect::RedirectMode;

#[derive(Debug, Parser)]
pub(crate) struct ContractOptions {
    /// As what the client is run: token-printer, docker-credential, kubelet, library, image-tool, refresher or docker-login-caller.
    #[arg(long = "client-type", value_name = "TYPE")]
    pub(crate) client_type: ClientType,
    /// How the client is led to the mock: env, proxy or hosts. Without it, by the names of hosts behind a fence, or through a proxy where
    /// there can be no fence.
    #[arg(long, value_name = "MODE", value_enum)]
    pub(crate) redirect: Option<RedirectMode>,
    /// Only scenarios, or cases as ID/CASE, whose names fit, with stars for anything. Can be repeated.
    #[arg(long = "scenario", value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// A folder of further scenarios.
    #[arg(long, value_name = "DIR")]
    pub(crate) scenarios: Option<PathBuf>,
    /// Writes a report as well: human, junit, tap, json, markdown or html; - as FILE is stdout. Can be repeated.
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub(crate) reports: Vec<ReportTarget>,
    /// Fails for what should hold as well, and not only for what must.
    #[arg(long)]
    strict: bool,
    /// A file of known failures, which do not fail: a line `TYPE ID` or `TYPE ID/CASE` for each, with a comment behind a #.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Writes the failures of this run as a file of known ones.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// What the seeds of all mocks come from.
    #[arg(long, value_name = "S", default_value = "mock-ecr")]
    pub(crate) seed: String,
    /// How many scenarios are run at once.
    #[arg(long, short, value_name = "N", default_value_t = 8)]
    pub(crate) jobs: usize,
    /// Lists the scenarios, and runs none.
    #[arg(long)]
    pub(crate) list: bool,
    /// The client and its arguments; {registry}, {account}, {region}, {image}, {file} and {home} stand for what they say, and the
    /// word {registries} for one registry or several.
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

    pub(crate) fn redirect(&self) -> Option<ecr_contract::RedirectMode> {
        self.redirect.map(|mode| match mode {
            RedirectMode::Env => ecr_contract::RedirectMode::Env,
            RedirectMode::Proxy => ecr_contract::RedirectMode::Proxy,
            RedirectMode::Sandbox => ecr_contract::RedirectMode::Sandbox,
        })
    }
}
