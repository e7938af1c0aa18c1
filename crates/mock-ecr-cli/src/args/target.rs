//! The URL of a running mock, and its control key.

use clap::Parser;
use mock_ecr::config::Secret;

/// The running mock that a command calls.
#[derive(Debug, Parser)]
pub(crate) struct Target {
    /// The URL of the mock.
    #[arg(
        long,
        value_name = "URL",
        env = "MOCK_ECR_URL",
        default_value = "http://127.0.0.1:4566",
        global = true
    )]
    pub(crate) url: String,
    /// The control key of the mock. Required if the mock was started with a control key.
    #[arg(
        long,
        value_name = "KEY",
        env = "MOCK_ECR_CONTROL_KEY",
        hide_env_values = true,
        global = true
    )]
    pub(crate) control_key: Option<Secret>,
}
