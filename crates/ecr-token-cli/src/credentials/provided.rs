//! Credentials of a source, and when they are fetched.

use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use ecr_token_source::{Clock as _, SystemClock};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};

use crate::credential_error::CredentialError;
use crate::error::Error;
use crate::issuer::IssuerClient;

/// The credentials of the first source that has some.
#[derive(Debug)]
pub(crate) enum Provided {
    /// Keys that do not expire.
    Keys(Credentials),
    /// Keys that expire, and their source, which renews them.
    Expiring(Credentials, Box<dyn Fetch>),
    /// Keys that are fetched when a request is signed, so that errors of the input are reported first.
    Deferred(Box<dyn Fetch>),
}

/// A source that can be read again.
pub(crate) trait Fetch: fmt::Debug + Send + Sync {
    /// Fetches credentials. Their `expiry` is set if they expire.
    fn fetch<'f>(&'f self, issuers: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>>;
}

impl Provided {
    /// Creates credentials from the first result of a source, which renews them if they have an expiry.
    ///
    /// # Errors
    /// Returns the error of the source, unless v1 reports it when a request is signed.
    pub(super) fn first(
        result: Result<Credentials, Error>,
        source: impl Fetch + 'static,
    ) -> Result<Self, Error> {
        match result {
            Ok(credentials) if credentials.expiry().is_none() => Ok(Self::Keys(credentials)),
            Ok(credentials) => Ok(Self::Expiring(credentials, Box::new(source))),
            Err(Error::Credentials(error)) if is_reported_later(&error) => {
                Ok(Self::Deferred(Box::new(Unusable(error))))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns credentials for a signature. Expiring credentials are renewed 15 minutes before their expiry. Until ten minutes before it, an
    /// error of the renewal is ignored.
    ///
    /// # Errors
    /// Returns an error if credentials cannot be fetched or renewed, or if they have expired.
    pub(crate) async fn keys(&self, issuers: &IssuerClient) -> Result<Credentials, Error> {
        let now = SystemClock.now();
        let credentials = match self {
            Self::Keys(credentials) => credentials.clone(),
            Self::Deferred(source) => source.fetch(issuers).await?,
            Self::Expiring(credentials, _) if !expires_within(credentials, now, ADVISORY) => {
                credentials.clone()
            }
            Self::Expiring(credentials, source) => match source.fetch(issuers).await {
                Ok(renewed) => renewed,
                Err(_) if !expires_within(credentials, now, MANDATORY) => credentials.clone(),
                Err(error) => return Err(error),
            },
        };
        if expires_within(&credentials, SystemClock.now(), Duration::ZERO) {
            return Err(CredentialError::StillExpired.into());
        }
        Ok(without_empty_token(credentials))
    }
}

/// Returns whether v1 reports an error when it signs a request. It parses the time of an expiry earlier.
fn is_reported_later(error: &CredentialError) -> bool {
    match error {
        CredentialError::ExpiryOffset(_) => true,
        CredentialError::MemberType { member, .. } => {
            !matches!(*member, "Expiration" | "expiresAt")
        }
        _ => false,
    }
}

/// Credentials that cannot sign a request.
#[derive(Debug)]
struct Unusable(CredentialError);

impl Fetch for Unusable {
    fn fetch<'f>(&'f self, _: &'f IssuerClient) -> BoxFuture<'f, Result<Credentials, Error>> {
        ready(Err(self.0.clone().into())).boxed()
    }
}

fn expires_within(credentials: &Credentials, now: SystemTime, margin: Duration) -> bool {
    credentials
        .expiry()
        .is_some_and(|expiry| expiry < now + margin)
}

/// An empty token is not sent, as in v1.
fn without_empty_token(credentials: Credentials) -> Credentials {
    match credentials.session_token() {
        Some("") => Credentials::new(
            credentials.access_key_id(),
            credentials.secret_access_key(),
            None,
            credentials.expiry(),
            "without token",
        ),
        _ => credentials,
    }
}

const ADVISORY: Duration = Duration::from_secs(15 * 60);
const MANDATORY: Duration = Duration::from_secs(10 * 60);
