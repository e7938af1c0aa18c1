//! Writes the events of a case as lines of text.

use std::collections::HashSet;
use std::fmt;
use std::iter;

use crate::report::{CaseReport, Event, EventExplanation, EventKind, ExplanationLevel, sanitize};
use crate::untrusted_text::disarm_line;

/// Returns the events of a case. Each event is one line, in which control characters are escaped. The line below the event of a rejected
/// request or of a fault explains it.
pub(super) fn lines(case: &CaseReport) -> Vec<String> {
    let lines = entries(case).into_iter().flat_map(|entry| {
        let text = entry.text.map(indented);
        iter::once(entry.event.to_string()).chain(text)
    });
    lines.collect()
}

/// Returns the events of a case as [`lines`] does, with the advice.
pub(super) fn lines_with_advice(case: &CaseReport) -> Vec<String> {
    let lines = entries(case).into_iter().flat_map(|entry| {
        let texts = entry.text.into_iter().chain(entry.advice);
        iter::once(entry.event.to_string()).chain(texts.map(indented))
    });
    lines.collect()
}

/// An event, and what explains it.
pub(super) struct Entry<'a> {
    pub(super) event: &'a Event,
    /// Why the request was rejected, or what a fault did.
    pub(super) text: Option<&'a str>,
    /// What the client can do, unless an event before it has the same advice.
    pub(super) advice: Option<&'a str>,
}

/// Returns the events of a case with their explanations. An explanation of a normal response is omitted.
pub(super) fn entries(case: &CaseReport) -> Vec<Entry<'_>> {
    let mut given = HashSet::new();
    let entries = case.timeline.iter().map(|event| {
        let explanation = event.explanation.as_ref().filter(|one| one.is_shown());
        let advice = explanation.and_then(|one| one.advice.as_deref());
        Entry {
            event,
            text: explanation.map(|one| &*one.text),
            advice: advice.filter(|one| given.insert(*one)),
        }
    });
    entries.collect()
}

impl EventExplanation {
    /// Returns whether a fault changed or replaced the response.
    pub(super) fn is_of_fault(&self) -> bool {
        self.kind == "throttled" || self.kind.starts_with("fault_")
    }

    fn is_shown(&self) -> bool {
        self.level != ExplanationLevel::Info
    }
}

/// Returns a text on one line that begins below the kind of an event.
fn indented(text: &str) -> String {
    disarm_line(&format!("{INDENT}{}", sanitize::line(text)))
}

/// The column of the kind of an event.
pub(super) const INDENT: &str = "            ";

impl EventKind {
    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Client => "client",
            EventKind::Api => "api",
            EventKind::Registry => "registry",
            EventKind::Tunnel => "tunnel",
            EventKind::Mock => "mock",
            EventKind::Wait => "wait",
        }
    }
}

/// Writes one line, such as `   0.120 s  api       GetAuthorizationToken -> 400 (35 ms)`.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, ms) = (self.at_ms / 1000, self.at_ms % 1000);
        let text = sanitize::line(&self.text);
        write!(f, "{seconds:>4}.{ms:03} s  {:<8}  {text}", self.kind.name())?;
        if let Some(status) = self.status {
            write!(f, " -> {status}")?;
        }
        match self.took_ms {
            0 => Ok(()),
            ms => write!(f, " ({})", sanitize::duration(ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn an_event_is_one_line() {
        let event = Event {
            at_ms: 12_034,
            took_ms: 35,
            kind: EventKind::Api,
            text: "GetAuthorizationToken\n\x1b[2J".into(),
            status: Some(400),
            explanation: None,
        };
        let line = r"  12.034 s  api       GetAuthorizationToken\n\x1b[2J -> 400 (35 ms)";
        assert_eq!(event.to_string(), line);
    }

    fn rejected(level: ExplanationLevel, advice: &str) -> Event {
        Event {
            at_ms: 0,
            took_ms: 0,
            kind: EventKind::Registry,
            text: "GET /v2/".into(),
            status: Some(403),
            explanation: Some(EventExplanation {
                kind: "token_expired".into(),
                level,
                text: "::error::The token\nexpired.".into(),
                advice: Some(advice.into()),
            }),
        }
    }

    #[test]
    fn an_explanation_is_below_its_event() {
        let mut case = sample::report().scenarios.remove(0).cases.remove(0);
        case.timeline = vec![
            rejected(ExplanationLevel::Info, "Log in."),
            rejected(ExplanationLevel::Warning, "Log in."),
            rejected(ExplanationLevel::Error, "Log in."),
            rejected(ExplanationLevel::Error, "Log out."),
        ];
        let event = "   0.000 s  registry  GET /v2/ -> 403";
        let text = r"            \x3a:error::The token\nexpired.";
        let expected = [event, event, text, event, text, event, text];
        assert_eq!(lines(&case), expected);
        let (log_in, log_out) = ("            Log in.", "            Log out.");
        let expected = [
            event, event, text, log_in, event, text, event, text, log_out,
        ];
        assert_eq!(lines_with_advice(&case), expected);
    }
}
