//! Checks for secrets in the client's logs and files, and checks the client's calls of docker.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::access;
use crate::client::Outcome;
use crate::client_type::ClientType;
use crate::file_start::read_start;
use crate::run::checks::context::{Check, CheckContext};
use crate::run::files::files_in;
use crate::run::redaction::Secrets;
use crate::scenario::{Expect, Files, Leaks, PasswordVia, Pattern};
use crate::testbed::{DockerCall, DockerLogin};

impl CheckContext<'_> {
    pub(super) fn check_client_state(&self, expect: &Expect) -> Vec<Check> {
        let found = [
            expect.leaks.map(|Leaks::None| self.leaks()),
            expect.files.map(|files| match files {
                Files::Private => self.private_files(),
                Files::ValidJson => self.valid_json_files(),
            }),
            expect.stored_passwords.map(|count| {
                let stored = self.stored_passwords();
                let expected = format!("{count} passwords in files");
                Check::new("stored_passwords", expected, stored, count.has(stored))
            }),
            expect.helper_calls.map(|count| {
                let calls = self.testbed.shims.helper_calls();
                let expected = format!("{count} calls of the credential helper");
                Check::new("helper_calls", expected, calls, count.has(calls))
            }),
            expect.logins_per_host.map(|count| {
                let most = self.most_logins_per_host();
                let expected = format!("{count} logins to each host");
                Check::new("logins_per_host", expected, most, count.has(most))
            }),
            expect.logouts.map(|count| {
                let is_logout = |call: &&DockerCall| call.command == "logout";
                let logouts = self.docker().filter(is_logout).count();
                Check::new(
                    "logouts",
                    format!("{count} logouts"),
                    logouts,
                    count.has(logouts),
                )
            }),
            (!expect.never_logs_in_to.is_empty())
                .then(|| self.never_logs_in_to(&expect.never_logs_in_to)),
            expect
                .password_via
                .map(|PasswordVia::Stdin| self.password_via_stdin()),
            expect
                .docker_stdin
                .as_ref()
                .map(|pattern| self.docker_stdin(pattern)),
        ];
        found.into_iter().flatten().collect()
    }

    fn leaks(&self) -> Check {
        let secrets = Secrets::of(self.testbed);
        let mut places: Vec<&str> = Vec::new();
        let is_in = |text: &[u8]| secrets.is_in(&String::from_utf8_lossy(text));
        let mut outcomes = self.outcomes.iter();
        let is_on_stderr = outcomes.any(|outcome| is_in(&outcome.process.stderr));
        if is_on_stderr || is_in(self.stderr) {
            places.push(match self.testbed.client_type {
                ClientType::Refresher => "stdout or stderr",
                _ => "stderr",
            });
        }
        if secrets.is_in(&self.logs()) {
            places.push("a log");
        }
        let mut outcomes = self.outcomes.iter();
        let is_on_stdout = |outcome: &&Outcome| {
            secrets.is_in(&logged(&String::from_utf8_lossy(&outcome.process.stdout)))
        };
        if has_stdout_as_log(self.testbed.client_type) && outcomes.any(is_on_stdout) {
            places.push("stdout");
        }
        let observed = match places.is_empty() {
            true => "nowhere".to_owned(),
            false => places.join(", "),
        };
        let expected = "no secret in the output or in logs";
        Check::new("leaks", expected, observed, places.is_empty())
    }

    fn private_files(&self) -> Check {
        let secrets = Secrets::of(self.testbed);
        let home = self.testbed.home();
        let open = files_in(home).into_iter().filter_map(|file| {
            let mode = access::open_mode_below(home, &file)?;
            let text = read_start(&file).ok()?;
            let is_open = secrets.is_in(&String::from_utf8_lossy(&text));
            let name = within(&file, home);
            is_open.then(|| format!("{name} has mode {mode:04o}"))
        });
        let open: Vec<String> = open.collect();
        let observed = match open.is_empty() {
            true => "no secret in a file that others can read".to_owned(),
            false => open.join(", "),
        };
        let expected = "files with secrets that only their owner can read";
        Check::new("files", expected, observed, open.is_empty())
    }

    fn valid_json_files(&self) -> Check {
        let home = self.testbed.home();
        let is_json = |file: &PathBuf| file.extension().is_some_and(|end| end == "json");
        let is_invalid = |file: &PathBuf| {
            let text = read_start(file).unwrap_or_default();
            serde_json::from_slice::<serde_json::Value>(&text).is_err()
        };
        let files = files_in(home).into_iter().filter(is_json);
        let failed: Vec<String> = files
            .filter(is_invalid)
            .map(|file| format!("{} is not valid JSON", within(&file, home)))
            .collect();
        let observed = match failed.is_empty() {
            true => "no invalid file".to_owned(),
            false => failed.join(", "),
        };
        let expected = "valid JSON in all .json files";
        Check::new("files", expected, observed, failed.is_empty())
    }

    /// Returns the number of issued passwords that the files contain. A file can contain the password or the token with the password.
    fn stored_passwords(&self) -> usize {
        let texts = files_in(self.testbed.home()).into_iter().map(|file| {
            let bytes = read_start(&file).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let texts: Vec<String> = texts.collect();
        let is_in = |secret: &str| texts.iter().any(|text| text.contains(secret));
        let issued = self.testbed.issued().into_iter();
        issued
            .filter(|issued| is_in(&issued.password) || is_in(&issued.token))
            .count()
    }

    fn docker(&self) -> impl Iterator<Item = &DockerCall> {
        self.outcomes.iter().flat_map(|outcome| &outcome.docker)
    }

    fn logins(&self) -> impl Iterator<Item = &DockerLogin> {
        self.docker().filter_map(|call| call.login.as_ref())
    }

    fn most_logins_per_host(&self) -> usize {
        let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
        for login in self.logins() {
            *hosts.entry(login.server.clone()).or_default() += 1;
        }
        hosts.into_values().max().unwrap_or(0)
    }

    /// Checks the logins of all calls of docker, also those of a client that reports an error in the end.
    fn never_logs_in_to(&self, patterns: &[Pattern]) -> Check {
        let is_forbidden =
            |login: &&DockerLogin| patterns.iter().any(|one| one.0.is_match(&login.server));
        let found = self.logins().find(is_forbidden);
        let observed = found.map_or("no such login", |login| &login.server);
        let patterns: Vec<String> = patterns.iter().map(|one| one.0.to_string()).collect();
        let expected = format!("no login to a host that matches {}", patterns.join(" or "));
        Check::new("never_logs_in_to", expected, observed, found.is_none())
    }

    fn docker_stdin(&self, pattern: &Pattern) -> Check {
        let texts: Vec<&str> = self
            .logins()
            .filter_map(|login| login.stdin.as_deref())
            .collect();
        let wrong = texts.iter().find(|text| !pattern.0.is_match(text));
        let observed = match wrong.or(texts.last()) {
            Some(text) => end(text),
            None => "nothing".to_owned(),
        };
        let expected = format!("docker's stdin to match {}", pattern.0);
        Check::new("docker_stdin", expected, observed, wrong.is_none())
    }

    fn password_via_stdin(&self) -> Check {
        let logins: Vec<&DockerLogin> = self.logins().collect();
        let by_argument = logins.iter().filter(|login| login.stdin.is_none()).count();
        let observed = match (logins.len(), by_argument) {
            (0, _) => "docker received no login".to_owned(),
            (_, 0) => "on stdin".to_owned(),
            (_, _) => "in the arguments, which every process can read".to_owned(),
        };
        let passed = !logins.is_empty() && by_argument == 0;
        Check::new(
            "password_via",
            "the password on docker's stdin",
            observed,
            passed,
        )
    }
}

/// Returns whether the stdout of a client is a log. The stdout of a refresher is recorded as its stderr.
fn has_stdout_as_log(client_type: ClientType) -> bool {
    matches!(
        client_type,
        ClientType::DockerLoginCaller | ClientType::ImageTool
    )
}

/// Returns the text of an output that a reader of the log sees. The runner of GitHub Actions does not print the command `add-mask`, which makes
/// it hide a password.
fn logged(output: &str) -> String {
    let is_logged = |line: &&str| !line.starts_with("::add-mask::");
    let lines: Vec<&str> = output.lines().filter(is_logged).collect();
    lines.join("\n")
}

fn within(file: &Path, home: &Path) -> String {
    let name = file.strip_prefix(home).unwrap_or(file);
    name.display().to_string()
}

/// Returns the length and the last two characters of a text that contains a password.
fn end(text: &str) -> String {
    let last: Vec<char> = text.chars().rev().take(2).collect();
    let last: String = last.into_iter().rev().collect();
    format!("{} characters, ending with {last:?}", text.chars().count())
}
