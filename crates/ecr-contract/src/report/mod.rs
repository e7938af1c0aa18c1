//! The report of a run, and the output formats of reports.

pub(crate) mod calibration;
pub(crate) mod file;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod outcome;
mod results;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod sanitize;
mod sarif;
pub(crate) mod stale;
mod tap;
mod target;
mod timeline;

pub use crate::scenario::Severity;
pub use file::WriteError;
pub use human::{Colour, Details, Progress, ProgressLine, Screen, Summary};
pub use outcome::{Counts, Outcome, Strictness};
pub use results::{
    Calibration, CaseReport, ClientRun, Event, EventExplanation, EventKind, ExplanationLevel,
    Finding, FinishedCase, Report, ScenarioReport, SkippedScenario, Verdict,
};
pub use stale::Stale;
pub use target::{Format, ReportTarget, UnknownTarget};
