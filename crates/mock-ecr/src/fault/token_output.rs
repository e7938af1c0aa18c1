//! Applies faults to the output of `GetAuthorizationToken`.

use std::collections::BTreeMap;
use std::iter;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::aws::epoch_seconds;
use crate::fault::action::FaultAction;
use crate::fault::authorization_data::{
    AuthorizationData, EndpointFault, ExpiresAt, Login, TokenFault,
};
use crate::fault::response_context::{Foreign, ResponseContext};
use crate::types::AccountId;
use crate::types::timestamp::Timestamp;

/// The output of `GetAuthorizationToken`. Members are kept as raw JSON, so that numbers are not reformatted.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    authorization_data: Vec<Entry>,
}

type Entry = BTreeMap<String, Box<RawValue>>;

/// Applies an action to a body. Returns `None` if the body is not an output of `GetAuthorizationToken`.
pub(super) fn edit(
    body: &[u8],
    action: &FaultAction,
    context: &ResponseContext<'_>,
) -> Option<Vec<u8>> {
    let mut output: Output = serde_json::from_slice(body).ok()?;
    let now = context.now;
    match action {
        FaultAction::AuthorizationData(fault) => {
            return list(&output.authorization_data, fault, context.foreign);
        }
        FaultAction::ExpiresAt(fault) => {
            map_members(&mut output, "expiresAt", |old| expires_at(fault, old, now));
        }
        FaultAction::Token(fault) => {
            map_members(&mut output, "authorizationToken", |old| token(fault, old));
        }
        FaultAction::ProxyEndpoint(fault) => {
            map_members(&mut output, "proxyEndpoint", |old| endpoint(fault, old));
        }
        _ => return None,
    }
    serde_json::to_vec(&output).ok()
}

/// Replaces a member of each entry, or removes the member if `value` returns `None`.
fn map_members(
    output: &mut Output,
    member: &str,
    value: impl Fn(&RawValue) -> Option<Box<RawValue>>,
) {
    for entry in &mut output.authorization_data {
        let Some(old) = entry.remove(member) else {
            continue;
        };
        if let Some(new) = value(&old) {
            entry.insert(member.to_owned(), new);
        }
    }
}

fn list(
    entries: &[Entry],
    fault: &AuthorizationData,
    foreign: &dyn Fn(AccountId) -> Foreign,
) -> Option<Vec<u8>> {
    let list = match fault {
        AuthorizationData::Empty => "[]".to_owned(),
        AuthorizationData::Null => "null".to_owned(),
        AuthorizationData::Missing => return Some(b"{}".to_vec()),
        AuthorizationData::Doubled => {
            let twice: Vec<&Entry> = entries.iter().flat_map(|entry| [entry, entry]).collect();
            serde_json::to_string(&twice).ok()?
        }
        AuthorizationData::WithNulls => {
            let nulls: Vec<Option<&Entry>> = entries
                .iter()
                .flat_map(|entry| [None, Some(entry)])
                .collect();
            serde_json::to_string(&nulls).ok()?
        }
        AuthorizationData::Account(account) => {
            let endpoint = text(&foreign(*account).endpoint)?;
            let in_account = |entry: &Entry| {
                let mut entry = entry.clone();
                entry
                    .entry("proxyEndpoint".to_owned())
                    .and_modify(|old| *old = endpoint.clone());
                entry
            };
            serde_json::to_string(&entries.iter().map(in_account).collect::<Vec<_>>()).ok()?
        }
        AuthorizationData::Before(account) => {
            let before = foreign(*account).entry()?;
            serde_json::to_string(&iter::once(&before).chain(entries).collect::<Vec<_>>()).ok()?
        }
        AuthorizationData::After(account) => {
            let after = foreign(*account).entry()?;
            serde_json::to_string(&entries.iter().chain([&after]).collect::<Vec<_>>()).ok()?
        }
    };
    Some(format!(r#"{{"authorizationData":{list}}}"#).into_bytes())
}

impl Foreign {
    fn entry(self) -> Option<Entry> {
        let members = [
            ("authorizationToken", text(&self.token)?),
            ("expiresAt", epoch_seconds::raw(self.expires)),
            ("proxyEndpoint", text(&self.endpoint)?),
        ];
        Some(members.map(|(name, value)| (name.to_owned(), value)).into())
    }
}

fn expires_at(fault: &ExpiresAt, old: &RawValue, now: Timestamp) -> Option<Box<RawValue>> {
    const HOUR: Duration = Duration::from_secs(3600);
    let seconds: f64 = old.get().parse().unwrap_or_default();
    match fault {
        ExpiresAt::Past => Some(epoch_seconds::raw(now - HOUR)),
        ExpiresAt::Near => Some(epoch_seconds::raw(now + Duration::from_secs(10))),
        ExpiresAt::Far => Some(epoch_seconds::raw(now + HOUR * 24 * 3652)),
        ExpiresAt::In(shift) => Some(epoch_seconds::raw(shift.of(now))),
        ExpiresAt::Missing => None,
        ExpiresAt::Null => raw("null"),
        ExpiresAt::Integer => raw(&format!("{seconds:.0}")),
        ExpiresAt::Milliseconds => raw(&format!("{:.0}", seconds * 1000.0)),
        #[allow(
            clippy::cast_possible_truncation,
            reason = "timestamps of tokens have 13 digits"
        )]
        ExpiresAt::Iso8601 => {
            let expires = Timestamp::from_millis((seconds * 1000.0).round() as i64);
            text(&expires.to_string())
        }
    }
}

fn token(fault: &TokenFault, old: &RawValue) -> Option<Box<RawValue>> {
    let old: String = serde_json::from_str(old.get()).ok()?;
    let plain = STANDARD.decode(&old).ok()?;
    let plain = String::from_utf8(plain).ok()?;
    let (_, password) = plain.split_once(':')?;
    match fault {
        TokenFault::NoColon => text(&STANDARD.encode(format!("AWS{password}"))),
        TokenFault::Colons => text(&STANDARD.encode(format!("AWS:a:b:{password}"))),
        TokenFault::OtherUser => text(&STANDARD.encode(format!("nobody:{password}"))),
        TokenFault::Login(Login { username, password }) => {
            text(&STANDARD.encode(format!("{username}:{password}")))
        }
        // The base64 of an ASCII password may contain neither of the characters that differ in the URL-safe alphabet.
        // These characters produce both.
        TokenFault::UrlSafe => text(&URL_SAFE.encode(format!("AWS:{password}??>>ÿÿ"))),
        TokenFault::NotBase64 => text("!!! not base64 !!!"),
        TokenFault::Long => {
            let padding = "A".repeat((LONG / 4 * 3_usize).saturating_sub(plain.len()));
            text(&STANDARD.encode(plain + &padding))
        }
        TokenFault::Empty => text(""),
        TokenFault::Null => raw("null"),
        TokenFault::Number => raw("12345"),
        TokenFault::Missing => None,
    }
}

const LONG: usize = 16 * 1024;

fn endpoint(fault: &EndpointFault, old: &RawValue) -> Option<Box<RawValue>> {
    let old: String = serde_json::from_str(old.get()).ok()?;
    match fault {
        EndpointFault::Foreign => text("https://registry.example.com"),
        EndpointFault::Url(url) => text(url),
        EndpointFault::NoScheme => {
            text(old.split_once("://").map_or(old.as_str(), |(_, host)| host))
        }
        EndpointFault::Slash => text(&format!("{old}/")),
        EndpointFault::Null => raw("null"),
        EndpointFault::Missing => None,
    }
}

fn text(text: &str) -> Option<Box<RawValue>> {
    to_raw_value(text).ok()
}

fn raw(json: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(json.to_owned()).ok()
}
