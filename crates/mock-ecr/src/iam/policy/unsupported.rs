//! The parts of conditions that the mock does not evaluate.

use std::fmt;

use crate::iam::policy::operator::Operator;
use crate::types::similar::misspelled;

/// A part of a condition that the mock does not evaluate, and the index of its statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported {
    pub(super) statement: usize,
    pub(super) part: UnsupportedPart,
}

/// A part of a condition that the mock does not evaluate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UnsupportedPart {
    Operator(String),
    Key(String),
    /// A value with a policy variable.
    Variable(String),
}

impl UnsupportedPart {
    /// Returns the operator that is probably meant, if this is a misspelled operator. A key that is similar to a key of the mock can exist: IAM
    /// has `aws:SourceVpc` and `aws:SourceVpce`.
    fn intended(&self) -> Option<&'static str> {
        match self {
            UnsupportedPart::Operator(name) => misspelled(name, Operator::names()),
            UnsupportedPart::Key(_) | UnsupportedPart::Variable(_) => None,
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in statement {}", self.part, self.statement + 1)?;
        match self.part.intended() {
            None => Ok(()),
            Some(name) => write!(f, " (did you mean {name}?)"),
        }
    }
}

impl fmt::Display for UnsupportedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnsupportedPart::Operator(name) => write!(f, "condition operator {name}"),
            UnsupportedPart::Key(name) => write!(f, "condition key {name}"),
            UnsupportedPart::Variable(value) => write!(f, "policy variable in {value}"),
        }
    }
}
