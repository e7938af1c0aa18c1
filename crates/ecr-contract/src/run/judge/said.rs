//! What the client said.

use crate::client::{Answer, CacheFor, Login, Outcome, Refusal};
use crate::process::End;
use crate::run::judge::scene::{Held, Scene};
use crate::scenario::{AnswerKind, Exit, Expect, Output, Pattern, Secret};
use crate::testbed::Issued;

impl Scene<'_> {
    pub(super) fn said(&self, expect: &Expect) -> Vec<Held> {
        let found = [
            expect.answer.map(|kind| self.answer(kind)),
            self.told_with(&expect.username, |login| login.username.is_some())
                .map(|name| self.username(name)),
            self.told_with(&expect.secret, |login| login.secret.is_some())
                .map(|secret| self.secret(secret)),
            self.told_with(&expect.key, |login| login.key.is_some())
                .map(|key| self.key(key)),
            self.told_with(&expect.cache_for, |login| login.cache_for.is_some())
                .map(|span| self.cache_for(*span)),
            expect.exit.map(|exit| self.exit(exit)),
            expect.stdout.as_ref().map(|output| self.stdout(output)),
            (!expect.says.is_empty()).then(|| self.says(&expect.says)),
            (!expect.unsaid.is_empty()).then(|| self.unsaid(&expect.unsaid)),
            (!expect.reason.is_empty()).then(|| self.reason(&expect.reason)),
            expect.within.map(|most| self.within(most)),
        ];
        found.into_iter().flatten().collect()
    }

    /// What is expected of logins, if there is one that tells of such a thing: of what nobody has told, nothing is found.
    fn told_with<'e, T>(
        &self,
        expected: &'e Option<T>,
        tells: impl Fn(&Login) -> bool,
    ) -> Option<&'e T> {
        let mut logins = self
            .outcomes
            .iter()
            .filter_map(|outcome| outcome.answer.login());
        expected.as_ref().filter(|_| logins.any(tells))
    }

    fn answer(&self, kind: AnswerKind) -> Held {
        let expected = match kind {
            AnswerKind::Login => "a login",
            AnswerKind::Refusal => "no login, and that it says so",
            AnswerKind::Either => "a login, or that there is none",
            AnswerKind::NoCredentials => "that there are no credentials",
            AnswerKind::HardError => "an error that is not taken for there being no credentials",
        };
        let fits = |outcome: &Outcome| {
            let answer = &outcome.answer;
            match kind {
                AnswerKind::Login => matches!(answer, Answer::Login(_)),
                AnswerKind::Refusal => matches!(answer, Answer::Refusal(_)),
                AnswerKind::Either => matches!(answer, Answer::Login(_) | Answer::Refusal(_)),
                AnswerKind::NoCredentials => *answer == Answer::Refusal(Refusal::NoCredentials),
                AnswerKind::HardError => matches!(answer, Answer::Refusal(Refusal::Error(_))),
            }
        };
        self.each("answer", expected, fits, |outcome| {
            outcome.answer.to_string()
        })
    }

    fn username(&self, name: &str) -> Held {
        let of = |outcome: &Outcome| {
            let login = outcome.answer.login();
            login.map(|login| login.username.clone())
        };
        let shown = |outcome: &Outcome| format!("{:?}", of(outcome).flatten().unwrap_or_default());
        let fits = |outcome: &Outcome| match of(outcome) {
            Some(Some(found)) => found == name,
            Some(None) | None => true,
        };
        self.each("username", format!("{name:?}"), fits, shown)
    }

    fn secret(&self, secret: &Secret) -> Held {
        let issued = self.stage.issued();
        let expected = match secret {
            Secret::Issued => "a password that ECR has issued".to_owned(),
            Secret::Newest => "the password that ECR has issued last".to_owned(),
            Secret::Alive => "a password that still opens the registry".to_owned(),
            Secret::Same => "the same password as before".to_owned(),
            Secret::Other => "another password than before, as issued".to_owned(),
            Secret::OfRegistry => "the password of the registry that was asked for".to_owned(),
            Secret::Is(text) => shown(text),
            Secret::Not(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| shown(text)).collect();
                format!("none of {}", texts.join(", "))
            }
        };
        let fits = |outcome: &Outcome| match password(outcome) {
            Some(password) => self.is(secret, password, outcome, &issued),
            None => true,
        };
        let observed = |outcome: &Outcome| match password(outcome) {
            Some(password) => self.told(password, &issued),
            None => outcome.answer.to_string(),
        };
        self.each("secret", expected, fits, observed)
    }

    fn is(&self, secret: &Secret, password: &str, outcome: &Outcome, issued: &[Issued]) -> bool {
        let found = issued.iter().find(|issued| issued.password == password);
        let before = self.last_login.and_then(|login| login.secret.as_deref());
        match secret {
            Secret::Issued => found.is_some(),
            Secret::Newest => issued.last().is_some_and(|last| last.password == password),
            Secret::Alive => self.lived(password, outcome),
            Secret::Same => before == Some(password),
            Secret::Other => found.is_some() && before != Some(password),
            Secret::Is(text) => text == password,
            Secret::Not(texts) => !texts.iter().any(|text| text == password),
            Secret::OfRegistry => found.is_some_and(|found| {
                let names = &outcome.names;
                let claims = &found.claims;
                claims.account().as_str() == names.account && claims.region.as_str() == names.region
            }),
        }
    }

    /// Whether a password was worth something when it was handed out.
    fn lived(&self, password: &str, outcome: &Outcome) -> bool {
        let issued = self.stage.issued();
        let found = issued.iter().find(|issued| issued.password == password);
        let in_time = found.is_some_and(|found| found.claims.expires > outcome.handed);
        let revoked = matches!(
            self.stage.ecr.verify_token(password),
            Err(mock_ecr::token::TokenError::Revoked { .. })
        );
        in_time && !revoked
    }

    /// A password, in words that do not give it away.
    fn told(&self, password: &str, issued: &[Issued]) -> String {
        let at = issued.iter().position(|issued| issued.password == password);
        if let Some(at) = at {
            let (number, of) = (at + 1, issued.len());
            let expires = issued[at].claims.expires;
            return format!("password {number} of the {of} issued, which ends at {expires}");
        }
        if issued.iter().any(|issued| issued.token == password) {
            return "the whole token in place of its password".to_owned();
        }
        let cut = |issued: &&Issued| password.len() > 8 && issued.password.starts_with(password);
        match issued.iter().find(cut) {
            Some(whole) => {
                let (length, of) = (password.len(), whole.password.len());
                format!("the first {length} of the {of} characters of a password")
            }
            None => shown(password),
        }
    }

    fn key(&self, key: &str) -> Held {
        let expected = |outcome: &Outcome| outcome.names.fill(key);
        let of = |outcome: &Outcome| outcome.answer.login().and_then(|login| login.key.clone());
        let fits = |outcome: &Outcome| of(outcome).is_none_or(|found| found == expected(outcome));
        self.each("key", self.stage.names.fill(key), fits, |outcome| {
            of(outcome).unwrap_or_else(|| "nothing".to_owned())
        })
    }

    fn cache_for(&self, span: crate::scenario::Span) -> Held {
        let of = |outcome: &Outcome| outcome.answer.login().and_then(|login| login.cache_for);
        let fits = |outcome: &Outcome| match of(outcome) {
            Some(CacheFor::Length(length)) => span.has(length),
            Some(CacheFor::Unsaid) => false,
            None => true,
        };
        self.each("cache_for", span, fits, |outcome| {
            of(outcome).map_or_else(|| "nothing".to_owned(), |found| found.to_string())
        })
    }

    fn exit(&self, exit: Exit) -> Held {
        let expected = match exit {
            Exit::Zero => "exit 0",
            Exit::NonZero => "an exit code that is not 0",
            Exit::ZeroOrReason => "exit 0, or a text that says why not",
            Exit::Any => "an exit of its own",
        };
        let fits = |outcome: &Outcome| match (exit, outcome.ended.end) {
            (Exit::Zero, End::Exit(code)) => code == 0,
            (Exit::NonZero, End::Exit(code)) => code != 0,
            (Exit::ZeroOrReason, End::Exit(code)) => {
                code == 0 || !self.all_said(outcome).trim().is_empty()
            }
            (Exit::Any, End::Exit(_)) => true,
            _ => false,
        };
        self.each("exit", expected, fits, |outcome| {
            outcome.ended.end.to_string()
        })
    }

    fn stdout(&self, output: &Output) -> Held {
        let names = &self.stage.names;
        let expected = match output {
            Output::Empty => "nothing".to_owned(),
            Output::Json => "one object of JSON".to_owned(),
            Output::Is(text) => format!("{:?}", names.fill(text)),
            Output::IsNot(text) => format!("something else than {:?}", names.fill(text)),
            Output::Fits(pattern) => format!("what fits {}", pattern.0),
        };
        let text = |outcome: &Outcome| String::from_utf8_lossy(&outcome.ended.stdout).into_owned();
        let fits = |outcome: &Outcome| {
            let found = text(outcome);
            match output {
                Output::Empty => found.trim().is_empty(),
                Output::Json => is_object(&found),
                Output::Is(text) => found.trim() == names.fill(text),
                Output::IsNot(text) => found.trim() != names.fill(text),
                Output::Fits(pattern) => pattern.0.is_match(&found),
            }
        };
        self.each("stdout", expected, fits, |outcome| shown(&text(outcome)))
    }

    fn says(&self, patterns: &[Pattern]) -> Held {
        let expected = format!("that it says {}", written(patterns));
        let fits = |outcome: &Outcome| is_one_in(patterns, &self.all_said(outcome));
        self.each("says", expected, fits, words)
    }

    fn reason(&self, patterns: &[Pattern]) -> Held {
        let expected = format!("a login, or that it says {}", written(patterns));
        let fits = |outcome: &Outcome| {
            outcome.answer.login().is_some() || is_one_in(patterns, &self.all_said(outcome))
        };
        self.each("reason", expected, fits, words)
    }

    fn unsaid(&self, patterns: &[Pattern]) -> Held {
        let expected = format!("that it does not say {}", written(patterns));
        let fits = |outcome: &Outcome| !is_one_in(patterns, &self.all_said(outcome));
        self.each("unsaid", expected, fits, words)
    }

    /// What a client has said anywhere.
    fn all_said(&self, outcome: &Outcome) -> String {
        let ended = &outcome.ended;
        let own = [&*ended.stderr, &*ended.stdout, self.stderr];
        let own = own.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        format!("{}\n{}", own.join("\n"), self.logs())
    }

    fn within(&self, most: std::time::Duration) -> Held {
        let fits = |outcome: &Outcome| outcome.ended.took <= most && outcome.answer != Answer::Hung;
        self.each(
            "within",
            format!("at most {most:?}"),
            fits,
            |outcome| match outcome.answer {
                Answer::Hung => "nothing by its deadline".to_owned(),
                _ => format!("{:.1?}", outcome.ended.took),
            },
        )
    }

    /// What holds of each outcome; the first of which it does not hold is shown, or else the last.
    fn each(
        &self,
        expectation: &'static str,
        expected: impl std::fmt::Display,
        fits: impl Fn(&Outcome) -> bool,
        shown: impl Fn(&Outcome) -> String,
    ) -> Held {
        let wrong: Vec<&&Outcome> = self
            .outcomes
            .iter()
            .filter(|outcome| !fits(outcome))
            .collect();
        let observed = match (wrong.first(), self.outcomes.last()) {
            (Some(first), _) if self.outcomes.len() > 1 => {
                let (wrong, all) = (wrong.len(), self.outcomes.len());
                format!("{} ({wrong} of {all} answers)", shown(first))
            }
            (Some(first), _) => shown(first),
            (None, Some(last)) => shown(last),
            (None, None) => "nothing was asked".to_owned(),
        };
        // Of nothing, nothing holds.
        let held = wrong.is_empty() && !self.outcomes.is_empty();
        Held::new(expectation, expected, observed, held)
    }
}

fn password(outcome: &Outcome) -> Option<&str> {
    let login: Option<&Login> = outcome.answer.login();
    login.and_then(|login| login.secret.as_deref())
}

fn is_one_in(patterns: &[Pattern], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.0.is_match(text))
}

fn written(patterns: &[Pattern]) -> String {
    let patterns: Vec<String> = patterns.iter().map(|one| one.0.to_string()).collect();
    patterns.join(" or ")
}

/// What a client said, in short.
fn words(outcome: &Outcome) -> String {
    let ended = &outcome.ended;
    match String::from_utf8_lossy(&ended.stderr).trim() {
        "" => shown(&String::from_utf8_lossy(&ended.stdout)),
        text => shown(text),
    }
}

fn is_object(text: &str) -> bool {
    let value = serde_json::from_str::<serde_json::Value>(text);
    value.is_ok_and(|value| value.is_object())
}

/// A text as a report quotes it.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(200).collect();
    match text.chars().count() {
        0 => "nothing".to_owned(),
        length if length > 200 => format!("{start:?}… ({length} characters)"),
        _ => format!("{start:?}"),
    }
}
