//! A login, and how long it may be kept.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::clock;
use crate::failure::Failure;
use crate::fault::Fault;

/// The two halves of a token, and its end where it is known.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) expires_at: Option<f64>,
    /// The host that the answer said it is for.
    pub(crate) endpoint: String,
}

impl Login {
    /// Reads a token; only its first colon separates.
    pub(crate) fn of(token: &str) -> Result<Self, Failure> {
        let decoded = match Fault::UrlSafeBase64.is_on() {
            true => URL_SAFE.decode(token),
            false => STANDARD.decode(token),
        };
        let decoded = decoded.map_err(|_| Failure::Answer("its token is not base64"))?;
        let text =
            String::from_utf8(decoded).map_err(|_| Failure::Answer("its token is no text"))?;
        let (username, password) = text
            .split_once(':')
            .filter(|(_, password)| !password.is_empty())
            .ok_or(Failure::Answer("its token is no username and password"))?;
        Ok(Login {
            username: named(username),
            password: kept(password),
            expires_at: None,
            endpoint: String::new(),
        })
    }

    pub(crate) fn token(&self) -> String {
        STANDARD.encode(format!("{}:{}", self.username, self.password))
    }

    pub(crate) fn is_past(&self, now: f64) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

fn named(username: &str) -> String {
    let is_fixed = Fault::UserIsAlwaysAws.is_on();
    if is_fixed { "AWS" } else { username }.to_owned()
}

fn kept(password: &str) -> String {
    if Fault::SplitsAtEveryColon.is_on() {
        return password.split(':').next().unwrap_or_default().to_owned();
    }
    let is_cut = Fault::TruncatesAt2048.is_on() && password.len() > 2048;
    if is_cut { &password[..2048] } else { password }.to_owned()
}

/// A login that is kept for later.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) login: Login,
    pub(crate) since: f64,
}

impl Held {
    pub(crate) fn now(login: Login) -> Self {
        let since = clock::now();
        Held { login, since }
    }

    /// How long it may be handed out without a question, from when it came: half its life.
    pub(crate) fn keep(&self) -> f64 {
        let Some(end) = self.login.expires_at else {
            return 0.0;
        };
        let life = (end - self.since).min(LONGEST_LIFE);
        match () {
            () if Fault::RefreshesAtExpiry.is_on() => life,
            () if Fault::RefreshesAfterLifetime.is_on() => life + 1.0,
            () if Fault::CachesAMinuteAtLeast.is_on() => (life / 2.0).max(60.0),
            () if Fault::FixedMargin.is_on() && life > 60.0 => life - 1800.0,
            () => life / 2.0,
        }
    }

    pub(crate) fn is_fresh(&self, now: f64) -> bool {
        if Fault::NeverCaches.is_on() {
            return false;
        }
        let is_for_ever = Fault::CachesForEver.is_on();
        is_for_ever || self.is_of_yesterday(now) || now < self.since + self.keep()
    }

    /// A moment before its end it would be dead when it arrives.
    pub(crate) fn is_alive(&self, now: f64) -> bool {
        let end = self.login.expires_at.unwrap_or_default();
        now + MOMENT < end.min(self.since + LONGEST_LIFE)
    }

    fn is_of_yesterday(&self, now: f64) -> bool {
        let end = self.login.expires_at.unwrap_or(f64::MAX);
        Fault::TrustsYesterday.is_on() && end + 3600.0 < now
    }
}

/// ECR's tokens live no longer; whatever says so is not believed.
const LONGEST_LIFE: f64 = 12.0 * 3600.0;
const MOMENT: f64 = 0.5;
