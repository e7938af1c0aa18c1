//! For people at a terminal of 80 columns: the line that tells how far it is, the summary, and all there is of one scenario.

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
