//! The command `mock-ecr`: an offline Amazon ECR for tests in any language.

mod args;
mod ca;
mod clock;
mod contract;
mod control_client;
mod env;
mod error;
mod fault;
mod login;
mod request;
mod reset;
mod run;
mod serve;
mod signal;
mod stdout;
mod supports;
mod table;
mod token;
mod tokens;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command, TokenCommand};
use error::Error;

fn main() -> ExitCode {
    let args = Args::parse();
    log_to_stderr(args.log);
    let outcome = match args.command {
        Command::Serve(options) => serve::serve(options),
        Command::Run(options) => run::run(options),
        Command::Contract(options) => contract::contract(&options),
        Command::ContractRun => ecr_contract::perform()
            .map(|()| ExitCode::SUCCESS)
            .map_err(Error::system("cannot perform a run")),
        Command::Env(options) => briefly(env::env(options)),
        Command::Ca(options) => briefly(ca::ca(options)),
        Command::Login(options) => briefly(login::login(options)),
        Command::Clock(options) => briefly(clock::clock(options)),
        Command::Faults(options) => briefly(fault::fault(options)),
        Command::Tokens(options) => briefly(tokens::tokens(options)),
        Command::Requests(options) => briefly(request::request(*options)),
        Command::Reset(options) => briefly(reset::reset(options)),
        Command::Supports => supports::supports(),
        Command::Token(TokenCommand::Issue(options)) => token::issue(options),
        Command::Token(TokenCommand::Inspect(options)) => token::inspect(options),
    };
    outcome.unwrap_or_else(Error::report)
}

/// Runs what only asks a question.
fn briefly(task: impl Future<Output = Result<ExitCode, Error>>) -> Result<ExitCode, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::system("cannot start a runtime"))?;
    runtime.block_on(task)
}

fn log_to_stderr(level: args::LogLevel) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .init();
}
