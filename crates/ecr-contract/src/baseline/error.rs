//! What is said of a wrong baseline.

use std::io;
use std::path::PathBuf;

/// What is wrong with a baseline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The file cannot be read.
    #[error("cannot read the baseline {}: {cause}", file.display())]
    Unreadable {
        /// Which one.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A line of it is wrong.
    #[error("{}:{line}: {message}", file.display())]
    Line {
        /// Of which file.
        file: PathBuf,
        /// Which line, from 1 on.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
}
