//! The options of a level of the command.

/// An option of one level.
#[derive(Debug)]
pub(crate) struct Flag {
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
}

impl Flag {
    pub(crate) const fn new(name: &'static str, takes: Takes) -> Self {
        Self { name, takes }
    }
}

/// What an option takes from the words behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    Nothing,
    /// Nothing, and no later word is looked at.
    NothingAndStops,
    One,
    OneOf(&'static [&'static str]),
    AtMostOneOf(&'static [&'static str]),
    Many,
    AtLeastOne,
}
