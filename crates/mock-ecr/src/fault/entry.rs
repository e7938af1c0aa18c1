//! A fault in the list of faults: decides which requests trigger it.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sha2::{Digest as _, Sha256};

#[cfg(feature = "tls")]
use crate::fault::action::CertificateFault;
use crate::fault::action::FaultAction;
use crate::fault::active_fault::ActiveFault;
use crate::fault::evidence::UnmetExpectation;
use crate::fault::request_attributes::RequestAttributes;
use crate::fault::throttle::Bucket;
use crate::fault::triggered::TriggeredFault;
use crate::types::Times;
use crate::types::timestamp::Timestamp;

/// A fault, its counters and its random numbers.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) active: ActiveFault,
    /// How often the fault must have been triggered when the mock is dropped.
    expected: Option<Times>,
    /// The random numbers of probabilities and latencies.
    rng: ChaCha20Rng,
    bucket: Option<Bucket>,
}

impl Entry {
    pub(super) fn new(active: ActiveFault, expected: Option<Times>, rng: ChaCha20Rng) -> Self {
        Entry {
            active,
            expected,
            rng,
            bucket: None,
        }
    }

    pub(super) fn action(&self) -> &FaultAction {
        &self.active.fault.action
    }

    pub(super) fn unmet(&self) -> Option<UnmetExpectation> {
        let unmet = |expected: &Times| !expected.contains_count(self.active.triggered);
        Some(UnmetExpectation {
            expected: self.expected.filter(unmet)?,
            active: self.active.clone(),
        })
    }

    pub(super) fn trigger(
        &mut self,
        attributes: &RequestAttributes,
        now: Timestamp,
    ) -> Option<TriggeredFault> {
        let ActiveFault {
            fault,
            matched,
            triggered,
            ..
        } = &mut self.active;
        let matches = fault.matcher.matches(attributes, now) && fault.action.applies_to(attributes);
        if !matches {
            return None;
        }
        *matched += 1;
        if !fault.matcher.is_due(*matched, *triggered, &mut self.rng) {
            return None;
        }
        if let FaultAction::Throttle(throttle) = &fault.action {
            let bucket = self
                .bucket
                .get_or_insert_with(|| Bucket::full(throttle, now));
            if bucket.take(throttle, now) {
                return None;
            }
        }
        *triggered += 1;
        let delay = match &fault.action {
            FaultAction::Latency(latency) => latency.draw(&mut self.rng),
            _ => Duration::ZERO,
        };
        Some(TriggeredFault {
            id: self.active.id,
            action: self.active.fault.action.clone(),
            count: self.active.triggered,
            times: self.active.fault.matcher.times,
            delay,
        })
    }

    #[cfg(feature = "tls")]
    pub(super) fn trigger_at_handshake(&mut self, name: &str) -> Option<CertificateFault> {
        let ActiveFault {
            fault,
            matched,
            triggered,
            ..
        } = &mut self.active;
        let FaultAction::Certificate(certificate) = fault.action else {
            return None;
        };
        if !fault.matcher.matches_handshake(name) {
            return None;
        }
        *matched += 1;
        let is_due = fault.matcher.is_due(*matched, *triggered, &mut self.rng);
        *triggered += u64::from(is_due);
        is_due.then_some(certificate)
    }
}

/// Each fault has its own random numbers. Removing a fault therefore does not change the random numbers of the other faults. After a reset, the
/// numbers are the same as after the start.
pub(super) fn rng(seed: &str, number: u64) -> ChaCha20Rng {
    let key = Sha256::digest(format!("mock-ecr fault {number}\n{seed}"));
    ChaCha20Rng::from_seed(key.into())
}
