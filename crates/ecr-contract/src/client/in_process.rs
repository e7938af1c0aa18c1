//! Libraries that live in the process of a test.

use std::fmt;
use std::io;
use std::pin::Pin;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::timeout_at;

use crate::client::answer::{Answer, Login};
use crate::client::outcome::Outcome;
use crate::clock;
use crate::process::{End, Ended};
use crate::scenario::Fetch;
use crate::testbed::{Names, Stage};

/// A library under test.
///
/// A closure that takes a [`LibraryAsk`] and answers a future will do.
pub trait Library {
    /// Hands out a login, or says why there is none.
    fn login(&self, ask: LibraryAsk) -> Answering;
}

/// An answer under way.
pub type Answering = Pin<Box<dyn Future<Output = Result<LibraryLogin, String>>>>;

/// What a library is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryAsk {
    /// The host of a registry.
    pub registry: String,
    /// Whether the registry has refused the login that was given last.
    pub refused: bool,
}

/// A login that a library hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryLogin {
    /// Who logs in.
    pub username: String,
    /// With what.
    pub password: String,
}

impl LibraryLogin {
    /// A user and a password.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        LibraryLogin {
            username: username.into(),
            password: password.into(),
        }
    }
}

impl<F, Fut, E> Library for F
where
    F: Fn(LibraryAsk) -> Fut,
    Fut: Future<Output = Result<LibraryLogin, E>> + 'static,
    E: fmt::Display,
{
    fn login(&self, ask: LibraryAsk) -> Answering {
        let answer = self(ask);
        Box::pin(async move { answer.await.map_err(|error| error.to_string()) })
    }
}

fn of(login: LibraryLogin) -> Answer {
    Answer::Login(Login {
        username: Some(login.username),
        secret: Some(login.password),
        ..Login::default()
    })
}

/// A library that is asked in this process.
pub(crate) struct Running(Box<dyn Library>);

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running(..)")
    }
}

impl Running {
    pub(crate) fn new(library: impl Library + 'static) -> Self {
        Running(Box::new(library))
    }

    pub(crate) async fn fetch(
        &self,
        stage: &Stage,
        registries: &[Names],
        fetch: &Fetch,
        times: usize,
    ) -> io::Result<Vec<Outcome>> {
        let rounds = std::iter::repeat_n(registries, times).flatten();
        let asks = rounds.map(|names| self.ask(stage, names, fetch));
        Ok(join_all(asks).await)
    }

    async fn ask(&self, stage: &Stage, names: &Names, fetch: &Fetch) -> Outcome {
        let started = clock::now();
        let ask = LibraryAsk {
            registry: names.registry.clone(),
            refused: fetch.refused == Some(true),
        };
        let (answer, line) = match timeout_at(stage.deadline, self.0.login(ask)).await {
            Err(_) => (Answer::Hung, json!(null)),
            Ok(Err(error)) => (Answer::error(&*error), json!({ "error": error })),
            Ok(Ok(login)) => {
                let line = json!({ "username": login.username, "password": login.password });
                (of(login), line)
            }
        };
        Outcome {
            answer,
            command: "(in this process)".to_owned(),
            stdin: names.registry.clone(),
            ended: Ended {
                end: End::Exit(0),
                // As a driver would write it.
                stdout: line.to_string().into_bytes(),
                stderr: Vec::new(),
                started,
                took: clock::now() - started,
            },
            handed: stage.ecr.clock().now(),
            names: names.clone(),
            docker: Vec::new(),
        }
    }
}
