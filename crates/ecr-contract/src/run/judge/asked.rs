//! What the client asked of ECR.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mock_ecr::request_log::{ReceivedRequest, Service};

use crate::run::evidence::Seen;
use crate::run::judge::scene::{Held, Scene};
use crate::scenario::{Asked, Count, Expect, Gaps, RedirectMode};

impl Scene<'_> {
    pub(super) fn asked(&self, expect: &Expect) -> Vec<Held> {
        let calls = self.calls();
        let count = expect.calls.map(|count| {
            let expected = format!("{count} calls of {TOKEN_CALL}");
            Held::new("calls", expected, calls.len(), count.has(calls.len()))
        });
        let region = expect.region.as_deref().map(|region| {
            let region = self.stage.names.fill(region);
            all("region", &region, &calls, |entry| {
                entry.claim.as_ref().map(|claim| claim.region.clone())
            })
        });
        let signer = expect
            .signer
            .as_deref()
            .map(|key| all("signer", key, &calls, signer));
        let host = expect
            .api_host
            .as_deref()
            .filter(|_| self.stage.redirect != RedirectMode::Env);
        let host = host.map(|host| {
            let host = self.stage.names.fill(host);
            all("api_host", &host, &calls, |entry| Some(bare(&entry.host)))
        });
        let ids = expect
            .registry_ids
            .as_ref()
            .map(|ids| self.registry_ids(ids, &calls));
        let gaps = expect.gaps.as_ref().map(|gaps| pauses(gaps, &calls));
        let tunnels = expect.tunnels.map(|count| {
            let tunnels = self
                .seen
                .iter()
                .filter(|seen| seen.entry.service == Service::Proxy)
                .count();
            Held::new(
                "tunnels",
                format!("{count} tunnels"),
                tunnels,
                count.has(tunnels),
            )
        });
        let metadata = expect.metadata_calls.map(|count| {
            let found = self.stage.metadata_calls();
            let expected = format!("{count} connections to the metadata service");
            Held::new("metadata_calls", expected, found, count.has(found))
        });
        let for_each = expect
            .calls_for_each
            .map(|count| calls_for_each(count, &calls));
        let requests = expect.requests.iter().map(|asked| self.requests(asked));
        let found = [
            count, region, signer, host, ids, gaps, tunnels, metadata, for_each,
        ];
        found.into_iter().flatten().chain(requests).collect()
    }

    fn calls(&self) -> Vec<&Seen> {
        let calls = self.seen.iter();
        calls
            .filter(|seen| seen.entry.operation == Some(TOKEN_CALL))
            .collect()
    }

    fn registry_ids(&self, allowed: &[String], calls: &[&Seen]) -> Held {
        let allowed: Vec<String> = allowed.iter().map(|id| self.stage.names.fill(id)).collect();
        let mut asked = calls.iter().map(|seen| ids_of(&seen.entry));
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
        let wrong = asked.clone().find(|ids| !fits(ids));
        let observed = wrong.clone().or(asked.next_back()).unwrap_or_default();
        let expected = format!("none, or {allowed:?}");
        Held::new("registry_ids", expected, observed, wrong.is_none())
    }

    fn requests(&self, asked: &Asked) -> Held {
        let count = self
            .seen
            .iter()
            .filter(|seen| fits(asked, &seen.entry))
            .count();
        let expected = format!("{} {}", asked.count, written(asked));
        Held::new("requests", expected, count, asked.count.has(count))
    }
}

/// The access key id that a request says it was signed with.
fn signer(entry: &ReceivedRequest) -> Option<String> {
    let claim = entry.claim.as_ref()?;
    Some(claim.access_key_id.clone())
}

/// The registries that a call names.
fn ids_of(entry: &ReceivedRequest) -> serde_json::Value {
    let input = entry.input.as_deref().unwrap_or("{}");
    let input: serde_json::Value = serde_json::from_str(input).unwrap_or_default();
    input["registryIds"].clone()
}

fn calls_for_each(count: Count, calls: &[&Seen]) -> Held {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for seen in calls {
        let ids = ids_of(&seen.entry);
        for id in ids.as_array().into_iter().flatten() {
            *named.entry(id.to_string()).or_default() += 1;
        }
    }
    let held = named.values().all(|times| count.has(*times));
    let observed = match named.is_empty() {
        true => "no registry is named".to_owned(),
        false => format!("{named:?}"),
    };
    let expected = format!("{count} calls for each registry that is named");
    Held::new("calls_for_each", expected, observed, held)
}

/// What holds of all calls of which it is known.
fn all(
    expectation: &'static str,
    expected: &str,
    calls: &[&Seen],
    of: impl Fn(&ReceivedRequest) -> Option<String>,
) -> Held {
    let found: BTreeSet<String> = calls.iter().filter_map(|seen| of(&seen.entry)).collect();
    let held = found.iter().all(|found| found == expected) && !found.is_empty();
    let observed = match found.is_empty() {
        true => "no call of which it is known".to_owned(),
        false => found.into_iter().collect::<Vec<_>>().join(", "),
    };
    Held::new(expectation, expected, observed, held)
}

fn pauses(gaps: &Gaps, calls: &[&Seen]) -> Held {
    let pairs = calls.windows(2);
    let pauses: Vec<Duration> = pairs
        .map(|pair| Duration::from_millis(pair[1].at_ms.saturating_sub(pair[0].at_ms)))
        .collect();
    let (expected, held) = match gaps {
        Gaps::Growing => (
            "pauses that grow".to_owned(),
            pauses.len() < 2 || pauses.last() > pauses.first(),
        ),
        Gaps::Each(span) => (
            format!("pauses of {span}"),
            pauses.iter().all(|pause| span.has(*pause)),
        ),
        Gaps::Total(span) => (
            format!("pauses of {span} together"),
            span.has(pauses.iter().sum()),
        ),
        Gaps::Spread(span) => {
            let ends = pauses.iter().max().zip(pauses.iter().min());
            let spread = ends.map(|(longest, shortest)| *longest - *shortest);
            let expected = format!("pauses that differ by {span}");
            (expected, spread.is_some_and(|spread| span.has(spread)))
        }
    };
    Held::new("gaps", expected, format!("{pauses:?}"), held)
}

fn fits(asked: &Asked, entry: &ReceivedRequest) -> bool {
    asked.service.is_none_or(|service| service == entry.service)
        && asked
            .operation
            .is_none_or(|name| entry.operation == Some(name.as_str()))
        && asked
            .route
            .as_deref()
            .is_none_or(|name| entry.route == Some(name))
        && asked
            .method
            .as_deref()
            .is_none_or(|method| entry.method == method)
        && asked.status.is_none_or(|status| entry.status == status)
        && asked
            .error
            .as_deref()
            .is_none_or(|code| entry.error == Some(code))
        && asked
            .authorization
            .is_none_or(|came| entry.authorization == came)
        && asked
            .host
            .as_ref()
            .is_none_or(|host| host.0.is_match(&bare(&entry.host)))
}

fn written(asked: &Asked) -> String {
    let mut words = Vec::new();
    words.extend(asked.service.map(|service| format!("to {service}")));
    words.extend(asked.operation.as_ref().map(|name| format!("of {name}")));
    words.extend(asked.route.as_ref().map(|name| format!("for a {name}")));
    words.extend(asked.method.as_ref().map(|method| format!("by {method}")));
    words.extend(asked.host.as_ref().map(|host| format!("at {}", host.0)));
    words.extend(asked.status.map(|status| format!("answered {status}")));
    words.extend(
        asked
            .error
            .as_ref()
            .map(|error| format!("answered {error}")),
    );
    words.extend(asked.authorization.map(|came| match came {
        true => "with Authorization".to_owned(),
        false => "without Authorization".to_owned(),
    }));
    format!("requests {}", words.join(" "))
}

/// A host without its port.
fn bare(host: &str) -> String {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|c| c.is_ascii_digit()));
    name.map_or(host, |(name, _)| name).to_owned()
}

const TOKEN_CALL: &str = "GetAuthorizationToken";
