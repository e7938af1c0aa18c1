//! The program `ecr` implements `get-authorization-token`, `get-login-password` and `get-login` of AWS CLI v1, and
//! commands that provide credentials to docker, the kubelet and other programs. It calls ECR through the AWS SDK for Rust.
//!
//! The steps of a call: [`args`] parses the command line, [`input`] loads the parameters of the operation, [`config`]
//! resolves the other settings from environment and profile, [`client`] calls ECR, and [`output`] formats the response.
//! Each step fails with an [`error::Error`], which defines the message and the exit code. In this crate, "v1" is the
//! recorded behaviour of AWS CLI 1.46.3.

use std::process::ExitCode;

mod argparse;
mod args;
mod client;
mod config;
mod credential_characters;
mod credential_error;
mod credentials;
mod error;
mod forward;
mod helper;
mod input;
mod issuer;
mod network_error;
mod output;
mod platform;
mod printable;
mod program;
mod python;
mod python_json;
mod python_path;
mod python_text;
mod python_time;
mod python_url;
mod response;
mod retry;
mod run;
mod service_error;
mod session;
mod skeleton;
mod transport;

fn main() -> ExitCode {
    let finished = run::run(std::env::args_os()).and_then(|text| output::write(&text));
    match finished {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If stdout cannot be written, a second error would not help.
            let _ = output::write(&output::for_terminal(error.stdout().to_owned()));
            output::write_error(&error.report());
            ExitCode::from(error.exit_code())
        }
    }
}
