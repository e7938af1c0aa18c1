//! The source of tokens.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use crate::answer;
use crate::cache::CacheFile;
use crate::clock::{Clock, SystemClock};
use crate::credentials::{Credentials, Password};
use crate::error::TokenError;
use crate::fetch::{Ask, Fetch};
use crate::margin::Margin;
use crate::registry::Registry;
use crate::token::{Age, Token};

/// Hands out living tokens of one registry to one identity. Clones share everything.
#[derive(Clone)]
pub struct TokenSource {
    inner: Arc<Inner>,
}

/// A source to be.
#[must_use = "a builder does nothing until it has built"]
pub struct Builder {
    inner: Inner,
}

impl TokenSource {
    /// A source of the caller's own registry, of tokens that live in memory, until more is said.
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

    /// A living token: the one that is kept, or a new one.
    ///
    /// Dropping the future before its end harms nobody who waits for the same call.
    ///
    /// # Errors
    ///
    /// A call that failed or an answer that is no use, when there is no living token left either.
    pub async fn get(&self) -> Result<Credentials, TokenError> {
        let flight = {
            let mut state = self.inner.state();
            if let Some(credentials) = self.inner.fresh(&state) {
                return Ok(credentials);
            }
            self.inner.join(&mut state)
        };
        flight.await
    }

    /// Another token than this one, which the registry has refused.
    ///
    /// The refused one is never handed out again, by this source or from its file. The first who reports it makes the call; whoever
    /// reports it later is given the outcome, or the token that came of it.
    ///
    /// # Errors
    ///
    /// As [`TokenSource::get`], and when ECR issues the same password once more.
    pub async fn get_after_refusal(
        &self,
        refused: &Credentials,
    ) -> Result<Credentials, TokenError> {
        self.inner.refuse(&refused.password);
        self.get().await
    }

    /// How long another may keep these credentials: for as long as this source would, and at least for half of what is left.
    ///
    /// Nothing, where the end is unknown or past.
    pub fn shelf_life(&self, credentials: &Credentials) -> Duration {
        let now = self.inner.clock.now();
        let end = credentials.expires_at.unwrap_or(now);
        let left = end.duration_since(now).unwrap_or_default();
        let margin = self.inner.margin.of(left);
        left.saturating_sub(margin).max(left / 2)
    }
}

impl Builder {
    /// The registry to ask for. An answer for another one will be an error.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.inner.registry = Some(registry);
        self
    }

    /// A clock of one's own.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.inner.clock = Box::new(clock);
        self
    }

    /// Another margin.
    pub fn margin(mut self, margin: Margin) -> Self {
        self.inner.margin = margin;
        self
    }

    /// A file to share tokens with other processes.
    pub fn cache(mut self, cache: CacheFile) -> Self {
        self.inner.cache = Some(cache);
        self
    }

    /// The source.
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
    /// Held for moments, and never across an await or a file.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Token>,
    refused: VecDeque<Password>,
    /// The call under way. It belongs to those who wait for it, and is gone with the last of them.
    flight: Option<WeakShared<Flight>>,
}

type Flight = BoxFuture<'static, Result<Credentials, TokenError>>;

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn age(&self, token: &Token) -> Age {
        token.age(self.clock.now(), self.margin)
    }

    fn fresh(&self, state: &State) -> Option<Credentials> {
        let held = state.held.as_ref();
        let fresh = held.filter(|token| self.age(token) == Age::Fresh);
        fresh.map(|token| token.credentials.clone())
    }

    fn join(self: &Arc<Self>, state: &mut State) -> Shared<Flight> {
        let under_way = state.flight.as_ref().and_then(WeakShared::upgrade);
        under_way.unwrap_or_else(|| {
            let flight = refresh(Arc::clone(self)).boxed().shared();
            state.flight = flight.downgrade();
            flight
        })
    }

    fn refuse(&self, password: &Password) {
        {
            let mut state = self.state();
            let is_held = |token: &Token| token.credentials.password == *password;
            if state.held.as_ref().is_some_and(is_held) {
                state.held = None;
            }
            if state.refused.contains(password) {
                return;
            }
            if state.refused.len() == MOST_REFUSED {
                state.refused.pop_front();
            }
            state.refused.push_back(password.clone());
        }
        if let Some(cache) = &self.cache {
            // A file that cannot be written costs another process a call.
            let _ = cache.forget_password(password);
        }
    }

    /// Takes over what another process has left in the file, if it lives longer than what is held.
    fn recall(&self) -> Option<Credentials> {
        let found = self.cache.as_ref()?.load(self.registry.as_ref())?;
        let mut state = self.state();
        let end = |token: &Token| token.credentials.expires_at;
        let is_newer = state
            .held
            .as_ref()
            .is_none_or(|held| end(&found) > end(held));
        if is_newer && !state.refused.contains(&found.credentials.password) {
            state.held = Some(found);
        }
        let fresh = self.fresh(&state)?;
        state.flight = None;
        Some(fresh)
    }

    /// Ends a call: its token is kept if it has a life, and its failure counts only if nothing that lives is left.
    fn settle(&self, fetched: Result<Credentials, TokenError>) -> Result<Credentials, TokenError> {
        let mut state = self.state();
        state.flight = None;
        let error = match fetched {
            Err(error) => error,
            Ok(credentials) if state.refused.contains(&credentials.password) => TokenError::Refused,
            Ok(credentials) => {
                let token = Token::fetched(credentials, self.clock.now());
                if self.age(&token) != Age::Dead {
                    state.held = Some(token.clone());
                }
                return Ok(token.credentials);
            }
        };
        let living = state.held.as_ref();
        let living = living.filter(|token| self.age(token) != Age::Dead);
        living.map(|token| token.credentials.clone()).ok_or(error)
    }

    /// Writes what is held to the file. Where it cannot be written, the token is in memory at least.
    fn save(&self) {
        let Some(cache) = &self.cache else {
            return;
        };
        let held = self.state().held.clone();
        if let Some(token) = held {
            let _ = cache.save(self.registry.as_ref(), &token, self.clock.now());
        }
    }
}

/// One call, for all who wait for it.
async fn refresh(inner: Arc<Inner>) -> Result<Credentials, TokenError> {
    if let Some(credentials) = inner.recall() {
        return Ok(credentials);
    }
    let registry = inner.registry.clone();
    let fetched = match inner.fetch.fetch(Ask { registry }).await {
        Ok(data) => answer::login(data, inner.registry.as_ref()).map_err(TokenError::from),
        Err(error) => Err(TokenError::Fetch(error.into())),
    };
    let has_succeeded = fetched.is_ok();
    let settled = inner.settle(fetched);
    if has_succeeded && settled.is_ok() {
        inner.save();
    }
    settled
}

/// How many refused passwords are remembered; by then the first is long dead.
const MOST_REFUSED: usize = 64;

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
