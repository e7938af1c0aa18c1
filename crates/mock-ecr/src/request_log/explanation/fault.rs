//! Explains what faults did to responses.

use crate::fault::{Change, FaultEffect, Shape, Termination};
use crate::request_log::explanation::definition::Explanation;
use crate::request_log::explanation::duration::readable;
use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::ExplanationKind;
use crate::request_log::explanation::token::millis_between;
use crate::request_log::received_request::ReceivedRequest;
use crate::types::counted::counted;

/// Explains the response of a fault that replaced the response of the mock.
pub(super) fn of_replacement(request: &ReceivedRequest, effect: &FaultEffect) -> Explanation {
    let (kind, advice) = match effect.change {
        Change::Throttled { .. } => (ExplanationKind::Throttled, "Wait longer before each retry."),
        Change::ExpiredEarly => (
            ExplanationKind::FaultExpired,
            "Request a new token and retry once.",
        ),
        _ => (
            ExplanationKind::FaultError,
            "Remove the fault if no test needs it.",
        ),
    };
    let explanation = Explanation::new(kind, all_sentences(request)).advice(advice);
    explanation.facts(facts(request, effect))
}

/// Explains what faults did to a response that is not an error. Returns `None` if there was no fault.
pub(super) fn of_changes(request: &ReceivedRequest) -> Option<Explanation> {
    let first = request.effects.first()?;
    let of_delivery = request
        .effects
        .iter()
        .all(|one| one.change.is_of_delivery());
    let kind = match of_delivery {
        true => ExplanationKind::FaultDelivery,
        false => ExplanationKind::FaultResponse,
    };
    let explanation = Explanation::new(kind, all_sentences(request));
    Some(explanation.facts(facts(request, first)))
}

fn facts(request: &ReceivedRequest, effect: &FaultEffect) -> Facts {
    Facts {
        fault: Some(effect.id.0),
        token_expires: request.token_expires,
        ..Facts::default()
    }
}

fn all_sentences(request: &ReceivedRequest) -> String {
    let sentences = request
        .effects
        .iter()
        .map(|effect| sentence(request, effect));
    sentences.collect::<Vec<_>>().join(" ")
}

/// Returns a sentence that describes what a fault did to the response of a request.
pub(super) fn sentence(request: &ReceivedRequest, effect: &FaultEffect) -> String {
    let left = request
        .token_expires
        .map(|at| readable(millis_between(request.received, at)));
    let did = match effect.change {
        Change::Error => format!(
            "returned {}{}",
            request.error.unwrap_or("an error"),
            number(effect)
        ),
        Change::Throttled { rate, burst } => {
            format!(
                "throttled the request, which exceeded a rate of {rate} per second after a burst of {burst}"
            )
        }
        Change::ExpiredEarly => match left {
            Some(left) => format!("rejected a valid token as expired, {left} before its expiry"),
            None => "rejected a valid token as expired".to_owned(),
        },
        Change::Delayed(delay) => {
            let delay = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
            format!("delayed the response by {}", readable(delay))
        }
        Change::Bandwidth(rate) => {
            format!("limited the body to {} per second", counted(rate, "byte"))
        }
        Change::Cut(point, termination) => format!("{} {}", end(termination), point.text()),
        Change::Malformed(Shape::Overrun(bytes)) => {
            format!(
                "sent {} more than Content-Length states",
                counted(bytes, "byte")
            )
        }
        Change::Malformed(Shape::GarbledChunks) => "sent the body with an invalid chunk".to_owned(),
        Change::Body => "replaced the body of the response".to_owned(),
        Change::ContentType => "changed the Content-Type of the response".to_owned(),
        Change::Output(member) => match request.token_expires {
            Some(expires) => {
                format!("changed {member} in the response; the token expires at {expires}")
            }
            None => format!("changed {member} in the response"),
        },
        Change::FormOfRejection => "changed the form of the rejection".to_owned(),
        Change::Date => "changed the Date header of the response".to_owned(),
        Change::Certificate => "presented an invalid certificate".to_owned(),
    };
    format!("Fault {} {did}.", effect.id)
}

fn number(effect: &FaultEffect) -> String {
    match effect.times {
        Some(times) => format!(" ({} of {times})", effect.count),
        None => String::new(),
    }
}

fn end(termination: Termination) -> &'static str {
    match termination {
        Termination::Close => "closed the connection",
        Termination::Reset => "reset the connection",
        Termination::Stall => "interrupted the response",
    }
}
