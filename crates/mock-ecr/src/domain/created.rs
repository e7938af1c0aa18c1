//! The result of an operation that creates something unless it exists.

/// Whether an operation has created or changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// It is new or was changed.
    New,
    /// It existed already and was not changed.
    Existing,
}
