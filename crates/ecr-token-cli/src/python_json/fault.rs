//! The reasons why a text is not JSON.

/// The reason why a text is rejected.
pub(super) enum Fault {
    Syntax {
        message: &'static str,
        /// The number of code points before the error.
        offset: usize,
    },
    /// The number of digits of an integer that is too long.
    Digits(usize),
    /// The kind of the container that is nested too deeply.
    TooDeep(&'static str),
}
