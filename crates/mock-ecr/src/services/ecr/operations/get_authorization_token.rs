//! `GetAuthorizationToken`: issues a token for the caller.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::aws::epoch_seconds;
use crate::aws::error::ApiError;
use crate::fault::Foreign;
use crate::http::base_url::BaseUrl;
use crate::iam::principal::Principal;
use crate::services::context::RequestContext;
use crate::services::operation::{Operation, Resource};
use crate::state::State;
use crate::token::{AuthorizationToken, Claims};
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, Fidelity, Region};

/// The input: the accounts whose registry endpoints are requested. The default is the account of the caller.
///
/// The accounts do not need to exist. `[ASSUME]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetAuthorizationToken {
    registry_ids: Option<Vec<AccountId>>,
}

impl Operation for GetAuthorizationToken {
    const NAME: &'static str = "GetAuthorizationToken";
    const FIDELITY: Fidelity = Fidelity::Recorded;
    const RESOURCE: Resource = Resource::Any;
    const USES_REPOSITORIES: bool = false;
    type Output = Output;

    /// Returns one entry for each account, in the order of the input. All entries contain the same token, which is issued for the caller.
    /// Source: hashicorp/terraform-provider-aws#38601.
    async fn run(self, cx: &RequestContext<'_>) -> Result<Output, ApiError> {
        let (state, caller) = (cx.state, cx.caller);
        let region = caller.region();
        let ttl = state.config.token_ttl;
        let claims = Claims::new(caller.arn().clone(), region.clone(), cx.now, ttl);
        let token = state.tokens.issue(&claims);
        cx.record_token(token.id());
        let ids = self.registry_ids.unwrap_or_else(|| vec![caller.account()]);
        let entry = |id| AuthorizationData {
            authorization_token: quoted(&token),
            expires_at: epoch_seconds::raw(claims.expires),
            proxy_endpoint: state.registry_url(id, region, &cx.base_url()),
        };
        Ok(Output {
            authorization_data: ids.into_iter().map(entry).collect(),
        })
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    authorization_data: Vec<AuthorizationData>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationData {
    authorization_token: Box<RawValue>,
    expires_at: Box<RawValue>,
    proxy_endpoint: String,
}

/// Returns a token as a JSON string. This is faster than serde, which checks every character for escapes.
fn quoted(token: &AuthorizationToken) -> Box<RawValue> {
    let text = format!("\"{}\"", token.as_str());
    RawValue::from_string(text).expect("base64 in quotation marks is valid JSON")
}

/// Returns the data of a token for the root user of another account.
pub(crate) fn foreign(
    state: &State,
    account: AccountId,
    region: &Region,
    request: &BaseUrl<'_>,
    now: Timestamp,
) -> Foreign {
    let root = Principal::root(account, region).arn;
    let claims = Claims::new(root, region.clone(), now, state.config.token_ttl);
    Foreign {
        token: state.tokens.issue(&claims).as_str().to_owned(),
        expires: claims.expires,
        endpoint: state.registry_url(account, region, request),
    }
}
