//! Tokens: what they claim, how they are issued and verified, and why one is invalid.

mod claims;
mod error;
mod id;
mod issued_tokens;
mod password;
mod revocation;
mod seal;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use subtle::ConstantTimeEq;

use crate::config::Config;
use crate::iam::identity_store::IdentityStore;
use crate::iam::principal::Caller;
use crate::types::timestamp::Timestamp;

pub use claims::Claims;
pub use error::TokenError;
pub use id::{TokenId, TokenIdError};
use issued_tokens::IssuedTokens;
pub use issued_tokens::TokenRecord;
pub use revocation::Revocation;
use revocation::Revoked;
use seal::{Keys, Tag};

/// Makes tokens and verifies them.
///
/// A token is a pure function of the seed, the principal, the region, the time of issue and the token's life: any mock
/// with the same seed accepts it, without shared state. Its form is that of the real service,
/// `base64("AWS:" + base64({"payload", "datakey", "version", "type", "expiration"}))`; the insides of `payload` and
/// `datakey` are not public, and here are this crate's own: the claims sealed under keys of the seed, so that nothing in a token
/// can be changed unseen. Source of the form: a Wiz write-up of 2025-09 and open-policy-agent/opa#6580; of the length,
/// 2,368 characters in one published figure.
///
/// ```
/// # use std::time::Duration;
/// # use mock_ecr::Config;
/// # use mock_ecr::token::{Claims, TokenIssuer};
/// let issuer = TokenIssuer::new(&Config::default());
/// let claims = Claims::new(
///     "arn:aws:iam::123456789012:root".parse()?,
///     "eu-west-1".parse()?,
///     "2030-01-01T00:00:00Z".parse()?,
///     Duration::from_secs(12 * 3600),
/// );
/// let token = issuer.issue(&claims);
/// assert_eq!(issuer.verify(token.as_str(), claims.issued)?.region().as_str(), "eu-west-1");
/// assert!(issuer.verify(token.as_str(), claims.expires).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TokenIssuer {
    keys: Keys,
    length: usize,
    principals: Arc<IdentityStore>,
    revoked: Mutex<Revoked>,
    issued_tokens: Mutex<IssuedTokens>,
    last_issued: Mutex<Option<(Claims, AuthorizationToken)>>,
}

impl TokenIssuer {
    /// The issuer of a configuration, which knows the configuration's seed and principals.
    pub fn new(config: &Config) -> Self {
        Self::with_principals(config, Arc::new(config.identity_store()))
    }

    pub(crate) fn with_principals(config: &Config, principals: Arc<IdentityStore>) -> Self {
        TokenIssuer {
            keys: Keys::from_seed(&config.seed),
            length: config.token_length,
            principals,
            revoked: Mutex::default(),
            issued_tokens: Mutex::default(),
            last_issued: Mutex::default(),
        }
    }

    /// Makes the token that says these claims.
    pub fn issue(&self, claims: &Claims) -> AuthorizationToken {
        // Within a millisecond a caller's token is always the same one, so the last is worth remembering.
        let mut last = lock(&self.last_issued);
        match &*last {
            Some((issued, token)) if issued == claims => token.clone(),
            _ => {
                let token = self.issue_new(claims);
                lock(&self.issued_tokens).issue(claims, token.id);
                *last = Some((claims.clone(), token.clone()));
                token
            }
        }
    }

    fn issue_new(&self, claims: &Claims) -> AuthorizationToken {
        let (password, tag) = self.write(claims, password::payload_size(self.length));
        AuthorizationToken {
            text: BASE64_STANDARD.encode(format!("AWS:{password}")).into(),
            id: TokenId::of(&tag),
        }
    }

    fn write(&self, claims: &Claims, payload_size: usize) -> (String, Tag) {
        let (payload, tag) = self.keys.seal(claims, payload_size);
        let datakey = self.keys.datakey(&tag);
        (password::encode(&payload, &datakey, claims.expires), tag)
    }

    /// Reads what a token or its password says, if it was sealed under this seed, dead or alive.
    ///
    /// # Errors
    ///
    /// [`TokenError::NotBase64`], [`TokenError::Malformed`] or [`TokenError::Forged`].
    pub fn open(&self, token_or_password: &str) -> Result<(Claims, TokenId), TokenError> {
        self.open_password(&password_of(token_or_password)?)
    }

    /// Reads what a password says; the whole token in its place is not one.
    pub(crate) fn open_password(&self, password: &str) -> Result<(Claims, TokenId), TokenError> {
        let payload = password::payload(password)?;
        let claims = self.keys.open(&payload)?;
        // The seal does not cover the members around it, nor the spelling of its own base64. All of that follows from
        // the claims: writing the password anew and comparing the whole leaves no character that could be another.
        let (rewritten, tag) = self.write(&claims, payload.len());
        let is_same: bool = rewritten.as_bytes().ct_eq(password.as_bytes()).into();
        if is_same {
            Ok((claims, TokenId::of(&tag)))
        } else {
            Err(TokenError::Forged)
        }
    }

    /// Judges a token, or its password alone, at an instant: whom it speaks for, or why it is worth nothing.
    ///
    /// # Errors
    ///
    /// Every [`TokenError`] but [`TokenError::WrongRegion`], which depends on the registry that the token is shown to.
    pub fn verify(&self, token_or_password: &str, now: Timestamp) -> Result<Caller, TokenError> {
        let (claims, id) = self.open(token_or_password)?;
        self.validate_claims(claims, id, now)
    }

    /// Judges what an opened token says.
    pub(crate) fn validate_claims(
        &self,
        claims: Claims,
        id: TokenId,
        now: Timestamp,
    ) -> Result<Caller, TokenError> {
        if now >= claims.expires {
            let since = claims.expires;
            return Err(TokenError::Expired { since });
        }
        if lock(&self.revoked).contains(&claims, id) {
            return Err(TokenError::Revoked { id });
        }
        let arn = &claims.principal;
        let principal = self
            .principals
            .with_arn(arn)
            .ok_or_else(|| TokenError::UnknownPrincipal { arn: arn.clone() })?;
        if principal.has_expired(now) {
            return Err(TokenError::ExpiredCredentials { arn: arn.clone() });
        }
        Ok(Caller::new(principal, claims.region))
    }

    /// Notes that an opened token was shown to the registry.
    pub(crate) fn record_presented(&self, claims: &Claims, id: TokenId, now: Timestamp) {
        lock(&self.issued_tokens).present(claims, id, now);
    }

    /// The latest 10,000 tokens that were issued here, or shown, oldest first, each verified now.
    pub(crate) fn records(&self, now: Timestamp) -> Vec<TokenRecord> {
        let mut records = lock(&self.issued_tokens).records();
        for record in &mut records {
            record.error = self
                .validate_claims(record.claims.clone(), record.id, now)
                .err();
        }
        records
    }

    /// How many tokens there are, and what they are worth now.
    pub(crate) fn tally(&self, now: Timestamp) -> Tally {
        let records = self.records(now);
        let count = |is: fn(&Option<TokenError>) -> bool| {
            let found = records.iter().filter(|record| is(&record.error));
            found.count()
        };
        Tally {
            issued: lock(&self.issued_tokens).issued(),
            known: records.len(),
            valid: count(Option::is_none),
            revoked: count(|rejection| matches!(rejection, Some(TokenError::Revoked { .. }))),
        }
    }

    /// Forgets the tokens, their uses and the revocations.
    pub(crate) fn reset(&self) {
        // What was issued last would not be issued again.
        let mut last = lock(&self.last_issued);
        *last = None;
        *lock(&self.issued_tokens) = IssuedTokens::default();
        *lock(&self.revoked) = Revoked::default();
    }

    /// Makes tokens worthless before their time.
    pub fn revoke(&self, revocation: Revocation) {
        lock(&self.revoked).add(revocation);
    }
}

/// How many tokens there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    /// Issued since the start or the last reset.
    pub(crate) issued: u64,
    /// Those of which there are records.
    pub(crate) known: usize,
    /// Those of them that are alive.
    pub(crate) valid: usize,
    /// Those of them that are revoked.
    pub(crate) revoked: usize,
}

/// Accepts a token, `base64("AWS:" + password)`, as well as the password in it.
fn password_of(text: &str) -> Result<String, TokenError> {
    let decoded = BASE64_STANDARD
        .decode(text)
        .map_err(|_| TokenError::NotBase64)?;
    match decoded.strip_prefix(b"AWS:") {
        Some(password) => String::from_utf8(password.to_vec())
            .map_err(|_| TokenError::Malformed("the password in it is not text")),
        None => Ok(text.to_owned()),
    }
}

/// A panic elsewhere leaves these values whole: each is written in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `authorizationToken` is: the Basic credentials of user `AWS`, ready for an `Authorization` header.
///
/// It is a password: it does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationToken {
    text: Arc<str>,
    id: TokenId,
}

impl AuthorizationToken {
    /// The token, `base64("AWS:" + password)`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the token is called in the request log and in a revocation.
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// The password alone, as `docker login --password-stdin` takes it.
    pub fn password(&self) -> String {
        password_of(&self.text).expect("an issued token holds a password")
    }
}

impl fmt::Debug for AuthorizationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthorizationToken").field(&self.id).finish()
    }
}

#[cfg(test)]
mod tests;
