//! The faults that affect the delivery of a response.

use std::time::Duration;

use crate::fault::action::CutPoint;
use crate::fault::action::FaultAction;
use crate::fault::triggered::TriggeredFault;

/// How the delivery of a response differs from the normal case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeliveryFault {
    /// The delay before the response.
    pub(crate) delay: Duration,
    /// The maximum rate of the body, in bytes per second.
    pub(crate) bandwidth: Option<u64>,
    /// Where and how the response is cut.
    pub(crate) end: Option<(CutPoint, Termination)>,
    pub(crate) shape: Option<Shape>,
}

/// How a response is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Termination {
    Close,
    Reset,
    Stall,
}

/// A malformed body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A body with this number of bytes more than `Content-Length` states.
    Overrun(u64),
    GarbledChunks,
}

impl DeliveryFault {
    /// Combines the delivery actions of the triggered faults. Delays add up.
    pub(crate) fn of(triggered: &[TriggeredFault]) -> Option<Self> {
        let mut delivery = DeliveryFault::default();
        for TriggeredFault { action, delay, .. } in triggered {
            match action {
                FaultAction::Latency(_) => {
                    delivery.delay = delivery.delay.saturating_add(*delay);
                }
                FaultAction::Bandwidth(rate) => delivery.bandwidth = Some(*rate),
                FaultAction::Close(cut_point) => {
                    delivery.end = Some((*cut_point, Termination::Close));
                }
                FaultAction::Reset(cut_point) => {
                    delivery.end = Some((*cut_point, Termination::Reset));
                }
                FaultAction::Stall(cut_point) => {
                    delivery.end = Some((*cut_point, Termination::Stall));
                }
                FaultAction::Overrun(bytes) => delivery.shape = Some(Shape::Overrun(*bytes)),
                FaultAction::GarbledChunks => delivery.shape = Some(Shape::GarbledChunks),
                _ => {}
            }
        }
        (delivery != DeliveryFault::default()).then_some(delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::active_fault::FaultId;
    use crate::fault::latency::Latency;

    #[test]
    fn delays_add_up_to_the_maximum() {
        let of = |delay| TriggeredFault {
            id: FaultId(0),
            action: FaultAction::Latency(Latency::Fixed(delay)),
            count: 1,
            times: None,
            delay,
        };
        let delay = |delays: [Duration; 2]| DeliveryFault::of(&delays.map(of)).unwrap().delay;
        let second = Duration::from_secs(1);
        assert_eq!(delay([second, second]), 2 * second);
        assert_eq!(delay([Duration::MAX, second]), Duration::MAX);
    }
}
