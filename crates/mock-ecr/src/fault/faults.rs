//! The faults of one mock, and the selection of those that a request triggers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(feature = "tls")]
use crate::fault::action::CertificateFault;
use crate::fault::action::FaultAction;
use crate::fault::active_fault::{ActiveFault, FaultId};
use crate::fault::definition::Fault;
use crate::fault::entry::{Entry, rng};
use crate::fault::error::FaultError;
use crate::fault::evidence::UnmetExpectation;
use crate::fault::overlap::ResponseKind;
use crate::fault::request_attributes::RequestAttributes;
use crate::fault::triggered::TriggeredFault;
use crate::types::revision::Revision;
use crate::types::timestamp::Timestamp;
use crate::types::{Region, Times};

/// The faults of one mock.
#[derive(Debug)]
pub(crate) struct Faults {
    /// The number of faults. A mock without faults reads only this number for each request.
    count: AtomicUsize,
    seed: String,
    tls_mode: TlsMode,
    /// Whether clients can connect to the mock.
    has_sockets: AtomicBool,
    /// Regions that a fault can match in addition to the known Regions.
    additional_regions: Vec<Region>,
    set: Mutex<Set>,
    revision: Revision,
}

/// Whether the mock accepts TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsMode {
    Enabled,
    Disabled,
}

#[derive(Debug, Default)]
struct Set {
    /// The ID of the next fault. A reset does not change it, so that the guard of a removed fault cannot remove another one.
    next: u64,
    /// The number of faults that were added since the start or the last reset.
    added: u64,
    faults: Vec<Entry>,
}

impl Faults {
    pub(crate) fn from_seed(
        seed: &str,
        tls_mode: TlsMode,
        additional_regions: Vec<Region>,
    ) -> Self {
        Faults {
            count: AtomicUsize::new(0),
            seed: seed.to_owned(),
            tls_mode,
            has_sockets: AtomicBool::new(false),
            additional_regions,
            set: Mutex::default(),
            revision: Revision::default(),
        }
    }

    /// Permits faults that require a connection.
    pub(crate) fn permit_socket_faults(&self) {
        self.has_sockets.store(true, Ordering::SeqCst);
    }

    pub(crate) fn add(&self, fault: Fault) -> Result<FaultId, FaultError> {
        self.add_expected(fault, None)
    }

    /// Adds a fault that must have been triggered this often when the mock is dropped.
    pub(crate) fn add_expected(
        &self,
        fault: Fault,
        expected: Option<Times>,
    ) -> Result<FaultId, FaultError> {
        self.check(&fault)?;
        check_expected(&fault, expected)?;
        let mut set = self.lock();
        if set.faults.len() >= MAX_FAULTS {
            return Err(FaultError::new(format!(
                "too many faults: expected at most {MAX_FAULTS}; remove some"
            )));
        }
        let id = set.insert(fault, expected, &self.seed);
        self.update_count(set);
        Ok(id)
    }

    /// Returns an error if the fault is invalid, or cannot be applied by this mock.
    fn check(&self, fault: &Fault) -> Result<(), FaultError> {
        fault.check()?;
        if let Some(region) = &fault.matcher.region {
            let known = region.check_known(&self.additional_regions);
            known.map_err(|error| {
                FaultError::new(format!("match.region: invalid value \"{region}\": {error}"))
            })?;
        }
        if matches!(fault.action, FaultAction::Certificate(_)) && self.tls_mode == TlsMode::Disabled
        {
            let text = "the action certificate needs TLS, which this mock does not accept; start it with TLS (tls of the builder or of a configuration, or --tls)";
            return Err(FaultError::new(text));
        }
        if let Some(name) = fault.action.socket_fault()
            && !self.has_sockets.load(Ordering::SeqCst)
        {
            return Err(FaultError::new(format!(
                "the action {name} needs a socket, which this mock does not have; add the fault after url() has opened one, or start the mock without in_process()"
            )));
        }
        Ok(())
    }

    /// Removes a fault and returns it. Returns `None` if the fault does not exist.
    pub(crate) fn remove(&self, id: FaultId) -> Option<ActiveFault> {
        let mut set = self.lock();
        let index = set.faults.iter().position(|entry| entry.active.id == id)?;
        let entry = set.faults.remove(index);
        self.update_count(set);
        Some(entry.active)
    }

    /// Returns a fault. Returns `None` if it does not exist.
    pub(crate) fn find(&self, id: FaultId) -> Option<ActiveFault> {
        let set = self.lock();
        let entry = set.faults.iter().find(|entry| entry.active.id == id)?;
        Some(entry.active.clone())
    }

    /// Returns the faults that were not triggered as often as expected.
    pub(crate) fn unmet(&self) -> Vec<UnmetExpectation> {
        let set = self.lock();
        set.faults.iter().filter_map(Entry::unmet).collect()
    }

    /// Removes all faults and returns them.
    pub(crate) fn clear(&self) -> Vec<ActiveFault> {
        let mut set = self.lock();
        let faults = std::mem::take(&mut set.faults);
        self.update_count(set);
        faults.into_iter().map(|entry| entry.active).collect()
    }

    /// Replaces all faults by the faults of the configuration, which were checked at the start.
    pub(crate) fn reset(&self, faults: &[Fault]) {
        let mut set = self.lock();
        set.added = 0;
        set.faults.clear();
        for fault in faults {
            set.insert(fault.clone(), None, &self.seed);
        }
        self.update_count(set);
    }

    fn update_count(&self, set: MutexGuard<'_, Set>) {
        self.count.store(set.faults.len(), Ordering::Release);
        drop(set);
        self.revision.increment();
    }

    /// Returns the number of changes of the faults and of their counters.
    pub(crate) fn revision(&self) -> &Revision {
        &self.revision
    }

    pub(crate) fn list(&self) -> Vec<ActiveFault> {
        let set = self.lock();
        set.faults
            .iter()
            .map(|entry| entry.active.clone())
            .collect()
    }

    /// Returns whether there are no faults.
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Returns the first fault that replaces the response to a request. Later faults of this kind do not match the request.
    pub(crate) fn trigger_replacement(
        &self,
        attributes: &RequestAttributes,
        now: Timestamp,
    ) -> Option<TriggeredFault> {
        self.match_faults(|entries| {
            entries
                .iter_mut()
                .filter(|entry| entry.action().replaces_response())
                .find_map(|entry| entry.trigger(attributes, now))
        })
    }

    /// Returns the faults that change a response of this kind, in order. Each of them changes another part of the response.
    pub(crate) fn trigger_changes(
        &self,
        attributes: &RequestAttributes,
        now: Timestamp,
        kind: ResponseKind,
    ) -> Vec<TriggeredFault> {
        self.match_faults(|entries| {
            let mut triggered: Vec<TriggeredFault> = Vec::new();
            for entry in entries {
                let action = entry.action();
                let is_hidden = triggered
                    .iter()
                    .any(|earlier| action.overlaps(&earlier.action));
                if action.changes(kind) && !is_hidden {
                    triggered.extend(entry.trigger(attributes, now));
                }
            }
            triggered
        })
    }

    /// Returns the certificate fault that a TLS handshake for a host name triggers.
    ///
    /// Only the host name and the counters of a fault apply to a handshake.
    #[cfg(feature = "tls")]
    pub(crate) fn trigger_at_handshake(&self, name: &str) -> Option<CertificateFault> {
        if self.is_empty() {
            return None;
        }
        self.match_faults(|entries| {
            let mut entries = entries.iter_mut();
            entries.find_map(|entry| entry.trigger_at_handshake(name))
        })
    }

    /// Lets a function match a request with the faults, and counts the change if their counters have changed.
    fn match_faults<T>(&self, matches: impl FnOnce(&mut [Entry]) -> T) -> T {
        let mut set = self.lock();
        let before = set.matched();
        let output = matches(&mut set.faults);
        let has_matched = set.matched() != before;
        drop(set);
        if has_matched {
            self.revision.increment();
        }
        output
    }

    fn lock(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Set {
    /// Returns the sum of the counters of all faults.
    fn matched(&self) -> u64 {
        let matched = self.faults.iter().map(|entry| entry.active.matched);
        matched.fold(0, u64::wrapping_add)
    }

    fn insert(&mut self, fault: Fault, expected: Option<Times>, seed: &str) -> FaultId {
        let id = FaultId(self.next);
        let active = ActiveFault {
            id,
            fault,
            matched: 0,
            triggered: 0,
        };
        let rng = rng(seed, self.added);
        self.faults.push(Entry::new(active, expected, rng));
        self.next += 1;
        self.added += 1;
        id
    }
}

/// Returns an error if a fault cannot be triggered as often as expected.
fn check_expected(fault: &Fault, expected: Option<Times>) -> Result<(), FaultError> {
    let Some(expected) = expected else {
        return Ok(());
    };
    let most = fault.matcher.times.unwrap_or(u64::MAX);
    match expected.is_possible_within(usize::try_from(most).unwrap_or(usize::MAX)) {
        true => Ok(()),
        false => Err(FaultError::new(format!(
            "invalid expectation that the fault is triggered {expected} times: expected a range that is not empty and does not begin above match.times"
        ))),
    }
}

/// Every request is compared with every fault.
const MAX_FAULTS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn with_fault(toml: &str) -> (Faults, FaultId) {
        let faults = Faults::from_seed("seed", TlsMode::Enabled, Vec::new());
        let id = faults.add(Fault::from_toml(toml).unwrap()).unwrap();
        (faults, id)
    }

    /// Returns whether a fault replaces the response to a request.
    fn replaces(faults: &Faults, now: Timestamp) -> bool {
        let attributes = RequestAttributes::of_token_call();
        faults.trigger_replacement(&attributes, now).is_some()
    }

    #[test]
    fn an_unknown_region_is_rejected_unless_it_is_added() {
        let fault = "match = { region = 'mars' }\naction = { bandwidth = 1 }";
        let fault = Fault::from_toml(fault).unwrap();
        let with = |additional| Faults::from_seed("seed", TlsMode::Enabled, additional);
        let error = with(Vec::new()).add(fault.clone()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "match.region: invalid value \"mars\": unknown Region"
        );
        with(vec!["mars".parse().unwrap()]).add(fault).unwrap();
    }

    /// Returns the requests that trigger the fault, numbered from 1.
    fn triggered_on(toml: &str, requests: usize) -> Vec<usize> {
        let (faults, _) = with_fault(toml);
        let triggered = |_: &usize| replaces(&faults, Timestamp::AWS_EXAMPLE);
        (1..=requests).filter(triggered).collect()
    }

    #[test]
    fn times_after_and_every_select_the_requests_that_trigger() {
        let matcher = |matcher: &str| {
            format!("match = {{ {matcher} }}\naction = {{ error = \"ServerException\" }}")
        };
        assert_eq!(triggered_on(&matcher(""), 3), [1, 2, 3]);
        assert_eq!(triggered_on(&matcher("times = 2"), 5), [1, 2]);
        assert_eq!(triggered_on(&matcher("after = 2"), 5), [3, 4, 5]);
        assert_eq!(triggered_on(&matcher("after = 1, times = 2"), 5), [2, 3]);
        assert_eq!(triggered_on(&matcher("every = 2"), 6), [2, 4, 6]);
        assert_eq!(
            triggered_on(&matcher("after = 1, every = 2, times = 2"), 9),
            [3, 5]
        );
    }

    #[test]
    fn probabilities_are_drawn_from_the_seed() {
        let toml = "match = { probability = 0.25 }\naction = { error = \"ServerException\" }";
        let triggered = triggered_on(toml, 1000);
        assert_eq!(triggered, triggered_on(toml, 1000));
        assert!((180..320).contains(&triggered.len()), "{}", triggered.len());
    }

    #[test]
    fn a_fault_is_counted_and_removed() {
        let (faults, id) =
            with_fault("match = { times = 1 }\naction = { error = \"ServerException\" }");
        for _ in 0..3 {
            replaces(&faults, Timestamp::AWS_EXAMPLE);
        }
        let active = faults.remove(id).unwrap();
        assert_eq!((active.matched, active.triggered), (3, 1));
        assert_eq!(faults.remove(id), None);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_throttle_follows_the_clock() {
        let (faults, _) = with_fault("action = { throttle = { rate = 1, burst = 2 } }");
        let at = |seconds| Timestamp::AWS_EXAMPLE + std::time::Duration::from_secs(seconds);
        let triggered = |now| replaces(&faults, now);
        assert_eq!(
            [triggered(at(0)), triggered(at(0)), triggered(at(0))],
            [false, false, true]
        );
        assert_eq!([triggered(at(1)), triggered(at(1))], [false, true]);
        assert_eq!(
            [triggered(at(60)), triggered(at(60)), triggered(at(60))],
            [false, false, true]
        );
    }

    fn add(faults: &Faults, toml: &str) -> FaultId {
        faults.add(Fault::from_toml(toml).unwrap()).unwrap()
    }

    fn counts(faults: &Faults) -> Vec<(u64, u64)> {
        let faults = faults.list();
        faults
            .iter()
            .map(|active| (active.matched, active.triggered))
            .collect()
    }

    #[test]
    fn an_expectation_that_cannot_be_met_is_rejected() {
        let faults = Faults::from_seed("seed", TlsMode::Enabled, Vec::new());
        let toml = "match = { times = 2 }\naction = { error = 'ServerException' }";
        let add = |expected| faults.add_expected(Fault::from_toml(toml).unwrap(), Some(expected));
        add(2.into()).unwrap();
        add((1..).into()).unwrap();
        let (begin, end) = (2, 1);
        for impossible in [3.into(), (3..).into(), Times::from(begin..=end)] {
            let error = add(impossible).unwrap_err().to_string();
            assert!(
                error.starts_with("invalid expectation that the fault is triggered"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_fault_that_an_earlier_one_hides_is_not_counted() {
        let once = "match = { times = 1 }\naction = { error = 'ServerException' }";
        let (faults, _) = with_fault(once);
        add(&faults, once);
        let now = Timestamp::AWS_EXAMPLE;
        let replaced = [(); 3].map(|()| replaces(&faults, now));
        assert_eq!(replaced, [true, true, false]);
        assert_eq!(counts(&faults), [(3, 1), (2, 1)]);
    }

    #[test]
    fn a_fault_that_cannot_change_the_response_is_not_counted() {
        let (faults, past) = with_fault("action = { expires_at = 'past' }");
        let empty = add(&faults, "action = { body = 'empty' }");
        let slow = add(&faults, "action = { bandwidth = 1 }");
        let changes = |kind| {
            let attributes = RequestAttributes::of_token_call();
            let triggered = faults.trigger_changes(&attributes, Timestamp::AWS_EXAMPLE, kind);
            let ids = triggered.iter().map(|triggered| triggered.id);
            ids.collect::<Vec<_>>()
        };
        assert_eq!(changes(ResponseKind::Success), [past, slow]);
        assert_eq!(changes(ResponseKind::Injected), [empty, slow]);
        assert_eq!(changes(ResponseKind::Error), [empty, slow]);
        assert_eq!(counts(&faults), [(1, 1), (2, 2), (3, 3)]);
    }

    #[test]
    fn a_reset_does_not_repeat_an_id_and_repeats_the_random_numbers() {
        let toml = "match = { probability = 0.5 }\naction = { error = 'ServerException' }";
        let (faults, first) = with_fault(toml);
        let draw = || [(); 32].map(|()| replaces(&faults, Timestamp::AWS_EXAMPLE));
        let drawn = draw();
        faults.reset(&[Fault::from_toml(toml).unwrap()]);
        let id = faults.list()[0].id;
        assert_ne!(id, first);
        assert_eq!(faults.remove(first), None);
        assert_eq!(draw(), drawn);
        faults.reset(&[]);
        assert!(faults.is_empty());
        assert_ne!(add(&faults, toml), id);
    }

    #[test]
    fn a_fault_that_is_added_during_a_reset_is_in_the_list_and_in_effect_or_in_neither() {
        let (faults, _) = with_fault("action = { bandwidth = 1 }");
        let fault = faults.list().remove(0).fault;
        for _ in 0..200 {
            std::thread::scope(|threads| {
                threads.spawn(|| faults.reset(&[]));
                threads.spawn(|| faults.add(fault.clone()).unwrap());
            });
            assert_eq!(faults.is_empty(), faults.list().is_empty());
        }
    }
}
