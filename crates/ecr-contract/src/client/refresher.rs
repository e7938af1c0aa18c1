//! Daemons that keep a login in a file.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use crate::client::answer::{Answer, Login};
use crate::client::command::written;
use crate::client::library::{PATIENCE, collect, lock};
use crate::client::outcome::{Outcome, between};
use crate::client::token_printer::without_newline;
use crate::clock;
use crate::process::{self, End};
use crate::scenario::Fetch;
use crate::testbed::{Names, Stage};

/// A refresher, which is started when its file is first looked at.
#[derive(Debug, Default)]
pub(crate) struct Daemon {
    child: Option<Child>,
    command: String,
    stderr: Arc<Mutex<Vec<u8>>>,
}

impl Daemon {
    /// What is in its file; one that is not there yet is waited for.
    pub(super) async fn look(
        &mut self,
        stage: &Stage,
        names: &Names,
        fetch: &Fetch,
    ) -> io::Result<Vec<Outcome>> {
        self.start(stage, names, fetch)?;
        let started = clock::now();
        let patience = fetch.patience.unwrap_or(Duration::from_secs(5));
        let until = (started + patience).min(stage.deadline);
        let mut answer = read(names);
        while !matches!(answer, Answer::Login(_)) && clock::now() < until && !self.has_ended() {
            sleep(GLANCE).await;
            answer = read(names);
        }
        Ok(vec![self.outcome(stage, names, started, answer)])
    }

    /// Looks at its file again and again, and keeps what is new.
    pub(crate) async fn watch(&mut self, stage: &Stage, length: Duration) -> Vec<Outcome> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        let names = stage.names.clone();
        let until = (clock::now() + length).min(stage.deadline);
        while clock::now() < until {
            let answer = read(&names);
            let judged = answer.login().and_then(|login| login.secret.as_deref());
            let is_dead = judged.is_some_and(|secret| stage.ecr.verify_token(secret).is_err());
            let is_news = outcomes.last().is_none_or(|last| last.answer != answer);
            if is_news || is_dead {
                outcomes.push(self.outcome(stage, &names, clock::now(), answer));
            }
            if is_dead {
                break;
            }
            sleep(GLANCE).await;
        }
        outcomes
    }

    fn start(&mut self, stage: &Stage, names: &Names, fetch: &Fetch) -> io::Result<()> {
        if self.child.is_some() {
            return Ok(());
        }
        let command = stage.command(names, &[], fetch);
        self.command = written(&command);
        let mut child = process::spawn(command)?;
        drop(child.stdin.take());
        let stdout = child.stdout.take().expect("it is piped");
        tokio::spawn(process::read(stdout));
        let stderr = child.stderr.take().expect("it is piped");
        tokio::spawn(collect(stderr, Arc::clone(&self.stderr)));
        self.child = Some(child);
        Ok(())
    }

    fn has_ended(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| !matches!(child.try_wait(), Ok(None)))
    }

    fn outcome(
        &mut self,
        stage: &Stage,
        names: &Names,
        started: Instant,
        answer: Answer,
    ) -> Outcome {
        let end = match self
            .child
            .as_mut()
            .and_then(|child| child.try_wait().ok().flatten())
        {
            Some(status) => End::of(status),
            None => End::Exit(0),
        };
        let file = std::fs::read(&names.file).unwrap_or_default();
        Outcome {
            answer,
            command: self.command.clone(),
            stdin: String::new(),
            ended: between(started, end, file),
            handed: stage.ecr.clock().now(),
            names: names.clone(),
            docker: Vec::new(),
        }
    }

    pub(super) async fn end(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        process::terminate(&child);
        if timeout(PATIENCE, child.wait()).await.is_err() {
            process::kill_group(&child);
            let _ = child.wait().await;
        }
    }

    pub(super) fn stderr(&self) -> Vec<u8> {
        lock(&self.stderr).clone()
    }
}

/// The login in its file: docker's config.json, or a password alone.
fn read(names: &Names) -> Answer {
    let Ok(text) = std::fs::read_to_string(PathBuf::from(&names.file)) else {
        return Answer::error("nothing was published");
    };
    if text.trim().is_empty() {
        return Answer::error("what was published is empty");
    }
    if !text.trim_start().starts_with('{') {
        return Answer::Login(Login {
            secret: Some(without_newline(&text).to_owned()),
            ..Login::default()
        });
    }
    match serde_json::from_str::<Value>(&text) {
        Err(error) => Answer::Misshapen(format!("the file is half-written or no JSON: {error}")),
        Ok(config) => of_config(&config, &names.registry),
    }
}

fn of_config(config: &Value, registry: &str) -> Answer {
    let auths = config["auths"].as_object();
    let keys = [registry.to_owned(), format!("https://{registry}")];
    let entry = auths.and_then(|auths| keys.iter().find_map(|key| Some((key, auths.get(key)?))));
    let Some((key, entry)) = entry else {
        return Answer::error(format!("no login for {registry} was published"));
    };
    let member = |name: &str| entry[name].as_str().map(str::to_owned);
    let pair = member("auth").and_then(|auth| {
        let bytes = BASE64_STANDARD.decode(auth).ok()?;
        let pair = String::from_utf8(bytes).ok()?;
        let (user, password) = pair.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    });
    let pair = pair.or_else(|| member("username").zip(member("password")));
    match pair {
        Some((username, password)) if !password.is_empty() => Answer::Login(Login {
            username: Some(username),
            secret: Some(password),
            key: Some(key.clone()),
            cache_for: None,
        }),
        _ => Answer::error(format!("the login for {registry} is empty")),
    }
}

/// The interval at which its file is read.
const GLANCE: Duration = Duration::from_millis(25);
