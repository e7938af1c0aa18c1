//! Describes a fault in one sentence.

use crate::fault::action::{BodyFault, CertificateFault, CutPoint, ExpiredAs, FaultAction};
use crate::fault::active_fault::ActiveFault;
use crate::fault::error_fault::ErrorFault;
use crate::fault::matcher::RequestMatcher;

impl ActiveFault {
    /// Returns one sentence about the requests that the fault matches, its action, and how often it was triggered.
    pub fn sentence(&self) -> String {
        let (matcher, triggered) = (&self.fault.matcher, self.triggered);
        let requests = requests(matcher, &self.fault.action);
        let receive = action(&self.fault.action);
        let (subject, of) = match matcher.times {
            Some(times) => (
                remaining(times.saturating_sub(triggered)),
                format!(" of {times}"),
            ),
            None => ("All".to_owned(), String::new()),
        };
        format!("{subject} {requests} {receive}; {triggered}{of} triggered.")
    }
}

fn remaining(number: u64) -> String {
    match number {
        0 => "No more".to_owned(),
        number => format!("The next {number}"),
    }
}

/// Returns the requests that trigger the fault, with the conditions of the matcher.
fn requests(matcher: &RequestMatcher, action: &FaultAction) -> String {
    let mut text = match (&matcher.operation, matcher.route, matcher.service, action) {
        (_, _, _, FaultAction::Certificate(_)) => "TLS handshakes".to_owned(),
        (Some(operation), ..) => format!("{operation} calls"),
        (_, Some(route), ..) => format!("{} requests", format!("{route:?}").to_lowercase()),
        (_, _, Some(service), _) => format!("{service} requests"),
        _ => "requests".to_owned(),
    };
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
        condition(", after the first ", matcher.after.as_ref()),
        condition(", one of every ", matcher.every.as_ref()),
        condition(", with the probability ", matcher.probability.as_ref()),
    ];
    text.extend(conditions.into_iter().flatten());
    text
}

fn condition(label: &str, value: Option<impl ToString>) -> Option<String> {
    Some(format!("{label}{}", value?.to_string()))
}

fn pattern(pattern: &crate::fault::pattern::Pattern) -> String {
    let json = serde_json::to_value(pattern).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn action(action: &FaultAction) -> String {
    match action {
        FaultAction::Error(error) => format!("receive {}", error_text(error)),
        FaultAction::Throttle(throttle) => format!(
            "are throttled above {} per second, after a burst of {}",
            throttle.rate, throttle.burst
        ),
        FaultAction::Latency(_) => "are delayed".to_owned(),
        FaultAction::Stall(point) => format!("receive no bytes {}", at(*point)),
        FaultAction::Bandwidth(rate) => format!("receive at most {rate} bytes per second"),
        FaultAction::Close(point) => format!("lose their connection {}", at(*point)),
        FaultAction::Reset(point) => format!("have their connection reset {}", at(*point)),
        FaultAction::Overrun(bytes) => {
            format!("receive {bytes} bytes more than Content-Length states")
        }
        FaultAction::GarbledChunks => "receive a body with an invalid chunk".to_owned(),
        FaultAction::Body(body) => format!("receive {}", body_text(body)),
        FaultAction::ContentType(_) => "receive another Content-Type".to_owned(),
        FaultAction::AuthorizationData(_) => "receive another list authorizationData".to_owned(),
        FaultAction::ExpiresAt(_) => "receive another expiresAt".to_owned(),
        FaultAction::Token(_) => "receive another authorizationToken".to_owned(),
        FaultAction::ProxyEndpoint(_) => "receive another proxyEndpoint".to_owned(),
        FaultAction::Expired(form) => format!("with an expired token receive {}", expired(*form)),
        FaultAction::ExpiredEarly(form) => format!("with a valid token receive {}", expired(*form)),
        FaultAction::Date(_) => "receive another Date header".to_owned(),
        FaultAction::Certificate(certificate) => {
            format!("receive {}", certificate_text(*certificate))
        }
    }
}

fn error_text(error: &ErrorFault) -> String {
    let status = error.status.unwrap_or(error.code.row().status);
    format!("{} (status {status})", error.code.as_str())
}

fn body_text(body: &BodyFault) -> &'static str {
    match body {
        BodyFault::Html => "an HTML page",
        BodyFault::Empty => "an empty body",
        BodyFault::NotJson => "incomplete JSON",
        BodyFault::Text(_) => "another body",
    }
}

fn expired(form: ExpiredAs) -> &'static str {
    match form {
        ExpiredAs::Forbidden => "the rejection of an expired token (status 403)",
        ExpiredAs::Challenge => "the rejection of an expired token (status 401 with a challenge)",
        ExpiredAs::BadRequest => "the rejection of an expired token (status 400)",
    }
}

fn certificate_text(certificate: CertificateFault) -> &'static str {
    match certificate {
        CertificateFault::Expired => "an expired certificate",
        CertificateFault::SelfSigned => "a self-signed certificate",
        CertificateFault::WrongName => "a certificate for another host",
    }
}

fn at(point: CutPoint) -> String {
    match point {
        CutPoint::BeforeHeaders => "before the headers".to_owned(),
        CutPoint::AfterHeaders => "after the headers".to_owned(),
        CutPoint::AfterBytes(bytes) => format!("after {bytes} bytes of the body"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::active_fault::FaultId;
    use crate::fault::definition::Fault;

    #[test]
    fn a_fault_is_described_in_one_sentence() {
        for (toml, triggered, expected) in [
            (
                "match = { operation = 'GetAuthorizationToken', times = 2 }\naction = { error = 'ThrottlingException' }",
                0,
                "The next 2 GetAuthorizationToken calls receive ThrottlingException (status 400); 0 of 2 triggered.",
            ),
            (
                "match = { times = 1 }\naction = { close = { after_bytes = 10 } }",
                1,
                "No more requests lose their connection after 10 bytes of the body; 1 of 1 triggered.",
            ),
            (
                "match = { route = 'blob', repository = 'team/*', every = 3 }\naction = { bandwidth = 5 }",
                7,
                "All blob requests for the repository team/*, one of every 3 receive at most 5 bytes per second; 7 triggered.",
            ),
            (
                "action = { expired_early = 'challenge' }",
                0,
                "All requests with a valid token receive the rejection of an expired token (status 401 with a challenge); 0 triggered.",
            ),
        ] {
            let active = ActiveFault {
                id: FaultId(0),
                fault: Fault::from_toml(toml).unwrap(),
                matched: 9,
                triggered,
            };
            assert_eq!(active.sentence(), expected);
        }
    }
}
