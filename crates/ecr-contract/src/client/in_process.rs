//! Calls a library under test in the process of a Rust test.

use std::fmt;
use std::io;
use std::pin::Pin;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::timeout_at;

use crate::client::outcome::Outcome;
use crate::client::result::{ClientResult, Login};
use crate::clock;
use crate::process::{End, ProcessOutput};
use crate::scenario::Fetch;
use crate::testbed::{Placeholders, Testbed};

/// A library under test. The trait is implemented for closures that receive a [`LibraryRequest`] and return a future.
pub trait Library {
    /// Requests a login from the library. The output of the future is the login.
    ///
    /// # Errors
    ///
    /// The output of the future is the text of an error if the library returns no login for the registry of the request. The suite then
    /// records the result of the request as an error.
    fn login(&self, request: LibraryRequest) -> LoginFuture;
}

/// The future that [`Library::login`] returns.
pub type LoginFuture = Pin<Box<dyn Future<Output = Result<LibraryLogin, String>>>>;

/// A request for a login, which the suite sends to a library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryRequest {
    /// The host of the registry for which a login is requested.
    pub registry: String,
    /// Whether the registry has rejected the last login that the library returned.
    pub refused: bool,
}

/// A login that a library returns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryLogin {
    /// The username.
    pub username: String,
    /// The password.
    pub password: String,
}

impl LibraryLogin {
    /// Creates a login.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        LibraryLogin {
            username: username.into(),
            password: password.into(),
        }
    }
}

impl<F, Fut, E> Library for F
where
    F: Fn(LibraryRequest) -> Fut,
    Fut: Future<Output = Result<LibraryLogin, E>> + 'static,
    E: fmt::Display,
{
    fn login(&self, request: LibraryRequest) -> LoginFuture {
        let result = self(request);
        Box::pin(async move { result.await.map_err(|error| error.to_string()) })
    }
}

fn into_result(login: LibraryLogin) -> ClientResult {
    ClientResult::Login(Login {
        username: Some(login.username),
        secret: Some(login.password),
        ..Login::default()
    })
}

/// A library under test that runs in this process.
pub(crate) struct InProcessLibrary(Box<dyn Library>);

impl fmt::Debug for InProcessLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcessLibrary(..)")
    }
}

impl InProcessLibrary {
    pub(crate) fn new(library: impl Library + 'static) -> Self {
        InProcessLibrary(Box::new(library))
    }

    pub(crate) async fn fetch(
        &self,
        testbed: &Testbed,
        registries: &[Placeholders],
        fetch: &Fetch,
        times: usize,
    ) -> io::Result<Vec<Outcome>> {
        let rounds = std::iter::repeat_n(registries, times).flatten();
        let requests = rounds.map(|placeholders| self.request(testbed, placeholders, fetch));
        Ok(join_all(requests).await)
    }

    async fn request(
        &self,
        testbed: &Testbed,
        placeholders: &Placeholders,
        fetch: &Fetch,
    ) -> Outcome {
        let started = clock::now();
        let request = LibraryRequest {
            registry: placeholders.registry.clone(),
            refused: fetch.refused == Some(true),
        };
        let (result, line) = match timeout_at(testbed.deadline, self.0.login(request)).await {
            Err(_) => (ClientResult::TimedOut, json!(null)),
            Ok(Err(error)) => (ClientResult::error(&*error), json!({ "error": error })),
            Ok(Ok(login)) => {
                let line = json!({ "username": login.username, "password": login.password });
                (into_result(login), line)
            }
        };
        Outcome {
            result,
            command: "(in this process)".to_owned(),
            stdin: placeholders.registry.clone(),
            process: ProcessOutput {
                end: End::Exit(0),
                // The same format as the response of a driver.
                stdout: line.to_string().into_bytes(),
                stderr: Vec::new(),
                started,
                took: clock::now() - started,
            },
            returned_at: testbed.ecr.clock().now(),
            placeholders: placeholders.clone(),
            docker: Vec::new(),
        }
    }
}
