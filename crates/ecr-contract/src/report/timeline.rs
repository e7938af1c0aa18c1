//! Writes the events of a case as lines of text.

use std::fmt;

use crate::report::{CaseReport, Event, EventKind, sanitize};

/// Returns the events of a case. Each event is one line, in which control characters are escaped.
pub(super) fn lines(case: &CaseReport) -> Vec<String> {
    case.timeline.iter().map(Event::to_string).collect()
}

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

    #[test]
    fn an_event_is_one_line() {
        let event = Event {
            at_ms: 12_034,
            took_ms: 35,
            kind: EventKind::Api,
            text: "GetAuthorizationToken\n\x1b[2J".into(),
            status: Some(400),
        };
        let line = r"  12.034 s  api       GetAuthorizationToken\n\x1b[2J -> 400 (35 ms)";
        assert_eq!(event.to_string(), line);
    }
}
