//! Describes what the action of a fault does to requests.

use serde::Serialize;

use crate::aws::service::AwsService;
use crate::fault::action::{BodyFault, CertificateFault, ExpiredAs, FaultAction};
use crate::fault::definition::Fault;
use crate::fault::error_fault::ErrorFault;
use crate::fault::injected::InjectedError;
use crate::fault::matcher::RequestMatcher;
use crate::fault::target::FaultTarget;
use crate::types::Service;
use crate::types::counted::counted;

/// The form of a verb: the number of its subject, and the past form for a fault that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    One,
    Many,
    PastOne,
    PastMany,
}

/// The forms of a verb, in the order of [`Form`].
struct Verb([&'static str; 4]);

impl Verb {
    fn form(&self, form: Form) -> &'static str {
        self.0[form as usize]
    }
}

const BE: Verb = Verb(["is", "are", "was", "were"]);
const RECEIVE: Verb = Verb(["receives", "receive", "received", "received"]);
const HAVE_CLOSED: Verb = Verb([
    "has its connection closed",
    "have their connections closed",
    "had its connection closed",
    "had their connections closed",
]);
const HAVE_RESET: Verb = Verb([
    "has its connection reset",
    "have their connections reset",
    "had its connection reset",
    "had their connections reset",
]);

/// Returns what happens to requests that trigger the fault, such as `receive ServerException (status 500)`.
pub(super) fn action_text(fault: &Fault, form: Form) -> String {
    let received = match &fault.action {
        FaultAction::Throttle(_) => return format!("{} throttled", BE.form(form)),
        FaultAction::Latency(latency) => {
            return format!("{} delayed by {}", BE.form(form), latency.text());
        }
        FaultAction::Close(point) => return format!("{} {}", HAVE_CLOSED.form(form), point.text()),
        FaultAction::Reset(point) => return format!("{} {}", HAVE_RESET.form(form), point.text()),
        FaultAction::Error(error) => error_text(error, &fault.matcher),
        FaultAction::Stall(point) => format!("a response that stops {}", point.text()),
        FaultAction::Bandwidth(rate) => format!("at most {} per second", counted(*rate, "byte")),
        FaultAction::Overrun(bytes) => {
            format!(
                "{} more than Content-Length states",
                counted(*bytes, "byte")
            )
        }
        action => received(action),
    };
    format!("{} {received}", RECEIVE.form(form))
}

fn received(action: &FaultAction) -> String {
    let text = match action {
        FaultAction::GarbledChunks => "a body with an invalid chunk",
        FaultAction::Body(body) => body_text(body),
        FaultAction::ContentType(value) => return changed("Content-Type", value),
        FaultAction::AuthorizationData(value) => return changed("authorizationData", value),
        FaultAction::ExpiresAt(value) => return changed("expiresAt", value),
        FaultAction::Token(value) => return changed("authorizationToken", value),
        FaultAction::ProxyEndpoint(value) => return changed("proxyEndpoint", value),
        FaultAction::Expired(form) | FaultAction::ExpiredEarly(form) => return expired(*form),
        FaultAction::Certificate(certificate) => certificate_text(*certificate),
        _ => "another Date header",
    };
    text.to_owned()
}

/// Returns what replaces a part of a response. The value is the beginning of that of the action in JSON.
fn changed(part: &str, value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("the value of an action can be written as JSON");
    let value: String = json.chars().take(MAX_VALUE).collect();
    format!("another {part} ({value})")
}

/// The number of characters of a value. The fault itself contains the whole value.
const MAX_VALUE: usize = 60;

/// Returns the code and the status of the error from each target that the matcher permits, as the responses contain them.
fn error_text(error: &ErrorFault, matcher: &RequestMatcher) -> String {
    let service = matcher.service();
    let of = |target| {
        let InjectedError { code, status, .. } = InjectedError::of(error, target);
        let code = match (target, service) {
            (FaultTarget::Api, Some(Service::Sts)) => AwsService::Sts.injected_code(code),
            _ => code,
        };
        format!("{code} (status {})", status.as_u16())
    };
    match matcher.target() {
        Some(target) => of(target),
        None => {
            let (api, registry) = (of(FaultTarget::Api), of(FaultTarget::Registry));
            format!("{api} from an API or {registry} from the registry")
        }
    }
}

fn body_text(body: &BodyFault) -> &'static str {
    match body {
        BodyFault::Html => "an HTML page",
        BodyFault::Empty => "an empty body",
        BodyFault::NotJson => "incomplete JSON",
        BodyFault::Text(_) => "another body",
    }
}

fn expired(form: ExpiredAs) -> String {
    let challenge = match form {
        ExpiredAs::Challenge => " with a challenge",
        ExpiredAs::Forbidden | ExpiredAs::BadRequest => "",
    };
    let status = form.status().as_u16();
    format!("the rejection of an expired token (status {status}{challenge})")
}

fn certificate_text(certificate: CertificateFault) -> &'static str {
    match certificate {
        CertificateFault::Expired => "an expired certificate",
        CertificateFault::SelfSigned => "a self-signed certificate",
        CertificateFault::WrongName => "a certificate for another host",
    }
}
