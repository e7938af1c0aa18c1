//! The errors of a baseline.

use std::io;
use std::path::PathBuf;

/// A baseline that cannot be read or is invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The file cannot be read.
    #[error("cannot read the baseline {}: {cause}", file.display())]
    Unreadable {
        /// The path of the file.
        file: PathBuf,
        /// The cause.
        cause: io::Error,
    },
    /// A line of the file is invalid.
    #[error("{}:{line}: {message}", file.display())]
    Line {
        /// The path of the file.
        file: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
}
