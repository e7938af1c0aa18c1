//! The error of the module `baseline`.

use std::io;
use std::path::PathBuf;

/// The error returned when a baseline cannot be read or is invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The file cannot be read.
    #[error("cannot read the baseline {}: {cause}", file.display())]
    Unreadable {
        /// The path of the file.
        file: PathBuf,
        /// The error of the system.
        cause: io::Error,
    },
    /// A line of the file is invalid.
    #[error("{}:{line}: {message}", file.display())]
    Line {
        /// The path of the file.
        file: PathBuf,
        /// The number of the line, starting at 1.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
}
