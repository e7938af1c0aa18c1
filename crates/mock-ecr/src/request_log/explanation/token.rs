//! Explains the rejection of tokens.

use crate::request_log::explanation::definition::Explanation;
use crate::request_log::explanation::duration::{before_request, readable};
use crate::request_log::explanation::facts::Facts;
use crate::request_log::explanation::kind::ExplanationKind;
use crate::token::{Claims, RejectedToken, RevocationScope, TokenError};
use crate::types::timestamp::Timestamp;

pub(super) fn explain(rejected: &RejectedToken) -> Explanation {
    let facts = facts(rejected);
    match &rejected.error {
        TokenError::NotBase64 => malformed("it is not base64"),
        TokenError::Malformed(reason) => malformed(reason),
        TokenError::Forged => Explanation::new(
            ExplanationKind::TokenForged,
            "The token was not issued with the seed of this mock, or was changed.",
        )
        .advice("Log in at this mock."),
        TokenError::Expired { since } => expired(rejected, *since, facts),
        TokenError::Revoked { .. } => revoked(rejected, facts),
        TokenError::UnknownPrincipal { arn } => Explanation::new(
            ExplanationKind::PrincipalUnknown,
            format!("The token is authentic, but {arn} is not in the configuration."),
        )
        .advice("Add the principal to the configuration, or log in as another principal.")
        .facts(facts),
        TokenError::ExpiredCredentials { arn } => credentials(rejected, arn.as_str(), facts),
        TokenError::WrongRegion { token, registry } => Explanation::new(
            ExplanationKind::TokenRegion,
            format!("The token is for {token}, but this registry is in {registry}."),
        )
        .advice(format!("Request a token in {registry}."))
        .facts(Facts {
            region: Some(token.to_string()),
            expected_region: Some(registry.to_string()),
            ..facts
        }),
    }
}

fn facts(rejected: &RejectedToken) -> Facts {
    let claims = rejected.claims.as_ref();
    Facts {
        principal: claims.map(|claims| claims.principal.to_string()),
        issued_at: claims.map(|claims| claims.issued),
        token_expires: claims.map(|claims| claims.expires),
        other_valid_token: rejected.other_valid_token.map(|id| id.to_string()),
        ..Facts::default()
    }
}

fn malformed(reason: &str) -> Explanation {
    let text = format!("The password is not an ECR token: {reason}.");
    Explanation::new(ExplanationKind::TokenMalformed, text)
        .advice("Use the password that get-login-password prints.")
}

fn expired(rejected: &RejectedToken, since: Timestamp, facts: Facts) -> Explanation {
    let late = millis_between(since, rejected.at);
    let of = issued_to(rejected.claims.as_ref());
    let before = before_request(late);
    let text = format!("The token expired {before} {since} by the mock's clock.{of}");
    Explanation::new(ExplanationKind::TokenExpired, text)
        .advice(match &facts.other_valid_token {
            Some(id) => format!("Present the token {id}, which is valid."),
            None => "Request a new token and retry once.".to_owned(),
        })
        .facts(Facts {
            expired_at: Some(since),
            late_ms: Some(late),
            token_expires: None,
            ..facts
        })
}

fn revoked(rejected: &RejectedToken, facts: Facts) -> Explanation {
    let revocation = rejected.revocation;
    let at = revocation.and_then(|one| one.at);
    let expires = rejected.claims.as_ref().map(|claims| claims.expires);
    let scope = revocation.map(|one| one.scope);
    let mut text = "The token was revoked".to_owned();
    if let Some(at) = at {
        text += &format!(" at {at}");
    }
    if let Some(scope) = scope {
        text += &match scope {
            RevocationScope::Token => " (only this token)".to_owned(),
            RevocationScope::Principal => " (all tokens of the principal)".to_owned(),
            RevocationScope::IssuedBefore(end) => format!(" (all tokens issued before {end})"),
        };
    }
    if let (Some(at), Some(expires)) = (at, expires) {
        text += &format!(
            ", {} before its expiry",
            readable(millis_between(at, expires))
        );
    }
    text += &format!(".{}", issued_to(rejected.claims.as_ref()));
    Explanation::new(ExplanationKind::TokenRevoked, text)
        .advice(match scope {
            Some(RevocationScope::Principal) => "Log in as another principal, or reset the mock: later tokens of this principal are revoked too.",
            _ => "Request a new token and retry once. If the clock is frozen, advance it first: at the same time, the mock issues the same token.",
        })
        .facts(Facts {
            revoked_at: at,
            scope: scope.map(RevocationScope::name),
            ..facts
        })
}

fn credentials(rejected: &RejectedToken, arn: &str, facts: Facts) -> Explanation {
    let valid = facts
        .token_expires
        .map(|expires| format!("The token would be valid until {expires}, but the"));
    let valid = valid.unwrap_or_else(|| "The".to_owned());
    let at = rejected.credentials_expire;
    let at_text = at.map(|at| format!(" at {at}")).unwrap_or_default();
    let text = format!("{valid} credentials of {arn} that obtained it expired{at_text}.");
    Explanation::new(ExplanationKind::TokenCredentials, text)
        .advice("Get new credentials, then request a token.")
        .facts(Facts {
            expired_at: at,
            late_ms: at.map(|at| millis_between(at, rejected.at)),
            ..facts
        })
}

fn issued_to(claims: Option<&Claims>) -> String {
    claims.map_or_else(String::new, |claims| {
        format!(" It was issued to {}.", claims.principal)
    })
}

pub(super) fn millis_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis().saturating_sub(from.as_millis())
}
