//! The query parameters that select requests of the request log.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::control::query_value::{boolean, duration, number, parsed};
use crate::fault::FaultId;
use crate::http::ingress::Ingress;
use crate::request_log::{
    Misspelled, OperationName, Part, ReceivedRequest, RequestFilter, ResponseStatus, Service,
};
use crate::token::TokenId;
use crate::types::timestamp::Timestamp;

/// The query parameters that select requests. A request must match all of them. Requests to `/_mock/` are included only
/// if `service` is `control`.
#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub(super) struct Filters {
    /// The service that the request was sent to.
    service: Option<Service>,
    /// How the request was received: `http`, `https`, or `connect` for TLS in a tunnel of the proxy.
    ingress: Option<Ingress>,
    /// The HTTP method. Upper and lower case are equivalent.
    method: Option<String>,
    /// The host name, with the port if the request contains one. Upper and lower case are equivalent.
    host: Option<String>,
    /// A part of the path and query.
    target: Option<String>,
    /// A part of the `User-Agent` header.
    user_agent: Option<String>,
    /// The name of the API operation.
    operation: Option<OperationName>,
    /// A part of the input of the API operation, as JSON.
    input: Option<String>,
    /// The route of the registry (`ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`), or
    /// the path under `/_mock/`.
    #[serde(deserialize_with = "route")]
    route: Option<String>,
    /// Whether the request has an `Authorization` header.
    #[serde(deserialize_with = "boolean")]
    authorization: Option<bool>,
    /// The ARN of the authenticated caller.
    caller: Option<String>,
    /// The ID of the token that was issued in the response or presented in the request.
    #[serde(deserialize_with = "parsed")]
    #[cfg_attr(test, schemars(with = "String"))]
    token: Option<TokenId>,
    /// The ARN of the principal of the presented token.
    bearer: Option<String>,
    /// The status code of the response.
    #[serde(deserialize_with = "parsed")]
    #[cfg_attr(test, schemars(with = "u16", range(min = 100, max = 599)))]
    status: Option<ResponseStatus>,
    /// The error code of the response, such as `AccessDeniedException`.
    #[serde(deserialize_with = "error_code")]
    error: Option<String>,
    /// A part of the message that describes why the presented token is invalid.
    token_error: Option<String>,
    /// The ID of a fault that was applied to the response.
    #[serde(deserialize_with = "number")]
    fault: Option<u64>,
    /// The request ID, `x-amzn-RequestId`.
    request_id: Option<String>,
    /// Only requests received at or after this time of the mock's clock.
    since: Option<Timestamp>,
    /// Only requests received before this time of the mock's clock.
    until: Option<Timestamp>,
    /// The minimum time that the mock took to produce the response, in real time, such as `100ms`. Delays by faults are
    /// not included.
    #[serde(deserialize_with = "duration")]
    #[cfg_attr(test, schemars(with = "String"))]
    slower_than: Option<Duration>,
}

/// The query parameter that limits the number of results.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LimitParams {
    /// The maximum number of results. The newest ones are returned.
    #[serde(default, deserialize_with = "number")]
    pub(super) limit: Option<usize>,
}

fn route<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    spelled(from, Misspelled::check_route)
}

fn error_code<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    spelled(from, Misspelled::check_error_code)
}

/// Parses a name, for which upper and lower case are equivalent, and rejects a misspelled one.
fn spelled<'de, D: Deserializer<'de>>(
    from: D,
    check: fn(&str) -> Result<(), Misspelled>,
) -> Result<Option<String>, D::Error> {
    let name = String::deserialize(from)?;
    match check(&name) {
        Err(error) if !error.is_case_only() => Err(D::Error::custom(error)),
        _ => Ok(Some(name)),
    }
}

impl Filters {
    /// Returns the part of the request log that contains the requests.
    pub(super) fn part(&self) -> Part {
        self.service.map_or(Part::Clients, Part::of)
    }

    pub(super) fn filter(self) -> RequestFilter {
        let mut filter = RequestFilter::default();
        match self.service {
            Some(service) => filter.and(move |entry| entry.service == service),
            None => filter.and(|entry| entry.service != Service::Control),
        }
        require(&mut filter, self.ingress, |entry| Some(entry.ingress));
        require(&mut filter, self.status.map(ResponseStatus::get), |entry| {
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

/// Requires that a field equals the expected value, if there is one.
fn require<T: PartialEq + Send + Sync + 'static>(
    filter: &mut RequestFilter,
    expected: Option<T>,
    field: fn(&ReceivedRequest) -> Option<T>,
) {
    if let Some(expected) = expected {
        filter.and(move |entry| field(entry).as_ref() == Some(&expected));
    }
}

/// Requires that a field equals the expected text, ignoring ASCII case. Host names and methods occur in upper and lower
/// case.
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

/// Requires that a field contains the expected text.
fn require_part(
    filter: &mut RequestFilter,
    expected: Option<String>,
    field: fn(&ReceivedRequest) -> Option<String>,
) {
    if let Some(expected) = expected {
        filter.and(move |entry| field(entry).is_some_and(|text| text.contains(&expected)));
    }
}
