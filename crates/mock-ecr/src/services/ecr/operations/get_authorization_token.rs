//! `GetAuthorizationToken`: where tokens come from.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

use crate::aws::epoch_seconds;
use crate::fault::Foreign;
use crate::iam::principal::{Caller, Principal};
use crate::request_log::Exchange;
use crate::state::Ecr;
use crate::token::Claims;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Region};

/// The input: the registries whose endpoints are asked for, by default the caller's own.
///
/// Whether an account exists is not looked at. `[ASSUME]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetAuthorizationToken {
    registry_ids: Option<Vec<AccountId>>,
}

impl GetAuthorizationToken {
    /// One entry for each registry, in order; the token is the same in all of them, for it is the caller's.
    /// Source: hashicorp/terraform-provider-aws#38601.
    pub(crate) fn run(
        self,
        ecr: &Ecr,
        caller: &Caller,
        now: Timestamp,
        exchange: &mut Exchange,
    ) -> String {
        let region = caller.region();
        let life = ecr.world.token_life;
        let claims = Claims::new(caller.arn().clone(), region.clone(), now, life);
        let token = ecr.tokens.mint(&claims);
        exchange.token = Some(token.id());
        let expires_at = epoch_seconds::print(claims.expires);
        let ids = self.registry_ids.unwrap_or_else(|| vec![caller.account()]);
        let entries = ids.into_iter().map(|id| Entry {
            authorization_token: token.as_str(),
            expires_at: &expires_at,
            proxy_endpoint: ecr.proxy_endpoint(id, region).into(),
        });
        print(entries)
    }
}

/// What the root user of another account would be answered.
pub(crate) fn foreign(ecr: &Ecr, account: AccountId, region: &Region, now: Timestamp) -> Foreign {
    let root = Principal::root(account, region).arn;
    let claims = Claims::new(root, region.clone(), now, ecr.world.token_life);
    Foreign {
        token: ecr.tokens.mint(&claims).as_str().to_owned(),
        expires: claims.expires,
        endpoint: ecr.proxy_endpoint(account, region),
    }
}

/// One of `authorizationData`.
struct Entry<'a> {
    /// Base64, which JSON takes as it stands.
    authorization_token: &'a str,
    /// A number as JSON has it.
    expires_at: &'a str,
    /// What stands in a template may need escapes.
    proxy_endpoint: Value,
}

/// Writes the output; the members stand in alphabetical order, as ECR writes them.
///
/// By hand, because serde would look at every character of a long token for what to escape.
fn print<'a>(entries: impl ExactSizeIterator<Item = Entry<'a>>) -> String {
    let mut json = String::with_capacity(entries.len() * USUAL_LENGTH);
    json += r#"{"authorizationData":["#;
    for (index, entry) in entries.enumerate() {
        let separator = if index == 0 { "" } else { "," };
        write!(
            json,
            r#"{separator}{{"authorizationToken":"{}","expiresAt":{},"proxyEndpoint":{}}}"#,
            entry.authorization_token, entry.expires_at, entry.proxy_endpoint
        )
        .expect("a String takes any text");
    }
    json + "]}"
}

/// Somewhat more than an entry with a token of the default length takes.
const USUAL_LENGTH: usize = 2600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_endpoint_is_made_of_is_escaped() {
        let endpoints = [r#"http://"a""#, r"http://\b"];
        let json = print(
            endpoints
                .map(|endpoint| Entry {
                    authorization_token: "QVdTOg==",
                    expires_at: "1.0E9",
                    proxy_endpoint: endpoint.into(),
                })
                .into_iter(),
        );
        let read: Value = serde_json::from_str(&json).unwrap();
        for (index, endpoint) in endpoints.into_iter().enumerate() {
            assert_eq!(read["authorizationData"][index]["proxyEndpoint"], endpoint);
        }
    }
}
