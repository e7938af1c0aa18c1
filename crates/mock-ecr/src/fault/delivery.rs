//! What is done to an answer on its way out.

use std::time::Duration;

use crate::fault::action::CutPoint;
use crate::fault::action::FaultAction;
use crate::fault::triggered::TriggeredFault;

/// How an answer leaves, where it does not leave as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeliveryFault {
    /// How long it waits first.
    pub(crate) delay: Duration,
    /// How many bytes of its body go out a second.
    pub(crate) bandwidth: Option<u64>,
    /// Where it ends before its time, and how.
    pub(crate) end: Option<(CutPoint, Termination)>,
    pub(crate) shape: Option<Shape>,
}

/// How an answer ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Termination {
    Close,
    Reset,
    Stall,
}

/// A form in which no server should send a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// So many bytes longer than it says.
    Overrun(u64),
    GarbledChunks,
}

impl DeliveryFault {
    /// All that faults say of the way out; of two that say the same, the later one counts, but waits add up.
    pub(crate) fn of(triggered: &[TriggeredFault]) -> Option<Self> {
        let mut delivery = DeliveryFault::default();
        for TriggeredFault { action, delay, .. } in triggered {
            match action {
                FaultAction::Latency(_) => delivery.delay += *delay,
                FaultAction::Bandwidth(rate) => delivery.bandwidth = Some(*rate),
                FaultAction::Close(cut_point) => {
                    delivery.end = Some((*cut_point, Termination::Close))
                }
                FaultAction::Reset(cut_point) => {
                    delivery.end = Some((*cut_point, Termination::Reset))
                }
                FaultAction::Stall(cut_point) => {
                    delivery.end = Some((*cut_point, Termination::Stall))
                }
                FaultAction::Overrun(bytes) => delivery.shape = Some(Shape::Overrun(*bytes)),
                FaultAction::GarbledChunks => delivery.shape = Some(Shape::GarbledChunks),
                _ => {}
            }
        }
        (delivery != DeliveryFault::default()).then_some(delivery)
    }
}
