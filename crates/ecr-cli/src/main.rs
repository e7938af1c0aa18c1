//! `ecr`: `aws ecr get-authorization-token`, `get-login-password` and `get-login` on the AWS SDK for Rust.
//!
//! The way of a call: [`args`] reads what was typed, [`input`] loads what is asked for, [`config`] resolves the rest
//! against environment and profile, [`client`] asks ECR, [`output`] renders the answer. Whatever fails on the way is an
//! [`error::Error`], which alone knows its text and its exit code. Recorded behaviour of AWS CLI 1.46.3 is what "v1"
//! means throughout.

use std::process::ExitCode;

mod argparse;
mod args;
mod client;
mod config;
mod error;
mod helper;
mod input;
mod output;
mod program;
mod python;
mod response;
mod retry;
mod run;
mod service_error;
mod skeleton;
mod transport;

fn main() -> ExitCode {
    let finished = run::run(std::env::args_os()).and_then(|text| output::write(&text));
    match finished {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever cannot be given the lines cannot be helped by a second error either.
            let _ = output::write(error.stdout());
            output::write_error(&error.report());
            ExitCode::from(error.exit_code())
        }
    }
}
