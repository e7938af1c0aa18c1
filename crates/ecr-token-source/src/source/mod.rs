//! The token source. It caches one token and makes at most one call at a time.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use crate::cache::CacheFile;
use crate::clock::{Clock, SystemClock};
use crate::credentials::{Credentials, Password};
use crate::error::TokenError;
use crate::fetch::{Fetch, TokenRequest};
use crate::margin::Margin;
use crate::registry::Registry;
use crate::response;
use crate::token::{Freshness, Token};

/// A cache that fetches and renews the token of one registry for one identity. Clones share the cached token and the call.
#[derive(Clone)]
pub struct TokenSource {
    inner: Arc<Inner>,
}

/// A builder of [`TokenSource`].
#[must_use = "a builder has no effect until `build` is called"]
pub struct Builder {
    inner: Inner,
}

impl TokenSource {
    /// Returns a builder. By default, the source requests the registry of the caller's account, and caches the token only in memory.
    pub fn builder(fetch: impl Fetch + 'static) -> Builder {
        Builder {
            inner: Inner {
                fetch: Box::new(fetch),
                clock: Box::new(SystemClock),
                margin: Margin::default(),
                registry: None,
                cache: None,
                state: Mutex::default(),
            },
        }
    }

    /// Returns the credentials of the cached token, or of a new token if the cached token must be renewed.
    ///
    /// If the future is dropped while other callers wait for the same call, the call continues.
    ///
    /// # Errors
    ///
    /// Returns an error only if no valid token is cached, and
    ///
    /// - [`TokenError::Fetch`]: the call failed.
    /// - [`TokenError::Response`]: the response contains no usable token.
    /// - [`TokenError::Rejected`]: ECR returned a password that was rejected before.
    pub async fn get(&self) -> Result<Credentials, TokenError> {
        let in_flight = {
            let mut state = self.inner.state();
            if let Some(credentials) = self.inner.fresh(&state) {
                return Ok(credentials);
            }
            self.inner.join(&mut state)
        };
        in_flight.await
    }

    /// Returns credentials with another token. `rejected` are credentials that the registry has rejected.
    ///
    /// The rejected token is removed from memory and from the file. The source remembers the last 64 rejected passwords and
    /// returns no token with one of these passwords.
    ///
    /// If several callers report the same token, only the first report starts a call. The other callers receive the result of
    /// this call, or the token that this call has cached. If another token is already cached and need not be renewed, it is
    /// returned without a call.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`TokenSource::get`]. The error is [`TokenError::Rejected`] if ECR returns a rejected password
    /// again.
    pub async fn get_after_rejection(
        &self,
        rejected: &Credentials,
    ) -> Result<Credentials, TokenError> {
        self.inner.reject(&rejected.password);
        self.get().await
    }

    /// Returns the duration for which another program may cache these credentials.
    ///
    /// The duration is the longer of two values: half of the remaining TTL, and the remaining TTL minus a [`Margin`] that is
    /// computed from the remaining TTL. The duration is zero if `expires_at` is `None` or in the past.
    pub fn cache_duration(&self, credentials: &Credentials) -> Duration {
        let now = self.inner.clock.now();
        let end = credentials.expires_at.unwrap_or(now);
        let left = end.duration_since(now).unwrap_or_default();
        let margin = self.inner.margin.for_ttl(left);
        left.saturating_sub(margin).max(left / 2)
    }
}

impl Builder {
    /// Sets the registry to request. A response that contains no token for this registry is an error.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.inner.registry = Some(registry);
        self
    }

    /// Sets the clock. The default is [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.inner.clock = Box::new(clock);
        self
    }

    /// Sets the remaining TTL at which a token is renewed. See [`Margin`] for the default.
    pub fn margin(mut self, margin: Margin) -> Self {
        self.inner.margin = margin;
        self
    }

    /// Sets a file in which several processes share tokens. By default, tokens are cached only in memory.
    pub fn cache(mut self, cache: CacheFile) -> Self {
        self.inner.cache = Some(cache);
        self
    }

    /// Creates the source. It makes no call until a token is requested.
    pub fn build(self) -> TokenSource {
        TokenSource {
            inner: Arc::new(self.inner),
        }
    }
}

struct Inner {
    fetch: Box<dyn Fetch>,
    clock: Box<dyn Clock>,
    margin: Margin,
    registry: Option<Registry>,
    cache: Option<CacheFile>,
    /// The lock is never held during an `.await` or an access to the file.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Token>,
    rejected: VecDeque<Password>,
    /// The current call. Only the waiting callers own the future, so the call is cancelled when the last of them is dropped.
    in_flight: Option<WeakShared<Call>>,
}

type Call = BoxFuture<'static, Result<Credentials, TokenError>>;

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn freshness(&self, token: &Token) -> Freshness {
        token.freshness(self.clock.now(), self.margin)
    }

    fn fresh(&self, state: &State) -> Option<Credentials> {
        let current = state.current.as_ref();
        let fresh = current.filter(|token| self.freshness(token) == Freshness::Fresh);
        fresh.map(|token| token.credentials.clone())
    }

    fn join(self: &Arc<Self>, state: &mut State) -> Shared<Call> {
        let in_flight = state.in_flight.as_ref().and_then(WeakShared::upgrade);
        in_flight.unwrap_or_else(|| {
            let in_flight = refresh(Arc::clone(self)).boxed().shared();
            state.in_flight = in_flight.downgrade();
            in_flight
        })
    }

    fn reject(&self, password: &Password) {
        {
            let mut state = self.state();
            let is_current = |token: &Token| token.credentials.password == *password;
            if state.current.as_ref().is_some_and(is_current) {
                state.current = None;
            }
            if state.rejected.contains(password) {
                return;
            }
            if state.rejected.len() == MAX_REJECTED {
                state.rejected.pop_front();
            }
            state.rejected.push_back(password.clone());
        }
        if let Some(cache) = &self.cache {
            // If the file cannot be written, another process uses the rejected token and then makes one more call.
            let _ = cache.remove_password(password);
        }
    }

    /// Loads the token from the file if it expires later than the current token. Another process may have stored it.
    fn load_from_cache(&self) -> Option<Credentials> {
        let found = self.cache.as_ref()?.load(self.registry.as_ref())?;
        let mut state = self.state();
        let end = |token: &Token| token.credentials.expires_at;
        let is_newer = state
            .current
            .as_ref()
            .is_none_or(|current| end(&found) > end(current));
        if is_newer && !state.rejected.contains(&found.credentials.password) {
            state.current = Some(found);
        }
        let fresh = self.fresh(&state)?;
        state.in_flight = None;
        Some(fresh)
    }

    /// Processes the result of a call. Caches the new token unless it has expired. Returns an error only if no valid token is cached.
    fn finish(&self, fetched: Result<Credentials, TokenError>) -> Result<Credentials, TokenError> {
        let mut state = self.state();
        state.in_flight = None;
        let error = match fetched {
            Err(error) => error,
            Ok(credentials) if state.rejected.contains(&credentials.password) => {
                TokenError::Rejected
            }
            Ok(credentials) => {
                let token = Token::new(credentials, self.clock.now());
                if self.freshness(&token) != Freshness::Expired {
                    state.current = Some(token.clone());
                }
                return Ok(token.credentials);
            }
        };
        let valid = state.current.as_ref();
        let valid = valid.filter(|token| self.freshness(token) != Freshness::Expired);
        valid.map(|token| token.credentials.clone()).ok_or(error)
    }

    /// Writes the current token to the file. If the file cannot be written, the token is cached only in memory.
    fn save(&self) {
        let Some(cache) = &self.cache else {
            return;
        };
        let current = self.state().current.clone();
        if let Some(token) = current {
            let _ = cache.save(self.registry.as_ref(), &token, self.clock.now());
        }
    }
}

/// Makes one call for all waiting callers. If the file contains a token that need not be renewed, returns it without a call.
async fn refresh(inner: Arc<Inner>) -> Result<Credentials, TokenError> {
    if let Some(credentials) = inner.load_from_cache() {
        return Ok(credentials);
    }
    let registry = inner.registry.clone();
    let fetched = match inner.fetch.fetch(TokenRequest { registry }).await {
        Ok(data) => response::login(data, inner.registry.as_ref()).map_err(TokenError::from),
        Err(error) => Err(TokenError::Fetch(error.into())),
    };
    let has_succeeded = fetched.is_ok();
    let result = inner.finish(fetched);
    if has_succeeded && result.is_ok() {
        inner.save();
    }
    result
}

/// The number of rejected passwords that a source remembers. A password that no longer fits is assumed to have expired.
const MAX_REJECTED: usize = 64;

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registry = self.inner.registry.as_ref();
        let registry = registry.map(ToString::to_string);
        f.debug_struct("TokenSource")
            .field("registry", &registry)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
