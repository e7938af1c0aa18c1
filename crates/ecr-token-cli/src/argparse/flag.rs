//! The options of one parser.

/// An option of one parser.
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

/// The values that an option takes from the words after it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    Nothing,
    /// Takes no value, and ends parsing.
    NothingAndStops,
    One,
    OneOf(&'static [&'static str]),
    AtMostOneOf(&'static [&'static str]),
    Many,
    AtLeastOne,
}
