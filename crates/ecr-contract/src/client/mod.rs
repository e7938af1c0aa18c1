//! Clients, by class: how each is asked, and what its answer means.

mod answer;
mod command;
mod docker_credential;
mod docker_login_caller;
mod image_tool;
mod in_process;
mod kubelet;
mod library;
mod outcome;
mod refresher;
mod token_printer;

use std::io;

use futures_util::future::join_all;

use crate::client::command::run;
use crate::client_type::ClientType;
use crate::process::End;
use crate::scenario::{Ask, Fetch};
use crate::testbed::{Names, Stage};

pub(crate) use answer::{Answer, CacheFor, Login, Refusal};
pub(crate) use command::quoted;
pub(crate) use in_process::Running;
pub use in_process::{Answering, Library, LibraryAsk, LibraryLogin};
pub(crate) use outcome::Outcome;

/// A client under test, with whatever of it goes on running.
#[derive(Debug)]
pub(crate) enum Client {
    TokenPrinter,
    DockerCredential,
    Kubelet,
    Library(library::Driver),
    ImageTool,
    Refresher(refresher::Daemon),
    DockerLoginCaller,
    /// A library in this process.
    InProcess(Running),
}

impl Client {
    pub(crate) fn of(client_type: ClientType) -> Self {
        match client_type {
            ClientType::TokenPrinter => Client::TokenPrinter,
            ClientType::DockerCredential => Client::DockerCredential,
            ClientType::Kubelet => Client::Kubelet,
            ClientType::Library => Client::Library(library::Driver::default()),
            ClientType::ImageTool => Client::ImageTool,
            ClientType::Refresher => Client::Refresher(refresher::Daemon::default()),
            ClientType::DockerLoginCaller => Client::DockerLoginCaller,
        }
    }

    /// Asks for a login, as often at once as the step says.
    ///
    /// # Errors
    ///
    /// When the client cannot be started, or its surroundings cannot be written.
    pub(crate) async fn fetch(&mut self, stage: &Stage, fetch: &Fetch) -> io::Result<Vec<Outcome>> {
        let names = match &fetch.registry {
            Some(registry) => stage.names.at(registry),
            None => stage.names.clone(),
        };
        let also = fetch.also.iter().map(|registry| stage.names.at(registry));
        let all: Vec<Names> = std::iter::once(names.clone()).chain(also).collect();
        let times = fetch.parallel.unwrap_or(1);
        match self {
            Client::InProcess(library) => library.fetch(stage, &all, fetch, times).await,
            Client::Library(driver) => driver.fetch(stage, &all, fetch, times).await,
            Client::Refresher(daemon) => daemon.look(stage, &names, fetch).await,
            Client::TokenPrinter => {
                many(times, &all, |names| {
                    token_printer::fetch(stage, names, fetch)
                })
                .await
            }
            Client::DockerCredential => {
                many(times, &all, |names| {
                    docker_credential::fetch(stage, names, fetch)
                })
                .await
            }
            Client::Kubelet => many(times, &all, |names| kubelet::fetch(stage, names, fetch)).await,
            Client::ImageTool => {
                image_tool::prepare(stage, &names, fetch)?;
                many(times, &all[..1], |names| {
                    image_tool::fetch(stage, names, fetch)
                })
                .await
            }
            Client::DockerLoginCaller => docker_login_caller::fetch(stage, &all, fetch).await,
        }
    }

    /// Runs the client with arguments and stdin of the scenario's.
    ///
    /// # Errors
    ///
    /// When the client cannot be started.
    pub(crate) async fn ask(&mut self, stage: &Stage, ask: &Ask) -> io::Result<Outcome> {
        let fetch = Fetch {
            env: ask.env.clone(),
            ..Fetch::default()
        };
        let names = stage.names.clone();
        let further: Vec<String> = ask.args.iter().map(|word| names.fill(word)).collect();
        let stdin = names.fill(&ask.stdin);
        let run = run(stage, &names, &further, &stdin, &fetch).await?;
        let answer = match run.ended.end {
            End::Deadline => Answer::Hung,
            End::Exit(0) => Answer::Login(Login::default()),
            _ => Answer::error(run.stdout() + &run.stderr()),
        };
        Ok(run.answered(answer))
    }

    /// Ends whatever of it goes on running.
    pub(crate) async fn end(&mut self) {
        match self {
            Client::Library(driver) => driver.end().await,
            Client::Refresher(daemon) => daemon.end().await,
            _ => {}
        }
    }

    /// What the client that goes on running has written to stderr.
    pub(crate) fn stderr(&self) -> Vec<u8> {
        match self {
            Client::Library(driver) => driver.stderr(),
            Client::Refresher(daemon) => daemon.stderr(),
            _ => Vec::new(),
        }
    }
}

/// All registries at once, and each so often.
async fn many<'n, F: Future<Output = io::Result<Outcome>>>(
    times: usize,
    registries: &'n [Names],
    one: impl Fn(&'n Names) -> F,
) -> io::Result<Vec<Outcome>> {
    let rounds = std::iter::repeat_n(registries, times).flatten();
    let all = join_all(rounds.map(one)).await;
    all.into_iter().collect()
}
