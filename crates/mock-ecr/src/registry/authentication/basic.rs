//! Basic authentication, which the private registries of ECR use.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::header;
use http::request::Parts;

use crate::aws::hosts::Host;
use crate::http::base_url::BaseUrl;
use crate::iam::principal::Caller;
use crate::registry::authentication::interface::Authentication;
use crate::registry::call::Call;
use crate::registry::error::RegistryError;
use crate::request_log::ReceivedRequest;
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
        let password = password(call.request).ok_or(RegistryError::NotAuthorized)?;
        verify(state, call, &password, log_entry).map_err(|error| {
            log_entry.token_error = Some(error.clone());
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
        if let Some(password) = password(request) {
            // A password that is not a token is not recorded. `authenticate` does not record it either.
            let _ = open(state, &password, now, log_entry);
        }
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
    password: &str,
    log_entry: &mut ReceivedRequest,
) -> Result<Caller, TokenError> {
    let (claims, id) = open(state, password, call.now, log_entry)?;
    let caller = state.tokens.validate_claims(claims, id, call.now)?;
    match call.host {
        Host::Registry { region, .. } if region != caller.region() => {
            Err(TokenError::WrongRegion {
                token: caller.region().clone(),
                registry: region.clone(),
            })
        }
        _ => Ok(caller),
    }
}

fn open(
    state: &State,
    password: &str,
    now: Timestamp,
    log_entry: &mut ReceivedRequest,
) -> Result<(Claims, TokenId), TokenError> {
    let (claims, id) = state.tokens.open_password(password)?;
    log_entry.token = Some(id);
    log_entry.bearer = Some(claims.principal.clone());
    state.tokens.record_presented(&claims, id, now);
    Ok((claims, id))
}

/// Returns the password of the user `AWS`.
///
/// Returns `None` for another user, another scheme and malformed credentials. They all get the response to a request without credentials,
/// which is `[ASSUME]` except for another scheme (awslabs/aws-sigv4-proxy#237).
fn password(request: &Parts) -> Option<String> {
    let header = request.headers.get(header::AUTHORIZATION)?;
    let (scheme, credentials) = header.to_str().ok()?.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(credentials.trim()).ok()?;
    let password = decoded.strip_prefix(b"AWS:")?;
    let is_basic = scheme.eq_ignore_ascii_case("Basic");
    is_basic.then(|| String::from_utf8_lossy(password).into_owned())
}
