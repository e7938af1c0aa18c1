//! The options of the commands that start a mock: `serve` and `run`.

use std::ffi::OsString;
use std::net::SocketAddr;

use clap::Parser;
use mock_ecr::config::Secret;

use crate::args::config::ConfigOptions;
use crate::args::listen::{ListenOptions, address};
use crate::args::redirect::RedirectMode;

#[derive(Debug, Parser)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) listen: ListenOptions,
    #[command(flatten)]
    pub(crate) control: ControlOptions,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
}

#[derive(Debug, Parser)]
pub(crate) struct ControlOptions {
    /// The key of the control API, `/_mock/`. Each request to the control API, except `/_mock/health`, must contain the header
    /// `Authorization: Bearer KEY`. The key must have at least 8 printable ASCII characters without spaces.
    ///
    /// A mock that listens on an address that is not a loopback address needs a key. If this option is not set, `serve` generates a random
    /// key and prints it, and `run` generates a random key and passes it to the command in MOCK_ECR_CONTROL_KEY. A sandbox has such an
    /// address.
    ///
    /// Without a key, the control API accepts a request only if the host of the request is a loopback name, such as localhost or 127.0.0.1.
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
    /// The address to listen on, such as `localhost:5000` or `:5000`. Port 0 selects a free port.
    #[arg(long, value_name = "ADDR", value_parser = address, default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) control: ControlOptions,
    #[command(flatten)]
    pub(crate) config: ConfigOptions,
    /// How the command is redirected to the mock.
    #[arg(long, value_enum, default_value_t = RedirectMode::Env)]
    pub(crate) redirect: RedirectMode,
    /// Runs the command with a temporary home directory, so that clients do not find the configuration, logins and caches of the user. This
    /// is the default with `--redirect sandbox`.
    #[arg(long, overrides_with = "no_isolate")]
    isolate: bool,
    /// Runs the command with the home directory of the user. This is the default with `--redirect env` and `--redirect proxy`.
    #[arg(long)]
    no_isolate: bool,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

impl RunOptions {
    pub(crate) fn home(&self) -> Home {
        let is_sandboxed = self.redirect == RedirectMode::Sandbox;
        match self.isolate || (is_sandboxed && !self.no_isolate) {
            true => Home::Empty,
            false => Home::Inherited,
        }
    }
}

/// The home directory of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// The home directory of the user.
    Inherited,
    /// A temporary directory without the files of the user.
    Empty,
}
