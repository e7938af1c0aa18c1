//! Authorization tokens: their claims, their issue and verification, and the errors of invalid tokens.
//!
//! A token is bound to an account, a Region and a principal, and is valid until it expires or is revoked. Two tokens
//! are equal if they have the same seed, principal, Region, time of issue, TTL and token length.

mod claims;
mod error;
mod id;
mod issued_tokens;
mod opened_credentials;
mod password;
mod rejected_token;
mod revocation;
mod seal;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use subtle::ConstantTimeEq;

use crate::config::{Config, MAX_TOKEN_LENGTH};
use crate::iam::identity_store::IdentityStore;
use crate::iam::principal::Caller;
use crate::types::revision::Revision;
use crate::types::timestamp::Timestamp;

pub use claims::Claims;
pub use error::TokenError;
pub use id::{TokenId, TokenIdError};
use issued_tokens::IssuedTokens;
pub use issued_tokens::{TokenRecord, TokenRejection};
use opened_credentials::OpenedCredentials;
pub(crate) use rejected_token::RejectedToken;
use revocation::Revoked;
pub use revocation::{Revocation, RevocationScope, TokenRevocation, TooManyRevocations};
use seal::{Keys, Tag};

/// Issues and verifies tokens.
///
/// A token depends only on the seed, the principal, the Region, the time of issue, the TTL and the token length. Every
/// mock with the same seed can decrypt the token without shared state. The token is invalid in a mock in which its
/// principal does not exist; see [`TokenError::UnknownPrincipal`]. Revocations are not shared. The token has the form
/// of ECR's tokens, `base64("AWS:" + base64({"payload", "datakey", "version", "type", "expiration"}))`. The contents of
/// `payload` and `datakey` in AWS are not public. In this crate, `payload` contains the claims, encrypted and
/// authenticated with keys that are derived from the seed. Every change of a token is therefore detected. Source of the
/// form: a Wiz write-up of 2025-09 and open-policy-agent/opa#6580. The default length, 2,368 characters, is the only
/// published one.
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
pub struct TokenIssuer {
    keys: Keys,
    length: usize,
    principals: Arc<IdentityStore>,
    revoked: Mutex<Revoked>,
    issued_tokens: Mutex<IssuedTokens>,
    last_issued: Mutex<Option<(Claims, AuthorizationToken)>>,
    opened: Mutex<OpenedCredentials>,
    revision: Revision,
}

/// Formats neither the keys nor the tokens.
impl fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenIssuer(tokens of {} characters)", self.length)
    }
}

impl TokenIssuer {
    /// Creates an issuer with the seed, the token length and the principals of a configuration. The configuration is
    /// not validated; see [`Config::validate`]. A longer token length than the maximum is replaced by the maximum.
    pub fn new(config: &Config) -> Self {
        Self::with_principals(config, Arc::new(config.identity_store()))
    }

    pub(crate) fn with_principals(config: &Config, principals: Arc<IdentityStore>) -> Self {
        TokenIssuer {
            keys: Keys::from_seed(&config.seed),
            length: config.token_length.min(MAX_TOKEN_LENGTH),
            principals,
            revoked: Mutex::default(),
            issued_tokens: Mutex::default(),
            last_issued: Mutex::default(),
            opened: Mutex::default(),
            revision: Revision::default(),
        }
    }

    /// Issues a token with these claims. Equal claims result in equal tokens. The claims are not checked.
    pub fn issue(&self, claims: &Claims) -> AuthorizationToken {
        // All tokens of a caller within one millisecond are equal, so the last token is cached.
        let mut last = lock(&self.last_issued);
        match &*last {
            Some((issued, token)) if issued == claims => token.clone(),
            _ => {
                let token = self.issue_new(claims);
                lock(&self.issued_tokens).issue(claims, token.id);
                self.revision.increment();
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

    /// Decrypts a token, or the password that it contains, and returns its claims and its ID. This function does not
    /// check expiry, revocation or the principal; [`verify`](TokenIssuer::verify) does.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::NotBase64`], [`TokenError::Malformed`] or [`TokenError::Forged`].
    pub fn open(&self, token_or_password: &str) -> Result<(Claims, TokenId), TokenError> {
        if let Some(opened) = lock(&self.opened).get(token_or_password) {
            return Ok(opened);
        }
        self.decrypt(&password_of(token_or_password)?)
    }

    /// Decrypts the password of the user `AWS` in Basic credentials, which are a token if they are authentic. Returns `None` if the
    /// credentials are not base64, or have another user.
    pub(crate) fn open_credentials(
        &self,
        credentials: &str,
    ) -> Option<Result<(Claims, TokenId), TokenError>> {
        if let Some(opened) = lock(&self.opened).get(credentials) {
            return Some(Ok(opened));
        }
        let decoded = BASE64_STANDARD.decode(credentials).ok()?;
        let password = String::from_utf8_lossy(decoded.strip_prefix(b"AWS:")?);
        let opened = self.decrypt(&password);
        if let Ok(opened) = &opened {
            lock(&self.opened).insert(credentials, opened.clone());
        }
        Some(opened)
    }

    fn decrypt(&self, password: &str) -> Result<(Claims, TokenId), TokenError> {
        let payload = password::payload(password)?;
        let claims = self.keys.open(&payload)?;
        // The tag authenticates the claims, but neither the other members of the JSON nor the base64 encoding of the
        // payload. All of these are determined by the claims. So the password is generated again from the claims and
        // compared: a change of any character is detected.
        let (rewritten, tag) = self.write(&claims, payload.len());
        let is_same: bool = rewritten.as_bytes().ct_eq(password.as_bytes()).into();
        if is_same {
            Ok((claims, TokenId::of(&tag)))
        } else {
            Err(TokenError::Forged)
        }
    }

    /// Verifies a token, or the password that it contains, at the time `now`. This function first
    /// [opens](TokenIssuer::open) the token, and then checks that it has not expired, that it was not
    /// [revoked](TokenIssuer::revoke), that its principal exists, and that the credentials of the principal have not
    /// expired. Returns the caller that the token authenticates.
    ///
    /// # Errors
    ///
    /// Returns the error of the first check that fails. Every [`TokenError`] is possible except
    /// [`TokenError::WrongRegion`], which depends on the registry that the token is presented to.
    pub fn verify(&self, token_or_password: &str, now: Timestamp) -> Result<Caller, TokenError> {
        let (claims, id) = self.open(token_or_password)?;
        self.validate_claims(claims, id, now)
    }

    /// Verifies the claims of an opened token.
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

    /// Records that an opened token was presented to the registry.
    pub(crate) fn record_presented(&self, claims: &Claims, id: TokenId, now: Timestamp) {
        lock(&self.issued_tokens).present(claims, id, now);
        self.revision.increment();
    }

    /// Records the number of the request that a token was issued to.
    pub(crate) fn record_issued_by(&self, id: TokenId, request: u64) {
        lock(&self.issued_tokens).issued_by(id, request);
        self.revision.increment();
    }

    /// Returns the records of the latest 10,000 tokens, oldest first. Each token is verified at `now`.
    pub(crate) fn records(&self, now: Timestamp) -> Vec<TokenRecord> {
        let mut records = lock(&self.issued_tokens).records();
        for record in &mut records {
            record.error = self
                .validate_claims(record.claims.clone(), record.id, now)
                .err();
            record.revoked = lock(&self.revoked).find(&record.claims, record.id);
        }
        records
    }

    /// Returns the number of tokens, by their state at `now`.
    pub(crate) fn tally(&self, now: Timestamp) -> Tally {
        let records = self.records(now);
        let count = |has_state: fn(&Option<TokenError>) -> bool| {
            let found = records.iter().filter(|record| has_state(&record.error));
            found.count()
        };
        Tally {
            issued: lock(&self.issued_tokens).issued(),
            known: records.len(),
            valid: count(Option::is_none),
            revoked: count(|error| matches!(error, Some(TokenError::Revoked { .. }))),
        }
    }

    /// Removes all records and revocations.
    pub(crate) fn reset(&self) {
        // The cached token would otherwise be returned without a new record.
        let mut last = lock(&self.last_issued);
        *last = None;
        *lock(&self.issued_tokens) = IssuedTokens::default();
        *lock(&self.revoked) = Revoked::default();
        self.revision.increment();
    }

    /// Returns the number of changes of the records and revocations.
    pub(crate) fn revision(&self) -> &Revision {
        &self.revision
    }

    /// Revokes tokens. [`verify`](TokenIssuer::verify) returns [`TokenError::Revoked`] for a revoked token, unless the
    /// token has also expired. [`open`](TokenIssuer::open) does not check revocations. A single revocation cannot be
    /// removed. [`MockEcr::reset`](crate::MockEcr::reset) removes all revocations of a mock.
    ///
    /// # Errors
    ///
    /// Returns an error if 10,000 IDs and principals are revoked already, and the revocation is for another one.
    pub fn revoke(&self, revocation: Revocation) -> Result<(), TooManyRevocations> {
        self.add_revocation(revocation, None)
    }

    /// Revokes tokens at the time `now`, as [`revoke`](TokenIssuer::revoke) does.
    pub(crate) fn revoke_at(
        &self,
        revocation: Revocation,
        now: Timestamp,
    ) -> Result<(), TooManyRevocations> {
        self.add_revocation(revocation, Some(now))
    }

    fn add_revocation(
        &self,
        revocation: Revocation,
        at: Option<Timestamp>,
    ) -> Result<(), TooManyRevocations> {
        let added = lock(&self.revoked).add(revocation, at);
        self.revision.increment();
        added
    }
}

/// The number of tokens, by state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    /// Tokens issued since the start or the last reset.
    pub(crate) issued: u64,
    /// Tokens with a record.
    pub(crate) known: usize,
    /// Tokens with a record that are valid.
    pub(crate) valid: usize,
    /// Tokens with a record that are revoked.
    pub(crate) revoked: usize,
}

/// Returns the password of a token, `base64("AWS:" + password)`. If the decoded text does not start with `AWS:`, the
/// text itself is the password.
fn password_of(text: &str) -> Result<String, TokenError> {
    let decoded = BASE64_STANDARD
        .decode(text)
        .map_err(|_| TokenError::NotBase64)?;
    match decoded.strip_prefix(b"AWS:") {
        Some(password) => String::from_utf8(password.to_vec())
            .map_err(|_| TokenError::Malformed("its content is not text")),
        None => Ok(text.to_owned()),
    }
}

/// Ignores poisoning: each value is written in one step, so a panic cannot leave it inconsistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An `authorizationToken`: the Basic credentials of the user `AWS`, in base64. The value of an `Authorization` header
/// is `Basic` followed by a space and the token.
///
/// The token contains a password. `Debug` formats only the ID of the token.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationToken {
    text: Arc<str>,
    id: TokenId,
}

impl AuthorizationToken {
    /// Returns the token, `base64("AWS:" + password)`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the ID of the token. The request log and revocations identify the token by this ID.
    pub fn id(&self) -> TokenId {
        self.id
    }

    /// Returns the password that the token contains, for `docker login --username AWS --password-stdin`.
    pub fn password(&self) -> String {
        password_of(&self.text).expect("an issued token contains a password")
    }
}

impl fmt::Debug for AuthorizationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthorizationToken").field(&self.id).finish()
    }
}

#[cfg(test)]
mod tests;
