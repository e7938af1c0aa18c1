//! Checks the results and the output of the client.

use crate::client::{CacheFor, ClientError, ClientResult, Login, Outcome};
use crate::client_type::ClientType;
use crate::process::End;
use crate::run::checks::context::{Check, CheckContext};
use crate::scenario::{Exit, Expect, ExpectedResult, Output, Pattern, Secret};
use crate::testbed::Issued;

impl CheckContext<'_> {
    pub(super) fn check_output(&self, expect: &Expect) -> Vec<Check> {
        let found = [
            expect.result.map(|kind| self.result(kind)),
            self.logins_with(&expect.username, |login| login.username.is_some())
                .map(|name| self.username(name)),
            self.logins_with(&expect.secret, |login| login.secret.is_some())
                .map(|secret| self.secret(secret)),
            self.logins_with(&expect.key, |login| login.key.is_some())
                .filter(|_| self.testbed.names_registry())
                .map(|key| self.key(key)),
            self.logins_with(&expect.cache_for, |login| login.cache_for.is_some())
                .map(|span| self.cache_for(*span)),
            expect.exit.map(|exit| self.exit(exit)),
            expect.stdout.as_ref().map(|output| self.stdout(output)),
            (!expect.prints.is_empty()).then(|| self.prints(&expect.prints)),
            (!expect.never_prints.is_empty()).then(|| self.never_prints(&expect.never_prints)),
            (!expect.error_text.is_empty()).then(|| self.error_text(&expect.error_text)),
            expect.within.map(|most| self.within(most)),
        ];
        found.into_iter().flatten().collect()
    }

    /// Returns the expectation if at least one login contains the value. Otherwise, returns `None`, and the expectation is not checked.
    fn logins_with<'e, T>(
        &self,
        expected: &'e Option<T>,
        reports: impl Fn(&Login) -> bool,
    ) -> Option<&'e T> {
        let mut logins = self
            .outcomes
            .iter()
            .filter_map(|outcome| outcome.result.login());
        expected.as_ref().filter(|_| logins.any(reports))
    }

    fn result(&self, kind: ExpectedResult) -> Check {
        let expected = match kind {
            ExpectedResult::Login => "a login",
            ExpectedResult::Error => "an error",
            ExpectedResult::LoginOrError => "a login or an error",
            ExpectedResult::NoCredentials => "no credentials",
            ExpectedResult::OtherError => "an error other than \"no credentials\"",
        };
        let fits = |outcome: &Outcome| {
            let result = &outcome.result;
            match kind {
                ExpectedResult::Login => matches!(result, ClientResult::Login(_)),
                ExpectedResult::Error => matches!(result, ClientResult::Error(_)),
                ExpectedResult::LoginOrError => {
                    matches!(result, ClientResult::Login(_) | ClientResult::Error(_))
                }
                ExpectedResult::NoCredentials => {
                    *result == ClientResult::Error(ClientError::NoCredentials)
                }
                ExpectedResult::OtherError => {
                    matches!(result, ClientResult::Error(ClientError::Other(_)))
                }
            }
        };
        self.each("result", expected, fits, |outcome| {
            outcome.result.to_string()
        })
    }

    fn username(&self, name: &str) -> Check {
        let of = |outcome: &Outcome| {
            let login = outcome.result.login();
            login.map(|login| login.username.clone())
        };
        let quoted = |outcome: &Outcome| format!("{:?}", of(outcome).flatten().unwrap_or_default());
        let fits = |outcome: &Outcome| match of(outcome) {
            Some(Some(found)) => found == name,
            Some(None) | None => true,
        };
        self.each("username", format!("{name:?}"), fits, quoted)
    }

    fn secret(&self, secret: &Secret) -> Check {
        let issued = self.testbed.issued();
        let expected = match secret {
            Secret::Issued => "a password that ECR issued".to_owned(),
            Secret::Newest => "the password that ECR issued last".to_owned(),
            Secret::Valid => "a password that is still valid".to_owned(),
            Secret::Same => "the same password as before".to_owned(),
            Secret::Different => "a different issued password".to_owned(),
            Secret::OfRegistry => "the password of the requested registry".to_owned(),
            Secret::Is(text) => quoted(text),
            Secret::Not(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
                format!("none of {}", texts.join(", "))
            }
        };
        let fits = |outcome: &Outcome| match password(outcome) {
            Some(password) => self.is(secret, password, outcome, &issued),
            None => true,
        };
        let observed = |outcome: &Outcome| match password(outcome) {
            Some(password) => self.describe_password(password, &issued),
            None => outcome.result.to_string(),
        };
        self.each("secret", expected, fits, observed)
    }

    fn is(&self, secret: &Secret, password: &str, outcome: &Outcome, issued: &[Issued]) -> bool {
        let found = issued.iter().find(|issued| issued.password == password);
        let before = self.last_login.and_then(|login| login.secret.as_deref());
        match secret {
            Secret::Issued => found.is_some(),
            Secret::Newest => issued.last().is_some_and(|last| last.password == password),
            Secret::Valid => self.was_valid(password, outcome),
            Secret::Same => before == Some(password),
            Secret::Different => found.is_some() && before != Some(password),
            Secret::Is(text) => text == password,
            Secret::Not(texts) => !texts.iter().any(|text| text == password),
            Secret::OfRegistry => found.is_some_and(|found| {
                let placeholders = &outcome.placeholders;
                let claims = &found.claims;
                claims.account().as_str() == placeholders.account
                    && claims.region.as_str() == placeholders.region
            }),
        }
    }

    /// Returns whether a password was valid when the client returned it.
    fn was_valid(&self, password: &str, outcome: &Outcome) -> bool {
        let issued = self.testbed.issued();
        let found = issued.iter().find(|issued| issued.password == password);
        let in_time = found.is_some_and(|found| found.claims.expires > outcome.returned_at);
        let revoked = matches!(
            self.testbed.ecr.verify_token(password),
            Err(mock_ecr::token::TokenError::Revoked { .. })
        );
        in_time && !revoked
    }

    /// Describes a password. The description does not contain the password.
    fn describe_password(&self, password: &str, issued: &[Issued]) -> String {
        let at = issued.iter().position(|issued| issued.password == password);
        if let Some(at) = at {
            let (number, of) = (at + 1, issued.len());
            let expires = issued[at].claims.expires;
            return format!("password {number} of {of} issued, which expires at {expires}");
        }
        if issued.iter().any(|issued| issued.token == password) {
            return "the whole token instead of its password".to_owned();
        }
        let cut = |issued: &&Issued| password.len() > 8 && issued.password.starts_with(password);
        match issued.iter().find(cut) {
            Some(whole) => {
                let (length, of) = (password.len(), whole.password.len());
                format!("the first {length} of {of} characters of a password")
            }
            None => quoted(password),
        }
    }

    fn key(&self, key: &str) -> Check {
        // A key can be the stdin of a credential helper, which may end with a line break.
        let expected = |outcome: &Outcome| outcome.placeholders.fill(key).trim().to_owned();
        let of = |outcome: &Outcome| outcome.result.login().and_then(|login| login.key.clone());
        let fits = |outcome: &Outcome| of(outcome).is_none_or(|found| found == expected(outcome));
        self.each(
            "key",
            self.testbed.placeholders.fill(key),
            fits,
            |outcome| of(outcome).unwrap_or_else(|| "nothing".to_owned()),
        )
    }

    fn cache_for(&self, span: crate::scenario::CacheSpan) -> Check {
        let of = |outcome: &Outcome| outcome.result.login().and_then(|login| login.cache_for);
        let fits = |outcome: &Outcome| match of(outcome) {
            Some(CacheFor::Duration(length)) => span.span.has(length),
            Some(CacheFor::Unspecified) => span.permits_default,
            None => true,
        };
        self.each("cache_for", span, fits, |outcome| {
            of(outcome).map_or_else(|| "nothing".to_owned(), |found| found.to_string())
        })
    }

    fn exit(&self, exit: Exit) -> Check {
        let expected = match exit {
            Exit::Zero => "exit 0",
            Exit::NonZero => "a non-zero exit code",
            Exit::ZeroOrMessage => "exit 0, or an error message",
            Exit::Any => "any exit code",
        };
        let fits = |outcome: &Outcome| match (exit, outcome.process.end) {
            (Exit::Zero, End::Exit(code)) => code == 0,
            (Exit::NonZero, End::Exit(code)) => code != 0,
            (Exit::ZeroOrMessage, End::Exit(code)) => code == 0 || has_output(outcome),
            (Exit::Any, End::Exit(_)) => true,
            _ => false,
        };
        self.each("exit", expected, fits, |outcome| {
            outcome.process.end.to_string()
        })
    }

    fn stdout(&self, output: &Output) -> Check {
        let placeholders = &self.testbed.placeholders;
        let expected = match output {
            Output::Empty => "nothing".to_owned(),
            Output::Json => "one JSON object".to_owned(),
            Output::JsonUnlessFailed => "one JSON object, or a non-zero exit code".to_owned(),
            Output::Is(text) => format!("{:?}", placeholders.fill(text)),
            Output::IsNot(text) => format!("anything but {:?}", placeholders.fill(text)),
            Output::Matches(pattern) => format!("a match of {}", pattern.0),
        };
        let text =
            |outcome: &Outcome| String::from_utf8_lossy(&outcome.process.stdout).into_owned();
        let fits = |outcome: &Outcome| {
            let found = text(outcome);
            match output {
                Output::Empty => found.trim().is_empty(),
                Output::Json => is_object(&found),
                Output::JsonUnlessFailed => {
                    outcome.process.end != End::Exit(0) || is_object(&found)
                }
                Output::Is(text) => found.trim() == placeholders.fill(text),
                Output::IsNot(text) => found.trim() != placeholders.fill(text),
                Output::Matches(pattern) => pattern.0.is_match(&found),
            }
        };
        self.each("stdout", expected, fits, |outcome| quoted(&text(outcome)))
    }

    fn prints(&self, patterns: &[Pattern]) -> Check {
        let expected = format!("output that matches {}", written(patterns));
        let fits = |outcome: &Outcome| is_one_in(patterns, &self.all_output(outcome));
        self.each("prints", expected, fits, |one| self.printed(one, patterns))
    }

    fn error_text(&self, patterns: &[Pattern]) -> Check {
        let expected = format!("a login, or output that matches {}", written(patterns));
        let fits = |outcome: &Outcome| {
            outcome.result.login().is_some() || is_one_in(patterns, &self.all_output(outcome))
        };
        self.each("error_text", expected, fits, |one| {
            self.printed(one, patterns)
        })
    }

    fn never_prints(&self, patterns: &[Pattern]) -> Check {
        let expected = format!("no output that matches {}", written(patterns));
        let fits = |outcome: &Outcome| {
            !is_one_in(patterns, &self.all_output(outcome)) || self.is_reported(outcome, patterns)
        };
        self.each("never_prints", expected, fits, |one| {
            self.printed(one, patterns)
        })
    }

    /// Returns whether a client that has logged a stack trace has reported its result in addition. On stderr, a log and a crash are the same.
    fn is_reported(&self, outcome: &Outcome, patterns: &[Pattern]) -> bool {
        let stdout = String::from_utf8_lossy(&outcome.process.stdout);
        let has_message = !stdout.trim().is_empty() && !is_one_in(patterns, &stdout);
        match (&outcome.result, self.testbed.client_type) {
            (ClientResult::Login(_), _) => true,
            // It continues to run.
            (_, ClientType::Refresher) => outcome.process.end == End::Exit(0),
            (ClientResult::Error(_), ClientType::DockerCredential | ClientType::Library) => {
                has_message
            }
            _ => false,
        }
    }

    /// Returns all output of the client.
    fn all_output(&self, outcome: &Outcome) -> String {
        let places = self.places(outcome).into_iter();
        let texts: Vec<String> = places.map(|(_, text)| text).collect();
        texts.join("\n")
    }

    /// Returns the texts that the client has written, each with its place.
    fn places(&self, outcome: &Outcome) -> Vec<(&'static str, String)> {
        let ended = &outcome.process;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let stdout = match self.testbed.client_type {
            ClientType::Refresher => "in the file",
            _ => "on stdout",
        };
        let all = [
            ("on stderr", text(&ended.stderr)),
            ("on stderr", text(self.stderr)),
            (stdout, text(&ended.stdout)),
            ("in a log", self.logs()),
        ];
        let written = all.into_iter();
        written
            .filter(|(_, text)| !text.trim().is_empty())
            .collect()
    }

    /// Quotes the first line that matches a pattern. If there is none, quotes the start of each text that was searched.
    fn printed(&self, outcome: &Outcome, patterns: &[Pattern]) -> String {
        let places = self.places(outcome);
        let matching = places.iter().find_map(|(place, text)| {
            let mut lines = text.lines();
            let line = lines.find(|line| is_one_in(patterns, line))?;
            Some(format!("{} {place}", quoted(line)))
        });
        let searched = || {
            let starts = places.iter();
            let starts: Vec<String> = starts
                .map(|(place, text)| format!("{} {place}", quoted(text.trim())))
                .collect();
            match starts.is_empty() {
                true => "nothing".to_owned(),
                false => starts.join(", "),
            }
        };
        matching.unwrap_or_else(searched)
    }

    fn within(&self, most: std::time::Duration) -> Check {
        let fits = |outcome: &Outcome| {
            outcome.process.took <= most && outcome.result != ClientResult::TimedOut
        };
        self.each(
            "within",
            format!("at most {most:?}"),
            fits,
            |outcome| match outcome.result {
                ClientResult::TimedOut => "no result before the deadline".to_owned(),
                _ => format!("{:.1?}", outcome.process.took),
            },
        )
    }

    /// Checks each outcome. The observed value is that of the first outcome that fails, or that of the last outcome if none fails.
    fn each(
        &self,
        expectation: &'static str,
        expected: impl std::fmt::Display,
        fits: impl Fn(&Outcome) -> bool,
        quoted: impl Fn(&Outcome) -> String,
    ) -> Check {
        let wrong: Vec<&&Outcome> = self
            .outcomes
            .iter()
            .filter(|outcome| !fits(outcome))
            .collect();
        let observed = match (wrong.first(), self.outcomes.last()) {
            (Some(first), _) if self.outcomes.len() > 1 => {
                let (wrong, all) = (wrong.len(), self.outcomes.len());
                format!("{} ({wrong} of {all} results)", quoted(first))
            }
            (Some(first), _) => quoted(first),
            (None, Some(last)) => quoted(last),
            (None, None) => "no request".to_owned(),
        };
        // If there is no outcome, the check fails.
        let passed = wrong.is_empty() && !self.outcomes.is_empty();
        Check::new(expectation, expected, observed, passed)
    }
}

fn password(outcome: &Outcome) -> Option<&str> {
    let login: Option<&Login> = outcome.result.login();
    login.and_then(|login| login.secret.as_deref())
}

fn is_one_in(patterns: &[Pattern], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.0.is_match(text))
}

fn written(patterns: &[Pattern]) -> String {
    let patterns: Vec<String> = patterns.iter().map(|one| one.0.to_string()).collect();
    patterns.join(" or ")
}

/// Returns whether a run of a client has written a text. A log in a file does not reach the caller.
fn has_output(outcome: &Outcome) -> bool {
    let ended = &outcome.process;
    let mut output = [&ended.stderr, &ended.stdout].into_iter();
    output.any(|bytes| !bytes.trim_ascii().is_empty())
}

fn is_object(text: &str) -> bool {
    let value = serde_json::from_str::<serde_json::Value>(text);
    value.is_ok_and(|value| value.is_object())
}

/// Quotes the first part of a text for a report.
fn quoted(text: &str) -> String {
    let start: String = text.chars().take(200).collect();
    match text.chars().count() {
        0 => "nothing".to_owned(),
        length if length > 200 => format!("{start:?}… ({length} characters)"),
        _ => format!("{start:?}"),
    }
}
