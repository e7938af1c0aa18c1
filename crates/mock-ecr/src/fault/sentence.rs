//! Describes a fault in one sentence.

use crate::fault::action::FaultAction;
use crate::fault::action_text::{Form, action_text};
use crate::fault::active_fault::ActiveFault;
use crate::fault::definition::Fault;
use crate::fault::matcher::RequestMatcher;
use crate::fault::pattern::Pattern;
use crate::types::counted::counted;

impl ActiveFault {
    /// Returns one sentence about the requests that the fault matches, its action, and how often it was triggered.
    pub fn sentence(&self) -> String {
        let times = self.fault.matcher.times;
        match times.map(|times| times.saturating_sub(self.triggered)) {
            Some(0) => self.used_up(),
            Some(left) => self.limited(left),
            None => self.unlimited(),
        }
    }

    fn used_up(&self) -> String {
        let form = match self.triggered {
            1 => Form::PastOne,
            _ => Form::PastMany,
        };
        let requests = counted_requests(&self.fault, self.triggered);
        let did = action_text(&self.fault, form);
        format!("{requests} {did}; the fault is used up.")
    }

    fn limited(&self, left: u64) -> String {
        let form = match left {
            1 => Form::One,
            _ => Form::Many,
        };
        let (requests, after) = (requests(&self.fault, form), self.after());
        let every = self.every().map(|every| format!(", one of every {every},"));
        let subject = match (self.selects(), left) {
            (true, left) => format!("{left} more {requests}{after}"),
            (false, 1) => format!("The next {requests}{after}"),
            (false, left) => format!("The next {left} {requests}{after}"),
        };
        self.composed(&subject, every, form)
    }

    /// Returns whether some matching requests do not trigger the fault.
    fn selects(&self) -> bool {
        self.every().is_some() || self.fault.matcher.probability.is_some()
    }

    fn unlimited(&self) -> String {
        let requests = requests(&self.fault, Form::Many);
        let after = self.after();
        match self.every() {
            Some(every) => self.composed(
                &format!("One of every {every} {requests}{after}"),
                None,
                Form::One,
            ),
            None => self.composed(&format!("All {requests}{after}"), None, Form::Many),
        }
    }

    fn composed(&self, subject: &str, every: Option<String>, form: Form) -> String {
        let (every, does) = (every.unwrap_or_default(), action_text(&self.fault, form));
        let each = match form {
            Form::Many => "each ",
            _ => "",
        };
        let probability = self.fault.matcher.probability;
        let probability =
            probability.map(|chance| format!(", {each}with the probability {chance}"));
        let probability = probability.unwrap_or_default();
        format!("{subject}{every} {does}{probability}; {}.", self.evidence())
    }

    /// Returns the number of requests that do not trigger the fault first, unless they were received already.
    fn after(&self) -> String {
        match self.fault.matcher.after {
            Some(after) if self.matched < after && after > 1 => format!(" after the first {after}"),
            Some(1) if self.matched == 0 => " after the first one".to_owned(),
            _ => String::new(),
        }
    }

    fn every(&self) -> Option<u64> {
        self.fault.matcher.every.filter(|every| *every > 1)
    }

    fn evidence(&self) -> String {
        match (self.triggered, self.fault.matcher.times) {
            (0, _) => "not triggered yet".to_owned(),
            (triggered, Some(times)) => format!("triggered {triggered} of {times} times"),
            (1, None) => "triggered once".to_owned(),
            (triggered, None) => format!("triggered {triggered} times"),
        }
    }
}

/// Returns a number of requests, with the conditions of the matcher.
fn counted_requests(fault: &Fault, number: u64) -> String {
    let noun = noun(&fault.matcher, &fault.action);
    let conditions = conditions(&fault.matcher, &fault.action);
    format!("{}{conditions}", counted(number, &noun))
}

/// Returns the requests that trigger the fault, with the conditions of the matcher.
fn requests(fault: &Fault, form: Form) -> String {
    let noun = noun(&fault.matcher, &fault.action);
    let conditions = conditions(&fault.matcher, &fault.action);
    match form {
        Form::One | Form::PastOne => format!("{noun}{conditions}"),
        Form::Many | Form::PastMany => format!("{noun}s{conditions}"),
    }
}

fn noun(matcher: &RequestMatcher, action: &FaultAction) -> String {
    match (&matcher.operation, matcher.route, matcher.service, action) {
        (_, _, _, FaultAction::Certificate(_)) => "TLS handshake".to_owned(),
        (Some(operation), ..) => format!("{operation} call"),
        (
            ..,
            FaultAction::AuthorizationData(_)
            | FaultAction::ExpiresAt(_)
            | FaultAction::Token(_)
            | FaultAction::ProxyEndpoint(_),
        ) => "GetAuthorizationToken call".to_owned(),
        (_, Some(route), ..) => format!("{} request", format!("{route:?}").to_lowercase()),
        (_, _, Some(service), _) => format!("{service} request"),
        _ => "request".to_owned(),
    }
}

fn conditions(matcher: &RequestMatcher, action: &FaultAction) -> String {
    let conditions = [
        condition(" with the method ", matcher.method.as_ref()),
        condition(" of the account ", matcher.account.as_ref()),
        condition(" in the Region ", matcher.region.as_ref()),
        condition(" of ", matcher.principal.as_ref()),
        condition(
            " for the repository ",
            matcher.repository.as_ref().map(pattern),
        ),
        condition(" to the host ", matcher.host.as_ref().map(pattern)),
        condition(" of the client ", matcher.user_agent.as_ref().map(pattern)),
        condition(" from ", matcher.from.as_ref()),
        condition(" until ", matcher.until.as_ref()),
        condition_of(action),
    ];
    conditions.into_iter().flatten().collect()
}

/// Returns the condition that an action implies.
fn condition_of(action: &FaultAction) -> Option<String> {
    match action {
        FaultAction::Throttle(throttle) => {
            let (rate, burst) = (throttle.rate, throttle.burst);
            Some(format!(
                " above a rate of {rate} per second after a burst of {burst}"
            ))
        }
        FaultAction::Expired(_) => Some(" with an expired token".to_owned()),
        FaultAction::ExpiredEarly(_) => Some(" with a valid token".to_owned()),
        _ => None,
    }
}

fn condition(label: &str, value: Option<impl ToString>) -> Option<String> {
    Some(format!("{label}{}", value?.to_string()))
}

fn pattern(pattern: &Pattern) -> String {
    let json = serde_json::to_value(pattern).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::active_fault::FaultId;

    const THROTTLED: &str = "action = { error = 'ThrottlingException' }";

    fn sentence(toml: &str, (matched, triggered): (u64, u64)) -> String {
        let active = ActiveFault {
            id: FaultId(0),
            fault: Fault::from_toml(toml).unwrap(),
            matched,
            triggered,
        };
        active.sentence()
    }

    #[test]
    fn a_fault_with_a_limit_has_a_sentence_for_each_number_that_is_left() {
        let toml =
            format!("match = {{ operation = 'GetAuthorizationToken', times = 2 }}\n{THROTTLED}");
        for (counts, expected) in [
            (
                (0, 0),
                "The next 2 GetAuthorizationToken calls receive ThrottlingException (status 400); not triggered yet.",
            ),
            (
                (1, 1),
                "The next GetAuthorizationToken call receives ThrottlingException (status 400); triggered 1 of 2 times.",
            ),
            (
                (9, 2),
                "2 GetAuthorizationToken calls received ThrottlingException (status 400); the fault is used up.",
            ),
        ] {
            assert_eq!(sentence(&toml, counts), expected);
        }
        let toml = "match = { times = 1 }\naction = { close = { after_bytes = 1 } }";
        assert_eq!(
            sentence(toml, (1, 1)),
            "1 request had its connection closed after 1 byte of the body; the fault is used up."
        );
    }

    #[test]
    fn the_values_of_an_action_are_part_of_the_sentence() {
        for (action, expected) in [
            ("latency = '200ms'", "All requests are delayed by 200ms"),
            (
                "latency = { from = '50ms', to = '2s' }",
                "All requests are delayed by 50ms to 2s",
            ),
            (
                "latency = { p50 = '20ms', p90 = '1s', p99 = '2s' }",
                "All requests are delayed by up to 2s, half of them by up to 20ms",
            ),
            (
                "expires_at = 'past'",
                "All GetAuthorizationToken calls receive another expiresAt (\"past\")",
            ),
            (
                "content_type = 'text/html'",
                "All requests receive another Content-Type (\"text/html\")",
            ),
        ] {
            let toml = format!("action = {{ {action} }}");
            let expected = format!("{expected}; not triggered yet.");
            assert_eq!(sentence(&toml, (0, 0)), expected);
        }
    }

    #[test]
    fn the_selection_of_matching_requests_is_part_of_the_sentence() {
        let blob = |keys: &str| {
            format!("match = {{ route = 'blob', {keys} }}\naction = {{ bandwidth = 1 }}")
        };
        for (keys, counts, expected) in [
            (
                "after = 1, times = 1",
                (0, 0),
                "The next blob request after the first one receives at most 1 byte per second; not triggered yet.",
            ),
            (
                "after = 1, times = 1",
                (1, 0),
                "The next blob request receives at most 1 byte per second; not triggered yet.",
            ),
            (
                "after = 3",
                (2, 0),
                "All blob requests after the first 3 receive at most 1 byte per second; not triggered yet.",
            ),
            (
                "repository = 'team/*', every = 3",
                (22, 7),
                "One of every 3 blob requests for the repository team/* receives at most 1 byte per second; triggered 7 times.",
            ),
            (
                "times = 4, every = 3",
                (3, 1),
                "3 more blob requests, one of every 3, receive at most 1 byte per second; triggered 1 of 4 times.",
            ),
            (
                "probability = 0.5, times = 2",
                (0, 0),
                "2 more blob requests receive at most 1 byte per second, each with the probability 0.5; not triggered yet.",
            ),
            (
                "probability = 0.5",
                (2, 1),
                "All blob requests receive at most 1 byte per second, each with the probability 0.5; triggered once.",
            ),
        ] {
            assert_eq!(sentence(&blob(keys), counts), expected, "{keys}");
        }
    }

    #[test]
    fn the_status_is_that_of_the_targets_that_the_fault_can_match() {
        for (matcher, expected) in [
            (
                "match = { service = 'registry' }",
                "All registry requests receive TOOMANYREQUESTS (status 429); not triggered yet.",
            ),
            (
                "match = { service = 'sts' }",
                "All sts requests receive Throttling (status 400); not triggered yet.",
            ),
            (
                "",
                "All requests receive ThrottlingException (status 400) from an API or TOOMANYREQUESTS (status 429) from the registry; not triggered yet.",
            ),
        ] {
            let toml = format!("{matcher}\n{THROTTLED}");
            assert_eq!(sentence(&toml, (0, 0)), expected);
        }
    }

    #[test]
    fn conditions_of_an_action_are_part_of_the_subject() {
        for (action, expected) in [
            (
                "expired_early = 'challenge'",
                "All requests with a valid token receive the rejection of an expired token (status 401 with a challenge); not triggered yet.",
            ),
            (
                "throttle = { rate = 1, burst = 10 }",
                "All requests above a rate of 1 per second after a burst of 10 are throttled; not triggered yet.",
            ),
            (
                "certificate = 'expired'",
                "All TLS handshakes receive an expired certificate; not triggered yet.",
            ),
        ] {
            let toml = format!("action = {{ {action} }}");
            assert_eq!(sentence(&toml, (0, 0)), expected);
        }
    }
}
