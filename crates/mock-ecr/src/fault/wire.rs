//! What is done to an answer on its way out.

use std::time::Duration;

use crate::fault::triggered::Struck;
use crate::fault::what::Moment;
use crate::fault::what::What;

/// How an answer leaves, where it does not leave as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wire {
    /// How long it waits first.
    pub(crate) delay: Duration,
    /// How many bytes of its body go out a second.
    pub(crate) bandwidth: Option<u64>,
    /// Where it ends before its time, and how.
    pub(crate) end: Option<(Moment, Ending)>,
    pub(crate) shape: Option<Shape>,
}

/// How an answer ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
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

impl Wire {
    /// All that faults say of the way out; of two that say the same, the later one counts, but waits add up.
    pub(crate) fn of(struck: &[Struck]) -> Option<Self> {
        let mut wire = Wire::default();
        for Struck { what, delay, .. } in struck {
            match what {
                What::Latency(_) => wire.delay += *delay,
                What::Bandwidth(rate) => wire.bandwidth = Some(*rate),
                What::Close(moment) => wire.end = Some((*moment, Ending::Close)),
                What::Reset(moment) => wire.end = Some((*moment, Ending::Reset)),
                What::Stall(moment) => wire.end = Some((*moment, Ending::Stall)),
                What::Overrun(bytes) => wire.shape = Some(Shape::Overrun(*bytes)),
                What::GarbledChunks => wire.shape = Some(Shape::GarbledChunks),
                _ => {}
            }
        }
        (wire != Wire::default()).then_some(wire)
    }
}
