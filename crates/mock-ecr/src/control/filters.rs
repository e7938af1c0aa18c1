//! Which requests are meant, as parameters of a query.

use std::time::Duration;

use serde::Deserialize;

use crate::control::query_value::{duration, parsed};
use crate::fault::FaultId;
use crate::http::ingress::Ingress;
use crate::request_log::{OperationName, ReceivedRequest, RequestFilter, Service};
use crate::token::TokenId;
use crate::types::timestamp::Timestamp;

/// Which requests are meant: those to which all of this applies. Those with `/_mock/` itself are left out unless `service` is `control`.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct Filters {
    /// The service that the request was sent to.
    service: Option<Service>,
    ingress: Option<Ingress>,
    method: Option<String>,
    /// The host, with its port if it was sent with one.
    host: Option<String>,
    /// A part of path and query.
    target: Option<String>,
    /// A part of what the client calls itself.
    user_agent: Option<String>,
    /// The operation of the API.
    operation: Option<OperationName>,
    /// A part of the input of the operation.
    input: Option<String>,
    /// What of the registry was asked for: `ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`.
    route: Option<String>,
    /// Whether an `Authorization` header came.
    #[serde(deserialize_with = "parsed")]
    authorization: Option<bool>,
    /// The ARN of who has proved who they are.
    caller: Option<String>,
    /// The id of the token that was issued or shown.
    #[serde(deserialize_with = "parsed")]
    #[cfg_attr(test, schemars(with = "String"))]
    token: Option<TokenId>,
    /// The ARN of whom the token speaks for that was shown.
    bearer: Option<String>,
    #[serde(deserialize_with = "parsed")]
    status: Option<u16>,
    /// The code of the error that was answered.
    error: Option<String>,
    /// A part of what was wrong with the token that was shown.
    token_error: Option<String>,
    /// The id of a fault that shaped the answer.
    #[serde(deserialize_with = "parsed")]
    fault: Option<u64>,
    /// What the API calls the request.
    request_id: Option<String>,
    /// Received at this instant of the mock's clock, or later.
    since: Option<Timestamp>,
    /// Received before this instant of the mock's clock.
    until: Option<Timestamp>,
    /// Took at least so long to answer, in real time.
    #[serde(deserialize_with = "duration")]
    #[cfg_attr(test, schemars(with = "String"))]
    slower_than: Option<Duration>,
}

/// How many of them are meant.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LimitParams {
    /// How many to tell at most, the newest.
    #[serde(default, deserialize_with = "parsed")]
    pub(super) limit: Option<usize>,
}

impl Filters {
    pub(super) fn filter(self) -> RequestFilter {
        let mut filter = RequestFilter::default();
        match self.service {
            Some(service) => filter.and(move |entry| entry.service == service),
            None => filter.and(|entry| entry.service != Service::Control),
        }
        require(&mut filter, self.ingress, |entry| Some(entry.ingress));
        require(&mut filter, self.status, |entry| {
            Some(entry.status.as_u16())
        });
        require(&mut filter, self.token, |entry| entry.token);
        let operation = self.operation.map(OperationName::as_str);
        require(&mut filter, operation, |entry| entry.operation);
        require(&mut filter, self.authorization, |entry| {
            Some(entry.authorization)
        });
        require_ignoring_case(&mut filter, self.method, |entry| Some(&entry.method));
        require_ignoring_case(&mut filter, self.host, |entry| Some(&entry.host));
        require_ignoring_case(&mut filter, self.route, |entry| entry.route);
        require_ignoring_case(&mut filter, self.error, |entry| entry.error);
        require_ignoring_case(&mut filter, self.request_id, |entry| {
            entry.request_id.as_deref()
        });
        require_ignoring_case(&mut filter, self.caller, |entry| {
            Some(entry.caller.as_ref()?.arn().as_str())
        });
        require_ignoring_case(&mut filter, self.bearer, |entry| {
            Some(entry.bearer.as_ref()?.as_str())
        });
        require_part(&mut filter, self.target, |entry| Some(entry.target.clone()));
        require_part(&mut filter, self.user_agent, |entry| {
            Some(entry.user_agent.clone())
        });
        require_part(&mut filter, self.input, |entry| entry.input.clone());
        require_part(&mut filter, self.token_error, |entry| {
            Some(entry.token_error.as_ref()?.to_string())
        });
        if let Some(fault) = self.fault {
            filter.and(move |entry| entry.faults.contains(&FaultId(fault)));
        }
        if let Some(since) = self.since {
            filter.and(move |entry| entry.received >= since);
        }
        if let Some(until) = self.until {
            filter.and(move |entry| entry.received < until);
        }
        if let Some(limit) = self.slower_than {
            filter.and(move |entry| entry.took >= limit);
        }
        filter
    }
}

/// The field must be what is expected, if anything is.
fn require<T: PartialEq + Send + Sync + 'static>(
    filter: &mut RequestFilter,
    expected: Option<T>,
    field: fn(&ReceivedRequest) -> Option<T>,
) {
    if let Some(expected) = expected {
        filter.and(move |entry| field(entry).as_ref() == Some(&expected));
    }
}

/// The field must be the text that is expected, whatever the case of its letters: hosts and methods are written in either.
fn require_ignoring_case(
    filter: &mut RequestFilter,
    expected: Option<String>,
    field: fn(&ReceivedRequest) -> Option<&str>,
) {
    if let Some(expected) = expected {
        filter.and(move |entry| {
            field(entry).is_some_and(|text| text.eq_ignore_ascii_case(&expected))
        });
    }
}

/// The field must hold the text that is expected.
fn require_part(
    filter: &mut RequestFilter,
    expected: Option<String>,
    field: fn(&ReceivedRequest) -> Option<String>,
) {
    if let Some(expected) = expected {
        filter.and(move |entry| field(entry).is_some_and(|text| text.contains(&expected)));
    }
}
