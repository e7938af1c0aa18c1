//! The command `mock-ecr`: an offline Amazon ECR for tests in any language.

mod args;
mod failure;
mod run;
mod serve;
mod signal;
mod token;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command, TokenCommand};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    log_to_stderr(args.log);
    let outcome = match args.command {
        Command::Serve(options) => serve::serve(options),
        Command::Run(options) => run::run(options),
        Command::Token(TokenCommand::Mint(options)) => token::mint(options),
        Command::Token(TokenCommand::Inspect(options)) => token::inspect(options),
    };
    outcome.unwrap_or_else(Failure::report)
}

fn log_to_stderr(level: args::LogLevel) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .init();
}
