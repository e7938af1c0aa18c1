//! Output for people, in lines of 80 columns: the progress of a run, the summary of a run, and the details of one scenario.

mod colour;
mod details;
mod failures;
mod layout;
mod progress;
mod summary;

pub use colour::Colour;
pub use details::Details;
pub use progress::{Progress, ProgressLine};
pub use summary::Summary;
