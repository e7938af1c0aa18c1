//! The command `mock-ecr`: an offline Amazon ECR for tests in any language.

mod args;
mod background;
mod browser;
mod ca;
mod clock;
mod contract;
mod control_client;
mod control_key;
#[cfg(unix)]
mod descriptors;
mod env;
mod error;
mod fault;
mod health;
mod image;
mod listen;
mod login;
mod opened_report;
mod repository;
mod request;
mod reset;
mod run;
mod scan_result;
mod serve;
mod signal;
mod start;
mod stdin;
mod stdout;
mod supports;
mod table;
mod token;

use std::process::ExitCode;

use args::{Args, Command};
use error::Error;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse_or_exit();
    log_to_stderr(args.log);
    let outcome = match args.command {
        Command::Serve(options) => serve::serve(*options),
        Command::Run(options) => run::run(*options),
        Command::Contract(options) => contract::contract(&options),
        Command::ContractRun => ecr_contract::run_worker()
            .map(|()| ExitCode::SUCCESS)
            .map_err(Error::system("cannot run a scenario")),
        Command::Env(options) => block_on(env::env(options)),
        Command::Ca(options) => block_on(ca::ca(options)),
        Command::Login(options) => block_on(login::login(options)),
        Command::Background(options) => block_on(background::background(options)),
        Command::Clock(options) => block_on(clock::clock(options)),
        Command::Fault(options) => block_on(fault::fault(options)),
        Command::Health(options) => block_on(health::health(options)),
        Command::Repository(action) => block_on(repository::repository(action)),
        Command::Image(action) => block_on(image::image(action)),
        Command::Token(options) => block_on(token::token(options)),
        Command::ScanResult(options) => block_on(scan_result::scan_result(options)),
        Command::Request(options) => block_on(request::request(*options)),
        Command::Reset(options) => block_on(reset::reset(options)),
        Command::Supports { json: true } => supports::print_json(),
        Command::Supports { json: false } => supports::print_table(),
    };
    outcome.unwrap_or_else(Error::report)
}

/// Runs a command that calls a running mock.
fn block_on(command: impl Future<Output = Result<ExitCode, Error>>) -> Result<ExitCode, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::system("cannot start the async runtime"))?;
    runtime.block_on(command)
}

fn log_to_stderr(level: args::LogLevel) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .init();
}
