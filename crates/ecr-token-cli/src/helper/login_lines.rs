//! Logins for programs in any language: each request is a line of JSON on stdin, each response one on stdout.

use std::collections::HashMap;
use std::io::{self, BufRead as _};
use std::time::SystemTime;

use ecr_token_source::{Credentials, Registry, TokenSource};
use serde_json::{Value, json};

use crate::args::globals::Globals;
use crate::error::Error;
use crate::helper::tokens::{self, CacheMode};
use crate::output;

/// Responds to requests until stdin ends.
pub(super) async fn run(words: &[String], globals: &Globals) -> Result<String, Error> {
    if !words.is_empty() {
        let text = "login-lines: only global options are accepted";
        return Err(Error::Helper(text.to_owned()));
    }
    let mut logins = Logins::default();
    for (line, number) in io::stdin().lock().split(b'\n').zip(1_u64..) {
        let line = line.map_err(|error| {
            Error::Helper(format!(
                "login-lines: line {number} of stdin cannot be read: {error}"
            ))
        })?;
        let response = match std::str::from_utf8(&line) {
            Ok(line) => logins.respond(globals, line).await,
            Err(_) => Err(format!("line {number} is not valid UTF-8")),
        };
        let response = match response {
            Ok(response) => response,
            Err(text) => json!({ "error": text }),
        };
        output::write(&format!("{response}\n"))?;
    }
    Ok(String::new())
}

/// The source of each requested registry, and the login that it returned last.
#[derive(Default)]
struct Logins {
    sources: HashMap<String, Source>,
}

struct Source {
    tokens: TokenSource,
    last: Option<Credentials>,
}

impl Logins {
    async fn respond(&mut self, globals: &Globals, line: &str) -> Result<Value, String> {
        let request: Value = serde_json::from_str(line)
            .map_err(|error| format!("the line is not valid JSON: {error}"))?;
        let Some(name) = request["registry"].as_str() else {
            return Err("the request has no registry: expected {\"registry\":\"HOST\"}".to_owned());
        };
        let registry = Registry::parse(name).map_err(|error| format!("{name:?}: {error}"))?;
        let login = self.login(globals, name, registry, &request["refused"]);
        let credentials = tokens::with_deadline(login).await;
        let credentials = credentials.map_err(|error| error.one_line())?;
        Ok(to_json(&credentials))
    }

    async fn login(
        &mut self,
        globals: &Globals,
        name: &str,
        registry: Registry,
        rejected: &Value,
    ) -> Result<Credentials, Error> {
        if !self.sources.contains_key(name) {
            let tokens = tokens::source(globals, Some(registry), CacheMode::Memory).await?;
            let source = Source { tokens, last: None };
            self.sources.insert(name.to_owned(), source);
        }
        let source = self
            .sources
            .get_mut(name)
            .expect("the source was inserted above");
        let credentials = match source.last.take().filter(|_| rejected == true) {
            Some(last) => source.tokens.get_after_rejection(&last).await,
            None => source.tokens.get().await,
        };
        let credentials = credentials.map_err(|error| Error::Token(error.to_string()))?;
        source.last = Some(credentials.clone());
        Ok(credentials)
    }
}

fn to_json(credentials: &Credentials) -> Value {
    let mut response = json!({
        "username": credentials.username,
        "password": credentials.password.expose(),
    });
    let end = credentials
        .expires_at
        .and_then(|end| end.duration_since(SystemTime::UNIX_EPOCH).ok());
    if let Some(end) = end {
        response["expires_at"] = end.as_secs_f64().into();
    }
    response
}
