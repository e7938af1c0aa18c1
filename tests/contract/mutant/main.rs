//! A small client of ECR for the tests of the contract suite. It supports every client type, and has one fault on request.
//!
//! Usage: `mutant [--fault NAME | --variant NAME] TYPE [ARGUMENT]…`, `mutant --list` or `mutant --list-variants`. The variable `MUTANT`
//! selects a fault too. A variant is another correct behaviour. The program shares no code with the mock, since it would share its errors. It connects only to this machine.

mod api;
mod cache;
mod clock;
mod credentials;
mod docker_login;
mod endpoint;
mod error;
mod fault;
mod file;
mod helper;
mod http;
mod identity;
mod kubelet;
mod library;
mod login;
mod output;
mod proxy;
mod puller;
mod refresher;
mod registry;
mod renewal;
mod response;
mod retry;
mod sign;
mod stored_logins;
mod token_printer;
mod trust;
mod variant;

use std::env;
use std::process::ExitCode;

use crate::error::ClientError;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1).peekable();
    let mut selected = env::var("MUTANT").ok().filter(|name| !name.is_empty());
    if arguments.peek().is_some_and(|first| first == "--list") {
        output::out(&fault::list());
        return ExitCode::SUCCESS;
    }
    if arguments
        .next_if(|first| first == "--list-variants")
        .is_some()
    {
        output::out(&variant::list());
        return ExitCode::SUCCESS;
    }
    if arguments.next_if(|first| first == "--variant").is_some() {
        let name = arguments.next().unwrap_or_default();
        if !variant::select(&name) {
            return usage(&format!("unknown variant {name:?}: see --list-variants"));
        }
    }
    if arguments.next_if(|first| first == "--fault").is_some() {
        selected = arguments.next();
    }
    if let Some(name) = selected
        && !fault::select(&name)
    {
        return usage(&format!("unknown fault {name:?}: see --list"));
    }
    let Some(client_type) = arguments.next() else {
        return usage("usage: mutant [--fault NAME] TYPE [ARGUMENT]…");
    };
    run(&client_type, arguments.collect())
}

fn usage(text: &str) -> ExitCode {
    output::err(text);
    ExitCode::from(2)
}

fn run(client_type: &str, arguments: Vec<String>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime with one thread can be created");
    runtime.block_on(async {
        let done = match client_type {
            "token-printer" => token_printer::run(&arguments).await,
            "docker-credential" => return helper::run(&arguments).await,
            "kubelet" => kubelet::run().await,
            "library" => library::run().await,
            "image-tool" => puller::run(&arguments).await,
            "refresher" => refresher::run(arguments).await,
            "docker-login-caller" => docker_login::run(&arguments).await,
            _ => {
                return usage(&format!("unknown client type {client_type:?}"));
            }
        };
        code(done)
    })
}

fn code(done: Result<(), ClientError>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(ClientError::Usage(text)) => usage(text),
        Err(error) => {
            output::err(&error::text(&error));
            ExitCode::FAILURE
        }
    }
}
