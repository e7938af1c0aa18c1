//! Clients, by class: how each is asked, and what its answer means.

mod answer;
mod docker_credential;
mod docker_login_caller;
mod image_tool;
mod in_process;
mod kubelet;
mod library;
mod refresher;
mod token_printer;

use std::io;
use std::time::Duration;

use futures_util::future::join_all;
use mock_ecr::Timestamp;
use tokio::time::Instant;

use crate::class::Class;
use crate::clock;
use crate::process::{self, End, Ended};
use crate::scenario::{Ask, Fetch};
use crate::testbed::{DockerCall, Names, Stage};

pub(crate) use answer::{Answer, CacheFor, Login, Refusal};
pub(crate) use in_process::Running;
pub use in_process::{Answering, Library, LibraryAsk, LibraryLogin};

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

/// What came of asking a client.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    /// The command, or the request to a running one.
    pub(crate) command: String,
    pub(crate) stdin: String,
    pub(crate) ended: Ended,
    /// When it was done, by the mock's clock.
    pub(crate) handed: Timestamp,
    /// For which registry it was.
    pub(crate) names: Names,
    /// How docker was called meanwhile.
    pub(crate) docker: Vec<DockerCall>,
}

impl Client {
    pub(crate) fn of(class: Class) -> Self {
        match class {
            Class::TokenPrinter => Client::TokenPrinter,
            Class::DockerCredential => Client::DockerCredential,
            Class::Kubelet => Client::Kubelet,
            Class::Library => Client::Library(library::Driver::default()),
            Class::ImageTool => Client::ImageTool,
            Class::Refresher => Client::Refresher(refresher::Daemon::default()),
            Class::DockerLoginCaller => Client::DockerLoginCaller,
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
            _ => Answer::error(text(&run.ended.stdout) + &text(&run.ended.stderr)),
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

/// A run of the client's command whose answer is yet to be read.
#[derive(Clone, Debug)]
struct Run {
    command: String,
    stdin: String,
    ended: Ended,
    handed: Timestamp,
    names: Names,
}

impl Run {
    fn answered(self, answer: Answer) -> Outcome {
        let answer = match self.ended.end {
            End::Deadline => Answer::Hung,
            _ => answer,
        };
        Outcome {
            answer,
            command: self.command,
            stdin: self.stdin,
            ended: self.ended,
            handed: self.handed,
            names: self.names,
            docker: Vec::new(),
        }
    }

    fn has_succeeded(&self) -> bool {
        self.ended.end == End::Exit(0)
    }

    fn stdout(&self) -> String {
        text(&self.ended.stdout)
    }

    fn stderr(&self) -> String {
        text(&self.ended.stderr)
    }
}

async fn run(
    stage: &Stage,
    names: &Names,
    further: &[String],
    stdin: &str,
    fetch: &Fetch,
) -> io::Result<Run> {
    let command = stage.command(names, further, fetch);
    let written = written(&command);
    let ended = process::run(command, stdin.as_bytes(), stage.deadline).await?;
    Ok(Run {
        command: written,
        stdin: stdin.to_owned(),
        handed: stage.ecr.clock().now(),
        ended,
        names: names.clone(),
    })
}

/// A command as one would type it.
fn written(command: &std::process::Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| quoted(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

/// A word of a shell.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a request to a running client took, as if it were a run of its own.
fn between(started: Instant, end: End, stdout: Vec<u8>) -> Ended {
    Ended {
        end,
        stdout,
        stderr: Vec::new(),
        started,
        took: clock::now() - started,
    }
}

/// How often a file of a refresher's is looked at.
const GLANCE: Duration = Duration::from_millis(25);
