//! Runs clients of each type, and parses their results.

mod command;
pub(crate) mod docker_config;
mod docker_credential;
mod docker_login_caller;
mod image_tool;
mod in_process;
mod kubelet;
mod library;
mod logged_text;
mod outcome;
mod refresher;
mod result;
mod token_printer;

use std::io;

use futures_util::future::join_all;

use crate::client::command::run;
use crate::client::logged_text::LoggedText;
use crate::client_type::ClientType;
use crate::process::End;
use crate::scenario::{Fetch, RunArgs};
use crate::testbed::{Placeholders, Testbed};

pub(crate) use in_process::InProcessLibrary;
pub use in_process::{Library, LibraryLogin, LibraryRequest, LoginFuture};
#[cfg(test)]
pub(crate) use kubelet::fits as kubelet_calls_for;
pub(crate) use outcome::Outcome;
pub(crate) use result::{CacheFor, ClientError, ClientResult, Login};

/// A client under test, and the running process if the client has one.
#[derive(Debug)]
pub(crate) enum Client {
    TokenPrinter,
    DockerCredential,
    Kubelet,
    Library(library::Driver),
    ImageTool,
    Refresher(refresher::Daemon),
    DockerLoginCaller,
    /// A library that runs in this process.
    InProcess(InProcessLibrary),
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

    /// Requests logins from the client. The number of parallel requests is defined by the step.
    ///
    /// # Errors
    ///
    /// Returns an error if the client cannot be started, or its environment cannot be written.
    pub(crate) async fn fetch(
        &mut self,
        testbed: &Testbed,
        fetch: &Fetch,
    ) -> io::Result<Vec<Outcome>> {
        let placeholders = match &fetch.registry {
            Some(registry) => testbed.placeholders.at(registry),
            None => testbed.placeholders.clone(),
        };
        let also = fetch
            .other_registries
            .iter()
            .map(|registry| testbed.placeholders.at(registry));
        let all: Vec<Placeholders> = std::iter::once(placeholders.clone()).chain(also).collect();
        let times = fetch.parallel.unwrap_or(1);
        match self {
            Client::InProcess(library) => library.fetch(testbed, &all, fetch, times).await,
            Client::Library(driver) => driver.fetch(testbed, &all, fetch, times).await,
            Client::Refresher(daemon) => daemon.read_login(testbed, &placeholders, fetch).await,
            Client::TokenPrinter => {
                many(times, &all, |placeholders| {
                    token_printer::fetch(testbed, placeholders, fetch)
                })
                .await
            }
            Client::DockerCredential => {
                many(times, &all, |placeholders| {
                    docker_credential::fetch(testbed, placeholders, fetch)
                })
                .await
            }
            Client::Kubelet => {
                many(times, &all, |placeholders| {
                    kubelet::fetch(testbed, placeholders, fetch)
                })
                .await
            }
            Client::ImageTool => {
                image_tool::prepare(testbed, &placeholders, fetch)?;
                many(times, &all[..1], |placeholders| {
                    image_tool::fetch(testbed, placeholders, fetch)
                })
                .await
            }
            Client::DockerLoginCaller => docker_login_caller::fetch(testbed, &all, fetch).await,
        }
    }

    /// Runs the client with the arguments and the stdin of the scenario.
    ///
    /// # Errors
    ///
    /// Returns an error if the client cannot be started.
    pub(crate) async fn run(&mut self, testbed: &Testbed, args: &RunArgs) -> io::Result<Outcome> {
        let fetch = Fetch {
            env: args.env.clone(),
            ..Fetch::default()
        };
        let placeholders = testbed.placeholders.clone();
        let further: Vec<String> = args
            .args
            .iter()
            .map(|word| placeholders.fill(word))
            .collect();
        let stdin = placeholders.fill(&args.stdin);
        let run = run(testbed, &placeholders, &further, &stdin, &fetch).await?;
        let result = match run.process.end {
            End::Deadline => ClientResult::TimedOut,
            End::Exit(0) => ClientResult::Login(Login::default()),
            _ => ClientResult::error(run.stdout() + &run.stderr()),
        };
        Ok(run.into_outcome(result))
    }

    /// Ends the running process. Does nothing if there is no process.
    pub(crate) async fn end(&mut self) {
        match self {
            Client::Library(driver) => driver.end().await,
            Client::Refresher(daemon) => daemon.end().await,
            _ => {}
        }
    }

    /// Returns the log of the running process.
    pub(crate) fn log(&self) -> Vec<u8> {
        self.logged_text()
            .map(LoggedText::bytes)
            .unwrap_or_default()
    }

    /// Waits until [`Client::log`] returns all text that the running process has written so far.
    pub(crate) async fn settle(&self) {
        if let Some(text) = self.logged_text() {
            text.settle().await;
        }
    }

    fn logged_text(&self) -> Option<&LoggedText> {
        match self {
            Client::Library(driver) => Some(&driver.log),
            Client::Refresher(daemon) => Some(&daemon.log),
            _ => None,
        }
    }
}

/// Calls `one` for each registry `times` times. All calls run in parallel.
async fn many<'n, F: Future<Output = io::Result<Outcome>>>(
    times: usize,
    registries: &'n [Placeholders],
    one: impl Fn(&'n Placeholders) -> F,
) -> io::Result<Vec<Outcome>> {
    let rounds = std::iter::repeat_n(registries, times).flatten();
    let all = join_all(rounds.map(one)).await;
    all.into_iter().collect()
}
