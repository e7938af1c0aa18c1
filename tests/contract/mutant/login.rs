//! A login, and how long it may be cached.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::clock;
use crate::error::ClientError;
use crate::fault::Fault;
use crate::variant::Variant;

/// The parts of a token, and its expiry if it is known.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) expires_at: Option<f64>,
    /// The host in the response's `proxyEndpoint`.
    pub(crate) endpoint: String,
}

impl Login {
    /// Parses a token. Only the first colon is a separator.
    pub(crate) fn of(token: &str) -> Result<Self, ClientError> {
        let decoded = match Fault::UrlSafeBase64.is_on() {
            true => URL_SAFE.decode(token),
            false => STANDARD.decode(token),
        };
        let decoded =
            decoded.map_err(|_| ClientError::InvalidResponse("the token is not base64"))?;
        let text = String::from_utf8(decoded)
            .map_err(|_| ClientError::InvalidResponse("the token is not UTF-8"))?;
        let (username, password) = text
            .split_once(':')
            .filter(|(_, password)| !password.is_empty())
            .ok_or(ClientError::InvalidResponse(
                "the token has no username and password",
            ))?;
        if Variant::StrictPassword.is_on() && STANDARD.decode(password).is_err() {
            return Err(ClientError::InvalidResponse("the password is not base64"));
        }
        Ok(Login {
            username: username_of(username),
            password: password_of(password),
            expires_at: None,
            endpoint: String::new(),
        })
    }

    pub(crate) fn token(&self) -> String {
        STANDARD.encode(format!("{}:{}", self.username, self.password))
    }

    pub(crate) fn has_expired(&self, now: f64) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

fn username_of(username: &str) -> String {
    let is_fixed = Fault::UserIsAlwaysAws.is_on();
    if is_fixed { "AWS" } else { username }.to_owned()
}

fn password_of(password: &str) -> String {
    if Fault::SplitsAtEveryColon.is_on() {
        return password.split(':').next().unwrap_or_default().to_owned();
    }
    let is_cut = Fault::TruncatesAt2048.is_on() && password.len() > 2048;
    if is_cut { &password[..2048] } else { password }.to_owned()
}

/// A cached login.
#[derive(Clone)]
pub(crate) struct CachedLogin {
    pub(crate) login: Login,
    pub(crate) since: f64,
}

impl CachedLogin {
    pub(crate) fn now(login: Login) -> Self {
        let since = clock::now();
        CachedLogin { login, since }
    }

    /// Returns how long the login may be returned without a new request, since it was received: half its TTL.
    pub(crate) fn keep(&self) -> f64 {
        let Some(end) = self.login.expires_at else {
            return 0.0;
        };
        let ttl = (end - self.since).min(MAX_TTL);
        match () {
            () if Fault::RefreshesAtExpiry.is_on() => ttl,
            () if Fault::RefreshesAfterTtl.is_on() => ttl + 1.0,
            () if Fault::MarginOfSeconds.is_on() => ttl - 2.0,
            () if Fault::CachesAtLeastAMinute.is_on() => (ttl / 2.0).max(60.0),
            () if Fault::FixedMargin.is_on() && ttl > 60.0 => ttl - 1800.0,
            () if Variant::MarginOfATenth.is_on() => ttl * 0.9,
            () if Variant::RenewsOften.is_on() => ttl * 0.35,
            () => ttl / 2.0,
        }
    }

    pub(crate) fn is_fresh(&self, now: f64) -> bool {
        if Fault::NeverCaches.is_on() || Variant::CachesNothing.is_on() {
            return false;
        }
        let is_undated = self.login.expires_at.is_some_and(|end| end > NEVER / 2.0);
        let is_forever = Fault::CachesForever.is_on() || is_undated;
        is_forever || self.is_expired_but_accepted(now) || now < self.since + self.keep()
    }

    /// Returns whether the login is valid, with a margin for the time until it is used.
    pub(crate) fn is_valid(&self, now: f64) -> bool {
        let end = self.login.expires_at.unwrap_or_default();
        now + SAFETY_MARGIN < end.min(self.since + MAX_TTL)
    }

    fn is_expired_but_accepted(&self, now: f64) -> bool {
        let end = self.login.expires_at.unwrap_or(f64::MAX);
        Fault::ReturnsLongExpired.is_on() && end + 3600.0 < now
    }
}

/// The expiry that a fault invents.
pub(crate) const NEVER: f64 = 8e9;
/// The longest TTL of ECR's tokens. A later expiry is ignored.
const MAX_TTL: f64 = 12.0 * 3600.0;
const SAFETY_MARGIN: f64 = 0.5;
