//! Output for people, in lines of the width of the terminal: the progress of a run, the summary of a run, and the details of one scenario.

mod colour;
mod details;
mod failures;
mod layout;
mod progress;
mod screen;
mod summary;

pub use colour::Colour;
pub use details::Details;
pub use progress::{Progress, ProgressLine};
pub use screen::Screen;
pub use summary::Summary;
