//! Checks the requests that the client sent to ECR.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mock_ecr::request_log::{ReceivedRequest, Service};

use crate::run::checks::context::{Check, CheckContext};
use crate::run::evidence::TimedRequest;
use crate::scenario::{Count, Expect, Gaps, RedirectMode, RequestFilter};

impl CheckContext<'_> {
    pub(super) fn check_requests(&self, expect: &Expect) -> Vec<Check> {
        let calls = self.calls();
        let count = expect.calls.map(|count| {
            let expected = format!("{count} calls of {TOKEN_CALL}");
            Check::new("calls", expected, calls.len(), count.has(calls.len()))
        });
        let region = expect.region.as_deref().map(|region| {
            let region = self.testbed.placeholders.fill(region);
            all_in("region", &[region], &calls, |entry| {
                entry.claim.as_ref().map(|claim| claim.region.clone())
            })
        });
        let signer = expect
            .signer
            .as_deref()
            .map(|key| all_in("signer", &[key.to_owned()], &calls, signer));
        let hosts = expect.api_host.iter();
        let hosts: Vec<String> = hosts
            .map(|host| self.testbed.placeholders.fill(host))
            .collect();
        let is_checked = !hosts.is_empty() && self.testbed.redirect != RedirectMode::Env;
        let host = is_checked.then(|| {
            all_in("api_host", &hosts, &calls, |entry| {
                Some(without_port(&entry.host))
            })
        });
        let ids = expect
            .registry_ids
            .as_ref()
            .map(|ids| self.registry_ids(ids, &calls));
        let gaps = expect.gaps.as_ref();
        let gaps = gaps.and_then(|gaps| check_gaps(gaps, &intervals(&calls)));
        let tunnels = expect.tunnels.map(|count| {
            let tunnels = self
                .requests
                .iter()
                .filter(|request| request.entry.service == Service::Proxy)
                .count();
            Check::new(
                "tunnels",
                format!("{count} tunnels"),
                tunnels,
                count.has(tunnels),
            )
        });
        let metadata = expect.metadata_calls.map(|count| {
            let found = self.testbed.metadata_calls();
            let expected = format!("{count} connections to the metadata service");
            Check::new("metadata_calls", expected, found, count.has(found))
        });
        let for_each = expect
            .calls_per_registry
            .map(|count| calls_per_registry(count, &calls));
        let requests = expect
            .requests
            .iter()
            .map(|filter| self.check_request_count(filter));
        let found = [
            count, region, signer, host, ids, gaps, tunnels, metadata, for_each,
        ];
        found.into_iter().flatten().chain(requests).collect()
    }

    fn calls(&self) -> Vec<&TimedRequest> {
        let calls = self.requests.iter();
        calls
            .filter(|request| request.entry.operation == Some(TOKEN_CALL))
            .collect()
    }

    fn registry_ids(&self, allowed: &[String], calls: &[&TimedRequest]) -> Check {
        let allowed: Vec<String> = allowed
            .iter()
            .map(|id| self.testbed.placeholders.fill(id))
            .collect();
        let mut named = calls.iter().map(|request| ids_of(&request.entry));
        let fits = |ids: &serde_json::Value| match ids.as_array() {
            Some(ids) => {
                let is_allowed = |id: &serde_json::Value| {
                    id.as_str()
                        .is_some_and(|id| allowed.iter().any(|allowed| allowed == id))
                };
                !ids.is_empty() && ids.iter().all(is_allowed)
            }
            None => ids.is_null(),
        };
        let wrong = named.clone().find(|ids| !fits(ids));
        let observed = wrong.clone().or(named.next_back()).unwrap_or_default();
        let expected = format!("none, or {allowed:?}");
        Check::new("registry_ids", expected, observed, wrong.is_none())
    }

    fn check_request_count(&self, filter: &RequestFilter) -> Check {
        let count = self
            .requests
            .iter()
            .filter(|request| matches(filter, &request.entry))
            .count();
        let expected = format!("{} {}", filter.count, describe(filter));
        Check::new("requests", expected, count, filter.count.has(count))
    }
}

/// Returns the access key ID of the request's signature.
fn signer(entry: &ReceivedRequest) -> Option<String> {
    let claim = entry.claim.as_ref()?;
    Some(claim.access_key_id.clone())
}

/// Returns the registry IDs of a call, or null if the call contains none.
fn ids_of(entry: &ReceivedRequest) -> serde_json::Value {
    let input = entry.input.as_deref().unwrap_or("{}");
    let input: serde_json::Value = serde_json::from_str(input).unwrap_or_default();
    input["registryIds"].clone()
}

fn calls_per_registry(count: Count, calls: &[&TimedRequest]) -> Check {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for request in calls {
        let ids = ids_of(&request.entry);
        for id in ids.as_array().into_iter().flatten() {
            *named.entry(id.to_string()).or_default() += 1;
        }
    }
    let passed = named.values().all(|times| count.has(*times));
    let observed = match named.is_empty() {
        true => "no call names a registry".to_owned(),
        false => format!("{named:?}"),
    };
    let expected = format!("{count} calls for each named registry");
    Check::new("calls_per_registry", expected, observed, passed)
}

/// Checks that a value is one of the expected values in all calls that contain it. The check fails if no call contains it.
fn all_in(
    expectation: &'static str,
    expected: &[String],
    calls: &[&TimedRequest],
    of: impl Fn(&ReceivedRequest) -> Option<String>,
) -> Check {
    let found: BTreeSet<String> = calls
        .iter()
        .filter_map(|request| of(&request.entry))
        .collect();
    let passed = found.iter().all(|found| expected.contains(found)) && !found.is_empty();
    let observed = match found.is_empty() {
        true => "no call has a value".to_owned(),
        false => found.into_iter().collect::<Vec<_>>().join(", "),
    };
    Check::new(expectation, expected.join(" or "), observed, passed)
}

fn intervals(calls: &[&TimedRequest]) -> Vec<Duration> {
    let pairs = calls.windows(2);
    pairs
        .map(|pair| Duration::from_millis(pair[1].at_ms.saturating_sub(pair[0].at_ms)))
        .collect()
}

/// Checks intervals. Returns `None` if there are too few of them for the check.
fn check_gaps(gaps: &Gaps, intervals: &[Duration]) -> Option<Check> {
    let (expected, passed) = match gaps {
        Gaps::Each(span) => {
            let shortest = intervals.iter().min()?;
            let longest = intervals.iter().max()?;
            let expected = format!("intervals of {span}");
            (expected, span.has(*shortest) && span.has(*longest))
        }
        Gaps::FirstFour(span) => {
            let first: Duration = intervals.first_chunk::<4>()?.iter().sum();
            (
                format!("four intervals of {span} in total"),
                span.has(first),
            )
        }
        Gaps::Spread(span) => {
            let (shortest, longest) = (intervals.iter().min()?, intervals.iter().max()?);
            let expected = format!("intervals that differ by {span}");
            let is_checked = intervals.len() > 1;
            (
                expected,
                is_checked.then(|| span.has(*longest - *shortest))?,
            )
        }
    };
    Some(Check::new(
        "gaps",
        expected,
        format!("{intervals:?}"),
        passed,
    ))
}

fn matches(filter: &RequestFilter, entry: &ReceivedRequest) -> bool {
    filter
        .service
        .is_none_or(|service| service == entry.service)
        && filter
            .operation
            .is_none_or(|name| entry.operation == Some(name.as_str()))
        && filter
            .route
            .as_deref()
            .is_none_or(|name| entry.route == Some(name))
        && filter
            .method
            .as_deref()
            .is_none_or(|method| entry.method == method)
        && filter.status.is_none_or(|status| entry.status == status)
        && filter
            .error
            .as_deref()
            .is_none_or(|code| entry.error == Some(code))
        && filter
            .authorization
            .is_none_or(|present| entry.authorization == present)
        && filter
            .host
            .as_ref()
            .is_none_or(|host| host.0.is_match(&without_port(&entry.host)))
}

fn describe(filter: &RequestFilter) -> String {
    let mut words = Vec::new();
    words.extend(filter.service.map(|service| format!("to {service}")));
    words.extend(filter.operation.as_ref().map(|name| format!("of {name}")));
    words.extend(filter.route.as_ref().map(|name| format!("for a {name}")));
    words.extend(
        filter
            .method
            .as_ref()
            .map(|method| format!("with method {method}")),
    );
    words.extend(filter.host.as_ref().map(|host| format!("at {}", host.0)));
    words.extend(filter.status.map(|status| format!("with status {status}")));
    words.extend(
        filter
            .error
            .as_ref()
            .map(|error| format!("with error {error}")),
    );
    words.extend(filter.authorization.map(|present| match present {
        true => "with Authorization".to_owned(),
        false => "without Authorization".to_owned(),
    }));
    format!("requests {}", words.join(" "))
        .trim_end()
        .to_owned()
}

/// Returns a host without its port.
fn without_port(host: &str) -> String {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|c| c.is_ascii_digit()));
    name.map_or(host, |(name, _)| name).to_owned()
}

const TOKEN_CALL: &str = "GetAuthorizationToken";

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(text: &str) -> Gaps {
        #[derive(serde::Deserialize)]
        struct Written {
            gaps: Gaps,
        }
        let written: Written = toml::from_str(&format!("gaps = {text}")).unwrap();
        written.gaps
    }

    fn passes(text: &str, intervals: &[u64]) -> Option<bool> {
        let intervals: Vec<Duration> = intervals
            .iter()
            .copied()
            .map(Duration::from_millis)
            .collect();
        check_gaps(&gaps(text), &intervals).map(|check| check.passed)
    }

    #[test]
    fn too_few_intervals_are_not_checked() {
        for text in [
            r#"{ each = "1s.." }"#,
            r#"{ spread = "1s.." }"#,
            r#"{ first_four = "1s.." }"#,
        ] {
            assert_eq!(passes(text, &[]), None, "{text}");
        }
        assert_eq!(passes(r#"{ spread = "1ms.." }"#, &[1000]), None);
        assert_eq!(passes(r#"{ first_four = "1s.." }"#, &[10, 10, 10]), None);
    }

    #[test]
    fn intervals_of_any_order_are_checked_by_their_sum() {
        let total = r#"{ first_four = "1s.." }"#;
        assert_eq!(passes(total, &[900, 40, 50, 10]), Some(true));
        assert_eq!(passes(total, &[200, 200, 200, 200, 5000]), Some(false));
        assert_eq!(passes(r#"{ each = "1s..2s" }"#, &[1000, 2000]), Some(false));
        assert_eq!(passes(r#"{ spread = "1s.." }"#, &[10, 1010]), Some(true));
    }
}
