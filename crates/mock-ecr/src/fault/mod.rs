//! Faults as data: when they strike, and what they do.
//!
//! A fault is told in code, in a world's TOML or to a running mock, in one form. [`Faults`] finds those that a request meets, in the order in
//! which they were added; [`crate::server::handler`] does what they say. Same seed, same requests: the same faults strike.

mod answer;
mod apply;
mod authorization_data;
mod handle;
mod latency;
mod pattern;
mod refusal;
mod response_context;
mod signs;
mod target;
mod what;
mod when;
mod wire;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::types::timestamp::Timestamp;

pub use crate::types::duration::Shift;
pub(crate) use apply::{date, distort, refuse};
pub use authorization_data::{AuthorizationData, EndpointFault, ExpiresAt, Login, TokenFault};
pub use handle::{FaultBuilder, FaultGuard, FaultHandle};
pub use latency::Latency;
pub use pattern::Pattern;
pub use refusal::{ErrorCode, ErrorFault, UnknownErrorCode};
pub(crate) use response_context::{Circumstances, Foreign};
pub(crate) use signs::Signs;
pub use target::{FaultPlane, RegistryRoute};
pub use what::{BodyFault, CertificateFault, ExpiredAs, Moment, Throttle, What};
pub use when::When;
pub(crate) use wire::{Ending, Shape, Wire};

/// Something that goes wrong: when, and what.
///
/// ```
/// # use mock_ecr::{Fault, MockEcr};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ecr = MockEcr::start().await?;
/// let fault = Fault::from_toml(
///     r#"
///     when = { operation = "GetAuthorizationToken", times = 2 }
///     what = { error = "ThrottlingException" }
///     "#,
/// )?;
/// let id = ecr.faults().add(fault)?;
/// assert_eq!(ecr.faults().fired(id), Some(0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests meet it; without anything said, every request of both planes.
    #[serde(default)]
    pub when: When,
    /// What happens to them.
    pub what: What,
}

impl Fault {
    /// A fault that strikes every request for which it means anything.
    pub fn new(what: What) -> Self {
        Fault {
            when: When::default(),
            what,
        }
    }

    /// Reads one from TOML, as it stands below `[[faults]]` in a world.
    ///
    /// # Errors
    ///
    /// When it is not TOML, or has what no fault has.
    pub fn from_toml(text: &str) -> Result<Self, FaultError> {
        toml::from_str(text).map_err(|error| FaultError(error.message().to_owned()))
    }

    /// Refuses what cannot mean anything.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        self.when.check().map_err(FaultError)?;
        self.what.check().map_err(FaultError)?;
        if matches!(self.what, What::Certificate(_)) {
            self.when.check_greeting().map_err(FaultError)?;
        }
        let Some(needed) = self.what.plane() else {
            return Ok(());
        };
        let said = self.when.implied_plane();
        match said {
            Some(plane) if plane != needed => Err(FaultError(format!(
                "{} happens on the {needed} alone, and the fault is for the {plane}",
                self.what.name()
            ))),
            _ => Ok(()),
        }
    }
}

/// The name of a fault in one mock; it is not given again before a reset.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct FaultId(pub u64);

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fault that is set, and how often it has struck.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ActiveFault {
    /// Its name.
    pub id: FaultId,
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests were such as it says, whether it struck or not.
    pub met: u64,
    /// How many it has struck.
    pub fired: u64,
}

/// Why a fault cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FaultError(pub(crate) String);

/// The faults of one mock.
#[derive(Debug)]
pub(crate) struct Faults {
    /// How many there are, so that a request of a mock without faults pays for one look at a number.
    count: AtomicUsize,
    seed: String,
    greetings: Greetings,
    set: Mutex<Set>,
}

/// Whether clients greet the mock in TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greetings {
    Come,
    Never,
}

#[derive(Debug, Default)]
struct Set {
    next: u64,
    faults: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    active: ActiveFault,
    /// What its chances and its latencies are drawn from.
    rng: ChaCha20Rng,
    bucket: Option<what::Bucket>,
}

/// What a fault does to one request.
#[derive(Debug)]
pub(crate) struct Struck {
    pub(crate) id: FaultId,
    pub(crate) what: What,
    /// How long the answer waits, as it was drawn.
    pub(crate) delay: std::time::Duration,
}

impl Faults {
    pub(crate) fn from_seed(seed: &str, greetings: Greetings) -> Self {
        Faults {
            count: AtomicUsize::new(0),
            seed: seed.to_owned(),
            greetings,
            set: Mutex::default(),
        }
    }

    pub(crate) fn add(&self, fault: Fault) -> Result<FaultId, FaultError> {
        fault.check()?;
        if matches!(fault.what, What::Certificate(_)) && self.greetings == Greetings::Never {
            let text = "a certificate is shown in TLS, which this mock does not speak; start it with TLS (--tls)";
            return Err(FaultError(text.to_owned()));
        }
        let mut set = self.lock();
        if set.faults.len() >= MOST_FAULTS {
            return Err(FaultError(format!(
                "there are {MOST_FAULTS} faults already; remove some"
            )));
        }
        let id = FaultId(set.next);
        set.next += 1;
        let entry = Entry {
            rng: rng(&self.seed, id),
            bucket: None,
            active: ActiveFault {
                id,
                fault,
                met: 0,
                fired: 0,
            },
        };
        set.faults.push(entry);
        self.count.store(set.faults.len(), Ordering::Release);
        Ok(id)
    }

    /// Takes a fault away; tells whether it was there.
    pub(crate) fn remove(&self, id: FaultId) -> Option<ActiveFault> {
        let mut set = self.lock();
        let index = set.faults.iter().position(|entry| entry.active.id == id)?;
        let entry = set.faults.remove(index);
        self.count.store(set.faults.len(), Ordering::Release);
        Some(entry.active)
    }

    /// Takes all away, and answers them.
    pub(crate) fn clear(&self) -> Vec<ActiveFault> {
        let mut set = self.lock();
        self.count.store(0, Ordering::Release);
        let faults = set.faults.drain(..);
        faults.map(|entry| entry.active).collect()
    }

    /// Sets those that a world begins with in the place of what is set.
    pub(crate) fn reset(&self, faults: &[Fault]) {
        *self.lock() = Set::default();
        self.count.store(0, Ordering::Release);
        for fault in faults {
            self.add(fault.clone())
                .expect("a world's faults are checked when it starts");
        }
    }

    pub(crate) fn list(&self) -> Vec<ActiveFault> {
        let set = self.lock();
        set.faults
            .iter()
            .map(|entry| entry.active.clone())
            .collect()
    }

    /// The faults that a request meets and that strike it, in their order; what tells of the request is asked only if there are any.
    pub(crate) fn strike(
        &self,
        signs: impl FnOnce() -> Option<Signs>,
        now: Timestamp,
    ) -> Vec<Struck> {
        if self.count.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let Some(signs) = signs() else {
            return Vec::new();
        };
        let mut set = self.lock();
        let entries = set.faults.iter_mut();
        entries
            .filter_map(|entry| entry.strike(&signs, now))
            .collect()
    }

    /// The certificate that a greeting by a name meets, if a fault has one for it.
    ///
    /// Of what a fault may say of a request, a greeting has its host and its turn.
    pub(crate) fn strike_greeting(&self, name: &str) -> Option<CertificateFault> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut set = self.lock();
        let mut entries = set.faults.iter_mut();
        entries.find_map(|entry| entry.strike_greeting(name))
    }

    fn lock(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn strike(&mut self, signs: &Signs, now: Timestamp) -> Option<Struck> {
        let ActiveFault {
            fault, met, fired, ..
        } = &mut self.active;
        let fits = fault.when.fits(signs, now) && fault.what.fits(signs);
        if !fits {
            return None;
        }
        *met += 1;
        if !fault.when.is_due(*met, *fired, &mut self.rng) {
            return None;
        }
        if let What::Throttle(throttle) = &fault.what {
            let bucket = self
                .bucket
                .get_or_insert_with(|| what::Bucket::full(throttle, now));
            if bucket.take(throttle, now) {
                return None;
            }
        }
        *fired += 1;
        let delay = match &fault.what {
            What::Latency(latency) => latency.draw(&mut self.rng),
            _ => std::time::Duration::ZERO,
        };
        Some(Struck {
            id: self.active.id,
            what: self.active.fault.what.clone(),
            delay,
        })
    }
}

impl Entry {
    fn strike_greeting(&mut self, name: &str) -> Option<CertificateFault> {
        let ActiveFault {
            fault, met, fired, ..
        } = &mut self.active;
        let What::Certificate(certificate) = fault.what else {
            return None;
        };
        if !fault.when.fits_greeting(name) {
            return None;
        }
        *met += 1;
        let is_due = fault.when.is_due(*met, *fired, &mut self.rng);
        *fired += u64::from(is_due);
        is_due.then_some(certificate)
    }
}

/// Each fault draws from a stream of its own, so that another one does not change what it draws.
fn rng(seed: &str, id: FaultId) -> ChaCha20Rng {
    let key = Sha256::digest(format!("mock-ecr fault {id}\n{seed}"));
    ChaCha20Rng::from_seed(key.into())
}

/// Every one is looked at for each request.
const MOST_FAULTS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn set(toml: &str) -> (Faults, FaultId) {
        let faults = Faults::from_seed("seed", Greetings::Come);
        let id = faults.add(Fault::from_toml(toml).unwrap()).unwrap();
        (faults, id)
    }

    /// On which of so many requests it strikes, counted from 1.
    fn strikes(toml: &str, requests: usize) -> Vec<usize> {
        let (faults, _) = set(toml);
        let struck = |_: &usize| {
            !faults
                .strike(Signs::of_token_call, Timestamp::AWS_EXAMPLE)
                .is_empty()
        };
        (1..=requests).filter(struck).collect()
    }

    #[test]
    fn it_strikes_the_first_after_some_every_so_many() {
        let when =
            |when: &str| format!("when = {{ {when} }}\nwhat = {{ error = \"ServerException\" }}");
        assert_eq!(strikes(&when(""), 3), [1, 2, 3]);
        assert_eq!(strikes(&when("times = 2"), 5), [1, 2]);
        assert_eq!(strikes(&when("after = 2"), 5), [3, 4, 5]);
        assert_eq!(strikes(&when("after = 1, times = 2"), 5), [2, 3]);
        assert_eq!(strikes(&when("every = 2"), 6), [2, 4, 6]);
        assert_eq!(strikes(&when("after = 1, every = 2, times = 2"), 9), [3, 5]);
    }

    #[test]
    fn chances_are_drawn_from_the_seed() {
        let toml = "when = { probability = 0.25 }\nwhat = { error = \"ServerException\" }";
        let struck = strikes(toml, 1000);
        assert_eq!(struck, strikes(toml, 1000));
        assert!((180..320).contains(&struck.len()), "{}", struck.len());
    }

    #[test]
    fn one_is_counted_and_taken_away() {
        let (faults, id) = set("when = { times = 1 }\nwhat = { error = \"ServerException\" }");
        for _ in 0..3 {
            faults.strike(Signs::of_token_call, Timestamp::AWS_EXAMPLE);
        }
        let active = faults.remove(id).unwrap();
        assert_eq!((active.met, active.fired), (3, 1));
        assert_eq!(faults.remove(id), None);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_bucket_fills_with_the_clock() {
        let (faults, _) = set("what = { throttle = { rate = 1, burst = 2 } }");
        let at = |seconds| Timestamp::AWS_EXAMPLE + std::time::Duration::from_secs(seconds);
        let struck = |now| !faults.strike(Signs::of_token_call, now).is_empty();
        assert_eq!(
            [struck(at(0)), struck(at(0)), struck(at(0))],
            [false, false, true]
        );
        assert_eq!([struck(at(1)), struck(at(1))], [false, true]);
        assert_eq!(
            [struck(at(60)), struck(at(60)), struck(at(60))],
            [false, false, true]
        );
    }

    #[test]
    fn what_cannot_mean_anything_is_refused() {
        for (toml, said) in [
            (
                "when = { every = 0 }\nwhat = { reset = \"before_headers\" }",
                "every",
            ),
            (
                "when = { probability = 1.5 }\nwhat = { reset = \"before_headers\" }",
                "probability",
            ),
            (
                "when = { times = 0 }\nwhat = { reset = \"before_headers\" }",
                "times",
            ),
            (
                "when = { plane = \"registry\" }\nwhat = { expires_at = \"past\" }",
                "API alone",
            ),
            (
                "when = { operation = \"ListImages\" }\nwhat = { expired = \"challenge\" }",
                "registry alone",
            ),
            (
                "when = { operation = \"ListImages\", route = \"blob\" }\nwhat = { reset = \"before_headers\" }",
                "operation",
            ),
            ("what = { throttle = { rate = -1, burst = 1 } }", "rate"),
            ("what = { bandwidth = 0 }", "bandwidth"),
            (
                "what = { error = { code = \"ServerException\", status = 200 } }",
                "from 400 to 599",
            ),
            (
                "when = { operation = \"ListImages\" }\nwhat = { certificate = \"expired\" }",
                "of a greeting",
            ),
            (
                "when = { until = \"2030-01-01T00:00:00Z\" }\nwhat = { certificate = \"expired\" }",
                "of a greeting",
            ),
            (
                "what = { token = { login = { username = \"a:b\", password = \"c\" } } }",
                "has no colon",
            ),
            (
                "what = { latency = { from = \"2s\", to = \"1s\" } }",
                "longer",
            ),
        ] {
            let fault = Fault::from_toml(toml).unwrap();
            let error = fault.check().unwrap_err().to_string();
            assert!(error.contains(said), "{toml}: {error}");
        }
    }

    #[test]
    fn what_no_fault_has_is_refused() {
        for wrong in [
            "what = { error = \"NoSuchThing\" }",
            "what = \"explode\"",
            "when = { operatoin = \"x\" }\nwhat = { reset = \"before_headers\" }",
            "when = { operation = \"NoSuchOperation\" }\nwhat = { reset = \"before_headers\" }",
        ] {
            let refused = Fault::from_toml(wrong).and_then(|fault| fault.check());
            assert!(refused.is_err(), "{wrong}");
        }
    }
}
