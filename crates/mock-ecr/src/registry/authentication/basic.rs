//! Basic authentication, which the private registries of ECR use.

use http::header;
use http::request::Parts;

use crate::aws::hosts::Host;
use crate::http::base_url::BaseUrl;
use crate::iam::principal::Caller;
use crate::registry::authentication::interface::Authentication;
use crate::registry::call::Call;
use crate::registry::error::RegistryError;
use crate::request_log::{Reason, ReceivedRequest, RejectedCredentials};
use crate::state::State;
use crate::token::{Claims, TokenError, TokenId};
use crate::types::timestamp::Timestamp;

/// Basic authentication with the user `AWS` and the token as password.
///
/// The registries of every account in the token's Region accept the token. A bare address names no Region: it accepts the tokens of every
/// Region.
pub(super) struct Basic;

impl Authentication for Basic {
    fn authenticate(
        &self,
        state: &State,
        call: &Call<'_>,
        log_entry: &mut ReceivedRequest,
    ) -> Result<Caller, RegistryError> {
        let Some(opened) = open(state, call.request, call.now, log_entry) else {
            let rejected = RejectedCredentials::of(call.request, &state.redactor);
            log_entry.record_reason(Reason::Credentials(rejected), &state.redactor);
            return Err(RegistryError::NotAuthorized);
        };
        let verified = opened.and_then(|(claims, id)| verify(state, call, claims, id));
        verified.map_err(|error| {
            log_entry.token_error = Some(error.clone());
            let token = credentials(call.request);
            let token = token.and_then(|token| state.tokens.open_credentials(token)?.ok());
            let rejected = state.tokens.reject(token, error.clone(), call.now);
            log_entry.record_reason(Reason::Token(rejected), &state.redactor);
            error.into()
        })
    }

    fn record_presented(
        &self,
        state: &State,
        request: &Parts,
        now: Timestamp,
        log_entry: &mut ReceivedRequest,
    ) {
        // A password that is not a token is not recorded. `authenticate` does not record it either.
        let _ = open(state, request, now, log_entry);
    }

    /// The realm is the registry of the host. On a bare address it is the registry of the default account.
    fn challenge(&self, state: &State, host: &Host, request: &BaseUrl<'_>) -> String {
        let config = &state.config;
        let (account, region) = match host {
            Host::Registry { account, region } => (*account, region),
            _ => (config.default_account(), &config.region),
        };
        let realm = state.registry_url(account, region, request);
        format!("Basic realm=\"{realm}/\",service=\"ecr.amazonaws.com\"")
    }
}

fn verify(
    state: &State,
    call: &Call<'_>,
    claims: Claims,
    id: TokenId,
) -> Result<Caller, TokenError> {
    let caller = state.tokens.validate_claims(claims, id, call.now)?;
    match call.host {
        Host::Registry { region, .. } if region != caller.region() => {
            Err(TokenError::WrongRegion {
                token: caller.region().clone(),
                // The error is recorded, and the host could contain a secret.
                registry: state.redactor.region(region.clone()),
            })
        }
        _ => Ok(caller),
    }
}

/// Decrypts the token that a request presents, and records it.
///
/// Returns `None` for another user, another scheme and malformed credentials. They all get the response to a request without credentials,
/// which is `[ASSUME]` except for another scheme (awslabs/aws-sigv4-proxy#237).
fn open(
    state: &State,
    request: &Parts,
    now: Timestamp,
    log_entry: &mut ReceivedRequest,
) -> Option<Result<(Claims, TokenId), TokenError>> {
    let opened = state.tokens.open_credentials(credentials(request)?)?;
    if let Ok((claims, id)) = &opened {
        log_entry.token = Some(*id);
        log_entry.bearer = Some(claims.principal.clone());
        state.tokens.record_presented(claims, *id, now);
    }
    Some(opened)
}

fn credentials(request: &Parts) -> Option<&str> {
    let header = request.headers.get(header::AUTHORIZATION)?;
    let (scheme, credentials) = header.to_str().ok()?.split_once(' ')?;
    let is_basic = scheme.eq_ignore_ascii_case("Basic");
    is_basic.then(|| credentials.trim())
}
